// The text of a trace: an AuditEvent after IHE BALP, holding what the caller sent and was answered, never what the server knew.
// https://profiles.ihe.net/ITI/BALP, https://hl7.org/fhir/R4/auditevent.html
import type { AuditEvent, AuditEventAgent, AuditEventEntity } from '@medplum/fhirtypes';
import type { Caller } from '../identity/caller.ts';

/** Codes of http://hl7.org/fhir/restful-interaction. */
export type Interaction =
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'search-type'
  | 'search-system'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'batch'
  | 'transaction'
  | 'operation'
  | 'capabilities';

export type Told = {
  readonly id: string;
  readonly recorded: Date;
  readonly caller: Caller;
  readonly interaction: Interaction;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly baseUrl: string;
  readonly statute: string;
  /** The record delivered from, or written to. */
  readonly patient?: string;
  readonly resources: readonly string[];
  /** What was asked, as sent. */
  readonly query?: string;
};

const actions: Readonly<Record<Interaction, NonNullable<AuditEvent['action']>>> = {
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  'search-type': 'E',
  'search-system': 'E',
  create: 'C',
  update: 'U',
  patch: 'U',
  delete: 'D',
  batch: 'E',
  transaction: 'E',
  operation: 'E',
  capabilities: 'R',
};
const rpps = 'https://rpps.esante.gouv.fr';
const finess = 'https://finess.esante.gouv.fr';
const entityType = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const entityRole = 'http://terminology.hl7.org/CodeSystem/object-role';
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

export function auditEvent(told: Told): AuditEvent {
  const { id, recorded, caller, interaction, status, baseUrl } = told;
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { versionId: '1', lastUpdated: recorded.toISOString() },
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest', display: 'Restful Operation' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: interaction }],
    action: actions[interaction],
    recorded: recorded.toISOString(),
    outcome: status < 400 ? '0' : status < 500 ? '4' : '8',
    outcomeDesc: String(status),
    purposeOfEvent: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: caller.mode }],
        ...(caller.reason === undefined ? {} : { text: caller.reason }),
      },
    ],
    agent: agentsOf(caller),
    source: { observer: { display: 'carnet', identifier: { value: baseUrl } } },
    entity: entitiesOf(told),
  };
}

function agentsOf(caller: Caller): AuditEventAgent[] {
  const { who, name, organizationName } = caller;
  const requestor: AuditEventAgent = {
    type: { coding: [{ system: participation, code: 'IRCP' }] },
    requestor: true,
    ...(name === undefined ? {} : { name }),
    who: identityOf(caller),
    ...('profession' in who ? { role: [{ coding: [{ ...who.profession }] }] } : {}),
  };
  const structure = who.kind === 'professional' || who.kind === 'delegate' ? who.finess : undefined;
  return [
    ...(who.kind === 'delegate' ? [secretary(who.secretary)] : []),
    { ...requestor, requestor: who.kind !== 'delegate' },
    ...(structure === undefined
      ? []
      : [
          {
            requestor: false,
            who: { identifier: { system: finess, value: structure } },
            ...(organizationName === undefined ? {} : { name: organizationName }),
          },
        ]),
  ];
}

function secretary({ issuer, subject, name }: { issuer: string; subject: string; name?: string }): AuditEventAgent {
  const entered = {
    type: { coding: [{ system: participation, code: 'ENT' }] },
    requestor: true,
    who: { identifier: { system: issuer, value: subject } },
  };
  return name === undefined ? entered : { ...entered, name };
}

function identityOf({ who, issuer, subject }: Caller): NonNullable<AuditEventAgent['who']> {
  switch (who.kind) {
    case 'professional':
    case 'delegate':
      return { type: 'Practitioner', identifier: { system: rpps, value: who.rpps } };
    case 'structure':
      return { type: 'Organization', identifier: { system: finess, value: who.finess } };
    case 'related':
      return { reference: `RelatedPerson/${who.related}` };
    case 'holder':
      return who.patient === undefined
        ? { type: 'Patient', identifier: { system: issuer, value: subject } }
        : { reference: `Patient/${who.patient}` };
    default:
      return { display: who.kind, identifier: { system: issuer, value: subject } };
  }
}

function entitiesOf({ patient, resources, query, statute }: Told): AuditEventEntity[] {
  const system = { system: entityType, code: '2', display: 'System Object' };
  return [
    ...(patient === undefined
      ? []
      : [
          {
            what: { reference: `Patient/${patient}` },
            type: { system: entityType, code: '1', display: 'Person' },
            role: { system: entityRole, code: '1', display: 'Patient' },
          },
        ]),
    ...resources.map((reference) => ({
      what: { reference },
      type: system,
      role: { system: entityRole, code: '4', display: 'Domain Resource' },
    })),
    {
      type: system,
      role: { system: entityRole, code: '24', display: 'Query' },
      ...(query === undefined ? {} : { query: Buffer.from(query).toString('base64') }),
      detail: [{ type: 'statute', valueString: statute }],
    },
  ];
}
