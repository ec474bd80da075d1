// What random worlds are filled with: the least text of each type that every rule may tell from another.
// https://hl7.org/fhir/R4/resourcelist.html
import type { JsonObject } from '../../../src/fhir/json.ts';
import { label, loinc, vaccination, visibility } from '../../resources.ts';

const terminology = 'http://terminology.hl7.org/CodeSystem';
const a05 = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';
export const a03 = 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument';

const concept = (code: string, system: string): JsonObject => ({ coding: [{ system, code }] });
const document = (type: string, system: string, kind: string, date: string): JsonObject => ({
  resourceType: 'DocumentReference',
  status: 'current',
  type: concept(type, system),
  category: [concept(kind, a03)],
  date,
  content: [{ attachment: { contentType: 'text/plain', title: 'x', url: 'https://ailleurs.example/x.txt' } }],
});
const observation = (category: string | undefined, effective: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  ...(category === undefined ? {} : { category: [concept(category, `${terminology}/observation-category`)] }),
  code: { text: 'x' },
  valueString: 'x',
  ...effective,
});
const medicine = { medicationCodeableConcept: { text: 'x' } };

export const documents: readonly JsonObject[] = [
  document('34112-3', loinc, '10', '2026-11-20T10:00:00+01:00'),
  document('34112-3', loinc, '11', '2026-06-30T23:59:59+02:00'),
  document('11502-2', loinc, '10', '2026-07-01T00:00:00+02:00'),
  document('68599-0', loinc, '11', '2026-06-15T10:00:00+02:00'),
  document('EXPPAT_1', a05, '90', '2026-11-01T10:00:00+01:00'),
  document('99999-9', loinc, '10', '2026-11-02T10:00:00+01:00'),
];

export const patientExpressions: readonly JsonObject[] = [document('EXPPAT_1', a05, '90', '2026-11-01T10:00:00+01:00')];

/** Beside documents; the patient is added. */
export const clinical: readonly JsonObject[] = [
  { ...vaccination('', { occurrenceDateTime: '2026' }), patient: undefined },
  { ...vaccination('', { occurrenceDateTime: '2026-06' }), patient: undefined },
  observation('laboratory', { effectiveDateTime: '2026-06-30' }),
  observation('vital-signs', { effectiveDateTime: '2026-10-21T08:00:00+02:00' }),
  observation('imaging', {}),
  observation(undefined, { effectivePeriod: { start: '2026-06-20', end: '2026-07-02' } }),
  {
    resourceType: 'DiagnosticReport',
    status: 'final',
    category: [concept('GE', `${terminology}/v2-0074`)],
    code: { text: 'x' },
    effectiveDateTime: '2026-07',
  },
  {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: concept('active', `${terminology}/allergyintolerance-clinical`),
    code: { text: 'x' },
  },
  {
    resourceType: 'Condition',
    clinicalStatus: concept('active', `${terminology}/condition-clinical`),
    category: [concept('problem-list-item', `${terminology}/condition-category`)],
    code: { text: 'x' },
    recordedDate: '2026-07-01',
  },
  { resourceType: 'Procedure', status: 'completed', code: { text: 'x' }, performedDateTime: '2026-06-30' },
  { resourceType: 'MedicationStatement', status: 'active', ...medicine, effectiveDateTime: '2026-07-01' },
  {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: `${terminology}/v3-ActCode`, code: 'EMER' },
    period: { start: '2026-07-01' },
  },
  { resourceType: 'Communication', status: 'completed', sent: '2026-08-05T10:00:00Z', payload: [{ contentString: 'x' }] },
];

/** What a patient says himself. */
export const ofHolder: readonly JsonObject[] = [
  { ...vaccination('', { occurrenceDateTime: '2026-06' }), patient: undefined },
  observation('vital-signs', { effectiveDateTime: '2026-07-01' }),
  {
    resourceType: 'AllergyIntolerance',
    clinicalStatus: concept('active', `${terminology}/allergyintolerance-clinical`),
    code: { text: 'x' },
  },
  {
    resourceType: 'FamilyMemberHistory',
    status: 'completed',
    date: '2026-07-01',
    relationship: concept('MTH', `${terminology}/v3-RoleCode`),
  },
];

/** Of the health insurance, at a date. */
export const fed: readonly ((date: string) => JsonObject)[] = [
  (date) => ({
    resourceType: 'ExplanationOfBenefit',
    status: 'active',
    type: concept('professional', `${terminology}/claim-type`),
    use: 'claim',
    billablePeriod: { start: date, end: '2026-11-01' },
    created: '2026-11-01',
    insurer: { display: 'x' },
    provider: { display: 'x' },
    outcome: 'complete',
    insurance: [{ focal: true, coverage: { display: 'x' } }],
  }),
  (date) => ({ resourceType: 'MedicationDispense', status: 'completed', ...medicine, whenHandedOver: date }),
  (date) => ({ resourceType: 'MedicationRequest', status: 'completed', intent: 'order', ...medicine, authoredOn: date }),
];

export const pointers: readonly ((targets: readonly string[]) => JsonObject)[] = [
  (targets) => ({
    resourceType: 'List',
    status: 'current',
    mode: 'working',
    date: '2026-07-01',
    ...(targets.length === 0 ? {} : { entry: targets.map((reference) => ({ item: { reference } })) }),
  }),
  (targets) => ({
    resourceType: 'Composition',
    status: 'final',
    type: concept('34112-3', loinc),
    date: '2026-07-01',
    author: [{ display: 'x' }],
    title: 'x',
    ...(targets.length === 0 ? {} : { section: [{ title: 'x', entry: targets.map((reference) => ({ reference })) }] }),
  }),
];

const withPatient = new Set([
  'Immunization',
  'AllergyIntolerance',
  'Claim',
  'ExplanationOfBenefit',
  'FamilyMemberHistory',
  'Consent',
  'RelatedPerson',
]);

/** In a record, with its labels where its type has them. */
export function inRecord(template: JsonObject, key: string, labels: readonly string[]): JsonObject {
  const type = String(template.resourceType);
  const patient = { reference: `Patient/${key}` };
  const { patient: _patient, ...rest } = template;
  const security = labels.map((code) => ({ system: visibility, code }));
  return {
    ...rest,
    ...(withPatient.has(type) ? { patient } : { subject: patient }),
    ...(labels.length === 0
      ? {}
      : type === 'DocumentReference'
        ? { meta: { security }, securityLabel: labels.map(label) }
        : { meta: { security } }),
  };
}
