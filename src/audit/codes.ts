// The code systems in which traces speak.
// https://profiles.ihe.net/ITI/BALP/artifacts.html, https://hl7.org/fhir/R4/auditevent-definitions.html
import type { CodeableConcept, Coding } from '@medplum/fhirtypes';

const terminology = 'http://terminology.hl7.org/CodeSystem';
const balp = 'https://profiles.ihe.net/ITI/BALP/CodeSystem';

const systems = {
  event: `${terminology}/audit-event-type`,
  interaction: 'http://hl7.org/fhir/restful-interaction',
  entity: `${terminology}/audit-entity-type`,
  role: `${terminology}/object-role`,
  participation: `${terminology}/v3-ParticipationType`,
  roleClass: `${terminology}/v3-RoleClass`,
  custodian: `${terminology}/provenance-participant-type`,
  source: `${terminology}/security-source-type`,
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  resource: 'http://hl7.org/fhir/resource-types',
  userAgent: `${balp}/UserAgentTypes`,
  basicEntity: `${balp}/BasicAuditEntityType`,
  accessMode: 'https://mos.esante.gouv.fr/NOS/TRE_R248-ModeAcces/FHIR/TRE-R248-ModeAcces',
} as const;

/** With a display where the patterns of BALP have one: each more is an entry of the index of every trace. */
export function coding(system: keyof typeof systems, code: string, display?: string): Coding {
  return { system: systems[system], code, ...(display === undefined ? {} : { display }) };
}

export function concept(system: keyof typeof systems, code: string, display?: string): CodeableConcept {
  return { coding: [coding(system, code, display)] };
}
