// Who took part: who asked, for whom, in which structure, by which application, and this server.
// https://profiles.ihe.net/ITI/BALP/content.html, https://hl7.org/fhir/R4/auditevent-definitions.html#AuditEvent.agent
import type { AuditEventAgent, CodeableConcept, Coding } from '@medplum/fhirtypes';
import type { Caller, Mode } from '../identity/caller.ts';
import { identified } from '../identity/identifiers.ts';
import { actReason, callerRole, speciality } from '../identity/systems.ts';
import { roleOf } from '../identity/who.ts';
import { coding, concept } from './codes.ts';
import { namesToken } from './profile.ts';
import { isWriting, type Told } from './told.ts';

/** Persons come first, the application and the server last. */
export function agentsOf(told: Told): AuditEventAgent[] {
  const { caller } = told;
  return [...personsOf(told), ...structureOf(caller), clientOf(told), serverOf(told), ...tokenOf(told)];
}

const modes: Readonly<Record<Mode, string>> = { TREAT: 'normal', BTG: 'bris_de_glace', ETREAT: 'centre_15' };

/** The French access modes are those of professionals. */
export function purposeOf({ mode, who }: Caller): CodeableConcept {
  const french = who.kind === 'professional' || who.kind === 'delegate' ? [coding('accessMode', modes[mode])] : [];
  return { coding: [{ system: actReason, code: mode }, ...french] };
}

function personsOf(told: Told): AuditEventAgent[] {
  const { caller } = told;
  const { who } = caller;
  const name = caller.name ?? (who.kind === 'structure' ? caller.organizationName : undefined);
  const isDelegate = who.kind === 'delegate';
  const role = rolesOf(caller);
  const person: AuditEventAgent = {
    type: isWriting(told) ? concept('participation', 'AUT') : concept('participation', 'IRCP', 'information recipient'),
    ...(role.length === 0 ? {} : { role }),
    who: identityOf(caller),
    ...(name === undefined ? {} : { name }),
    requestor: !isDelegate,
    purposeOfUse: [purposeOf(caller)],
  };
  return isDelegate ? [byToken(told, secretary(who.secretary)), person] : [byToken(told, person)];
}

/** Of the one whose token it is. */
function byToken(told: Told, agent: AuditEventAgent): AuditEventAgent {
  const { token } = told.caller;
  if (token === undefined || !namesToken(told)) return agent;
  const type = { coding: [...(agent.type?.coding ?? []), coding('userAgent', 'UserOauthAgent')] };
  return { ...agent, type, policy: [policyOf(token)] };
}

/** BALP has no policy of who deletes. */
function tokenOf(told: Told): AuditEventAgent[] {
  const { token } = told.caller;
  if (token === undefined || namesToken(told)) return [];
  return [{ type: concept('userAgent', 'UserOauthAgent'), requestor: false, policy: [policyOf(token)] }];
}

function policyOf(token: string): string {
  return `urn:ietf:params:oauth:jti:${encodeURIComponent(token)}`;
}

function secretary({ issuer, subject, name }: { issuer: string; subject: string; name?: string }): AuditEventAgent {
  return {
    type: concept('participation', 'ENT'),
    who: { identifier: { system: issuer, value: subject } },
    ...(name === undefined ? {} : { name }),
    requestor: true,
  };
}

/** Profession and specialities, or the role of who acts by his office. */
function rolesOf({ who }: Caller): CodeableConcept[] {
  const codings: Coding[] =
    'profession' in who
      ? [{ ...who.profession }, ...who.specialities.map((code) => ({ system: speciality, code }))]
      : [roleOf(who.kind)].flatMap((code) => (code === undefined ? [] : [{ system: callerRole, code }]));
  return codings.map((one) => ({ coding: [one] }));
}

function structureOf({ who, organizationName }: Caller): AuditEventAgent[] {
  if ((who.kind !== 'professional' && who.kind !== 'delegate') || who.finess === undefined) return [];
  return [
    {
      type: concept('roleClass', 'PROV'),
      who: identified('Organization', who.finess),
      ...(organizationName === undefined ? {} : { name: organizationName }),
      requestor: false,
    },
  ];
}

function identityOf({ who, issuer, subject }: Caller): NonNullable<AuditEventAgent['who']> {
  switch (who.kind) {
    case 'professional':
    case 'delegate':
      return identified('Practitioner', who.rpps);
    case 'structure':
      return identified('Organization', who.finess);
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

/** Roles in the flow: a reading flows to the application, a query or what is written to the server. */
function flowOf({ interaction }: Told): { readonly client: CodeableConcept; readonly server: CodeableConcept } {
  const destination = concept('dicom', '110152', 'Destination Role ID');
  const source = concept('dicom', '110153', 'Source Role ID');
  if (interaction === 'read' || interaction === 'vread') return { client: destination, server: source };
  if (interaction !== 'delete') return { client: source, server: destination };
  return { client: concept('dicom', '110150', 'Application'), server: concept('custodian', 'custodian', 'Custodian') };
}

function clientOf(told: Told): AuditEventAgent {
  const { caller, requested } = told;
  const { address } = requested;
  return {
    type: flowOf(told).client,
    who:
      caller.client === undefined
        ? { display: address ?? 'unknown' }
        : { identifier: { system: caller.issuer, value: caller.client } },
    requestor: false,
    ...(address === undefined ? {} : { network: { address, type: '2' } }),
  };
}

function serverOf(told: Told): AuditEventAgent {
  const { baseUrl } = told;
  return {
    type: flowOf(told).server,
    who: { display: 'carnet', identifier: { value: baseUrl } },
    requestor: false,
    network: { address: baseUrl, type: '5' },
  };
}
