// What it was about: the request, the record, what was delivered or written, the question, and the law in force.
// https://profiles.ihe.net/ITI/BALP/content.html, https://hl7.org/fhir/R4/auditevent-definitions.html#AuditEvent.entity
import type { AuditEventEntity } from '@medplum/fhirtypes';
import { coding } from './codes.ts';
import { isOfOne, objectOf } from './profile.ts';
import type { Told } from './told.ts';

export function entitiesOf(told: Told): AuditEventEntity[] {
  const { requested, query } = told;
  return [
    { what: { identifier: { value: requested.id } }, type: coding('basicEntity', 'XrequestId') },
    ...patientOf(told),
    ...told.resources.map((reference) => resourceOf(told, reference)),
    questionOf(told, query),
    lawOf(told),
  ];
}

const systemObject = coding('entity', '2', 'System Object');
const other = coding('entity', '4');

function patientOf({ patient, caller, interaction }: Told): AuditEventEntity[] {
  if (patient === undefined) return [];
  // BALP has no detail of the patient in a delete; the reason is in `purposeOfEvent` as well.
  const { reason } = interaction === 'delete' ? {} : caller;
  return [
    {
      what: { reference: `Patient/${patient}` },
      type: coding('entity', '1', 'Person'),
      role: coding('role', '1', 'Patient'),
      ...(reason === undefined ? {} : { detail: [{ type: 'justification', valueString: reason }] }),
    },
  ];
}

function resourceOf(told: Told, reference: string): AuditEventEntity {
  const type = reference === objectOf(told) ? systemObject : coding('resource', reference.slice(0, reference.indexOf('/')));
  return { what: { reference }, type, role: coding('role', '4') };
}

function questionOf(told: Told, query: string): AuditEventEntity {
  return {
    type: isOfOne(told) ? other : systemObject,
    role: coding('role', '24'),
    query: Buffer.from(query).toString('base64'),
  };
}

/** Its hash, and whether a Vitale card was in the reader: by these was decided. */
function lawOf({ statute, caller }: Told): AuditEventEntity {
  return {
    what: { identifier: { value: statute } },
    type: other,
    role: coding('role', '13'),
    name: 'statute',
    ...(caller.vitale.length === 0 ? {} : { detail: [{ type: 'vitale-card', valueString: 'present' }] }),
  };
}
