// The text of a trace: an AuditEvent after IHE BALP, holding what the caller sent and was answered, never what the server knew.
// https://profiles.ihe.net/ITI/BALP, https://hl7.org/fhir/R4/auditevent.html
import type { AuditEvent } from '@medplum/fhirtypes';
import { agentsOf, purposeOf } from './agent.ts';
import { coding } from './codes.ts';
import { entitiesOf } from './entity.ts';
import { profilesOf } from './profile.ts';
import type { Interaction, Told } from './told.ts';

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

export function auditEvent(told: Told): AuditEvent {
  const { id, recorded, caller, interaction, status, baseUrl } = told;
  const { reason } = caller;
  const profile = [...profilesOf(told)];
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { versionId: '1', lastUpdated: recorded.toISOString(), ...(profile.length === 0 ? {} : { profile }) },
    type: coding('event', 'rest', 'Restful Operation'),
    subtype: [coding('interaction', interaction, interaction)],
    action: actions[interaction],
    recorded: recorded.toISOString(),
    outcome: status < 400 ? '0' : status < 500 ? '4' : '8',
    outcomeDesc: String(status),
    purposeOfEvent: [{ ...purposeOf(caller), ...(reason === undefined ? {} : { text: reason }) }],
    agent: agentsOf(told),
    source: {
      site: new URL(baseUrl).host,
      observer: { display: 'carnet', identifier: { value: baseUrl } },
      type: [coding('source', '4', 'Application Server')],
    },
    entity: entitiesOf(told),
  };
}
