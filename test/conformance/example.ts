// Small valid resources from which the tables of cases depart.
import { join } from 'node:path';
import { loadConformance } from '../../src/conformance/conformance.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

export const root = join(import.meta.dirname, '../..');
export const conformance = loadConformance(root);

const privacy = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] };
const treatment = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] };

export const patient: JsonObject = {
  resourceType: 'Patient',
  identifier: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: '279035121518989' }],
  name: [{ family: 'Lefèvre', given: ['Anne', 'Marie'] }],
  gender: 'female',
  birthDate: '1979-03-15',
};

export const document: JsonObject = {
  resourceType: 'DocumentReference',
  status: 'current',
  type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
  subject: { reference: 'Patient/abc' },
  date: '2026-11-20T10:00:00+01:00',
  author: [{ display: 'Laboratoire' }],
  content: [{ attachment: { contentType: 'application/pdf', title: 'Biologie', data: 'JVBERi0=' } }],
};

export function role(code: string): JsonObject {
  const system = code === 'IRCP' ? 'v3-ParticipationType' : 'v3-ParticipationFunction';
  return { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] };
}

export function purpose(code: string): JsonObject {
  return { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code };
}

export const doctor: JsonObject = {
  role: role('IRCP'),
  reference: { type: 'Practitioner', identifier: { system: 'https://rpps.esante.gouv.fr', value: '10003461033' } },
};
export const relative: JsonObject = { role: role('IRCP'), reference: { reference: 'RelatedPerson/mother' } };
export const secretary: JsonObject = {
  role: role('IRCP'),
  reference: { identifier: { system: 'https://issuer.example', value: 'secretary-1' } },
};

export function consent(kind: string, provision: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: kind === 'delegation' ? treatment : privacy,
    category: [{ coding: [{ system: 'https://carnet.example/fhir/CodeSystem/consent-kind', code: kind }] }],
    ...(kind === 'delegation' ? {} : { patient: { reference: 'Patient/abc' } }),
    policy: [{ uri: 'https://carnet.example/policy' }],
    provision,
    ...more,
  };
}
