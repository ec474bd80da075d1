// The resources that the tests' people write: small, French, synthetic.
import type { JsonObject } from '../src/fhir/json.ts';
import { finessSystem, rppsSystem } from '../src/identity/systems.ts';

export const testIns = 'urn:oid:1.2.250.1.213.1.4.10';
export const visibility = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';

export function patient(ins: string, more: JsonObject = {}): JsonObject {
  return {
    resourceType: 'Patient',
    identifier: [{ system: testIns, value: ins }],
    name: [{ family: 'Lefèvre', given: ['Anne'] }],
    gender: 'female',
    birthDate: '1979-03-15',
    ...more,
  };
}

export type Naming = { readonly rpps: string } | { readonly finess: string } | { readonly reference: string };

export function actor(named: Naming, role: 'IRCP' | 'PCP' | 'ATTPHYS' = 'IRCP'): JsonObject {
  const system = `http://terminology.hl7.org/CodeSystem/${role === 'IRCP' ? 'v3-ParticipationType' : 'v3-ParticipationFunction'}`;
  const reference =
    'rpps' in named
      ? { type: 'Practitioner', identifier: { system: rppsSystem, value: named.rpps } }
      : 'finess' in named
        ? { type: 'Organization', identifier: { system: finessSystem, value: named.finess } }
        : named;
  return { role: { coding: [{ system, code: role }] }, reference };
}

export function consent(kind: string, key: string | undefined, provision: JsonObject, more: JsonObject = {}): JsonObject {
  const scope = kind === 'delegation' ? 'treatment' : 'patient-privacy';
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: scope }] },
    category: [{ coding: [{ system: 'https://carnet.example/fhir/CodeSystem/consent-kind', code: kind }] }],
    ...(key === undefined ? {} : { patient: { reference: `Patient/${key}` } }),
    policy: [{ uri: 'https://carnet.example/policy' }],
    provision,
    ...more,
  };
}

export const loinc = 'http://loinc.org';

export function document(
  key: string,
  code: string,
  more: JsonObject = {},
  text = `document ${code}`,
  contentType = 'text/plain',
): JsonObject {
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    type: { coding: [{ system: loinc, code }] },
    subject: { reference: `Patient/${key}` },
    date: '2026-11-20T10:00:00+01:00',
    content: [{ attachment: { contentType, title: 'Document', data: Buffer.from(text).toString('base64') } }],
    ...more,
  };
}

export function vaccination(key: string, more: JsonObject = {}): JsonObject {
  return {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { text: 'DTP' },
    patient: { reference: `Patient/${key}` },
    occurrenceDateTime: '2026-10-01',
    ...more,
  };
}

export function label(code: string): JsonObject {
  return { coding: [{ system: visibility, code }] };
}

export const mask = [{ op: 'add', path: '/securityLabel/-', value: label('MASQUE_PS') }];
