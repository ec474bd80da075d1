// What a record holds beside documents: one step or two of each type, and who sees it.
import type { JsonObject } from '../../src/fhir/json.ts';
import { loinc, visibility } from '../resources.ts';
import { at, but, coded, readers, rulers, subject } from './step.ts';
import type { Names, Step } from './world.ts';

const terminology = 'http://terminology.hl7.org/CodeSystem';

const clinical = (
  by: string,
  name: string,
  type: string,
  seen: readonly string[],
  elements: JsonObject | ((names: Names) => JsonObject),
): Step => ({
  by,
  name,
  path: at(`/${type}`),
  body: (names) => ({
    resourceType: type,
    ...(typeof elements === 'function' ? elements(names) : { subject: { reference: `Patient/${subject(names)}` }, ...elements }),
  }),
  seen,
});
const ofPatient =
  (elements: JsonObject) =>
  (names: Names): JsonObject => ({ patient: { reference: `Patient/${subject(names)}` }, ...elements });
const masked = { meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] } };
const held = { meta: { security: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] } };
const category = (code: string, system: string): JsonObject => ({ category: [coded(code, `${terminology}/${system}`)] });

/** Of the hospital; the laboratory's is closed to the speech therapist. */
const hospital: readonly Step[] = [
  clinical('hospital', 'stay', 'Encounter', readers, {
    status: 'finished',
    class: { system: `${terminology}/v3-ActCode`, code: 'IMP' },
    period: { start: '2026-10-20', end: '2026-10-25' },
  }),
  clinical('hospital', 'maskedStay', 'Encounter', but('doctor', 'speech', 'relative', 'rescuer'), (names) => ({
    subject: { reference: `Patient/${subject(names)}` },
    ...masked,
    partOf: { reference: `Encounter/${names.stay}` },
    status: 'finished',
    class: { system: `${terminology}/v3-ActCode`, code: 'EMER' },
    period: { start: '2026-09-02', end: '2026-09-02' },
  })),
  clinical('hospital', 'glucose', 'Observation', but('speech'), (names) => ({
    subject: { reference: `Patient/${subject(names)}` },
    status: 'final',
    ...category('laboratory', 'observation-category'),
    code: coded('15074-8'),
    effectiveDateTime: '2026-10-21',
    encounter: { reference: `Encounter/${names.stay}` },
    valueQuantity: { value: 6.3, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  })),
  clinical('hospital', 'pulse', 'Observation', readers, {
    status: 'final',
    ...category('vital-signs', 'observation-category'),
    code: coded('8867-4'),
    effectiveDateTime: '2026-10-21T08:00:00+02:00',
    valueQuantity: { value: 70, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  }),
  clinical('hospital', 'heldResult', 'Observation', but('holder', 'relative', 'speech'), {
    ...held,
    status: 'final',
    ...category('laboratory', 'observation-category'),
    code: coded('2857-1'),
    effectiveDateTime: '2026-11-01',
    valueQuantity: { value: 5, unit: 'ng/mL', system: 'http://unitsofmeasure.org', code: 'ng/mL' },
  }),
  // Visible, and refers to what the speech therapist and the holder do not see.
  clinical('hospital', 'imaging', 'DiagnosticReport', readers, (names) => ({
    subject: { reference: `Patient/${subject(names)}` },
    status: 'final',
    ...category('RAD', 'v2-0074'),
    code: coded('24627-2'),
    effectiveDateTime: '2026-10-22',
    result: [{ reference: `Observation/${names.glucose}` }, { reference: `Observation/${names.heldResult}` }],
  })),
  clinical('hospital', 'bloodReport', 'DiagnosticReport', but('speech'), {
    status: 'final',
    ...category('LAB', 'v2-0074'),
    code: coded('58410-2'),
    effectiveDateTime: '2026-10-22',
  }),
  clinical('hospital', 'operation', 'Procedure', readers, (names) => ({
    subject: { reference: `Patient/${subject(names)}` },
    status: 'completed',
    code: coded('80146002', 'http://snomed.info/sct'),
    performedDateTime: '2026-10-21',
    encounter: { reference: `Encounter/${names.maskedStay}` },
  })),
  clinical('hospital', 'maskedOperation', 'Procedure', but('doctor', 'speech', 'relative', 'rescuer'), {
    ...masked,
    status: 'completed',
    code: coded('64915003', 'http://snomed.info/sct'),
    performedDateTime: '2026-09-02',
  }),
  clinical('hospital', 'implant', 'Device', readers, ofPatient({ status: 'active', serialNumber: 'P-1' })),
  clinical(
    'hospital',
    'maskedImplant',
    'Device',
    but('doctor', 'speech', 'relative', 'rescuer'),
    ofPatient({ ...masked, status: 'active', serialNumber: 'P-2' }),
  ),
];

const doctors = but('hospital');
/** Of the doctor, who keeps seeing what the holder masks. */
const doctor: readonly Step[] = [
  clinical('doctor', 'problem', 'Condition', doctors, {
    ...category('problem-list-item', 'condition-category'),
    clinicalStatus: coded('active', `${terminology}/condition-clinical`),
    code: coded('44054006', 'http://snomed.info/sct'),
    recordedDate: '2026-08-03',
  }),
  clinical('doctor', 'maskedProblem', 'Condition', [...rulers, 'doctor'], {
    ...masked,
    clinicalStatus: coded('active', `${terminology}/condition-clinical`),
    code: coded('73211009', 'http://snomed.info/sct'),
    recordedDate: '2026-08-04',
  }),
  clinical('doctor', 'statement', 'MedicationStatement', doctors, {
    status: 'active',
    medicationCodeableConcept: coded('A10BA02', 'http://www.whocc.no/atc'),
    effectiveDateTime: '2026-08-03',
  }),
  clinical('doctor', 'message', 'Communication', doctors, {
    status: 'completed',
    sent: '2026-08-05T10:00:00Z',
    payload: [{ contentString: 'Bonjour' }],
  }),
  clinical('doctor', 'heldMessage', 'Communication', but('holder', 'relative', 'hospital'), {
    ...held,
    status: 'completed',
    sent: '2026-11-05T10:00:00Z',
    payload: [{ contentString: 'À annoncer' }],
  }),
];

const fed = [...doctors, 'feeder'];
const medicine = { medicationCodeableConcept: coded('N02BE01', 'http://www.whocc.no/atc') };
const benefit = (day: string): ((names: Names) => JsonObject) =>
  ofPatient({
    status: 'active',
    type: coded('professional', `${terminology}/claim-type`),
    use: 'claim',
    billablePeriod: { start: day, end: day },
    created: '2026-11-01',
    insurer: { display: 'Assurance maladie' },
    provider: { display: 'Cabinet' },
    outcome: 'complete',
    insurance: [{ focal: true, coverage: { display: 'Assurance maladie' } }],
  });
/** Of the health insurance: outside the window nobody sees it. */
const feeder: readonly Step[] = [
  clinical('feeder', 'prescription', 'MedicationRequest', fed, {
    status: 'active',
    intent: 'order',
    ...medicine,
    authoredOn: '2026-05-03',
  }),
  clinical('feeder', 'oldPrescription', 'MedicationRequest', ['feeder'], {
    status: 'completed',
    intent: 'order',
    ...medicine,
    authoredOn: '2023-05-03',
  }),
  clinical('feeder', 'dispense', 'MedicationDispense', fed, (names) => ({
    subject: { reference: `Patient/${subject(names)}` },
    status: 'completed',
    ...medicine,
    whenHandedOver: '2026-05-05',
    authorizingPrescription: [{ reference: `MedicationRequest/${names.oldPrescription}` }],
  })),
  clinical('feeder', 'oldDispense', 'MedicationDispense', ['feeder'], {
    status: 'completed',
    ...medicine,
    whenHandedOver: '2023-05-05',
  }),
  clinical('feeder', 'benefit', 'ExplanationOfBenefit', fed, benefit('2026-05-04')),
  clinical('feeder', 'oldBenefit', 'ExplanationOfBenefit', ['feeder'], benefit('2023-05-04')),
];

const holder: readonly Step[] = [
  clinical(
    'holder',
    'mother',
    'FamilyMemberHistory',
    doctors,
    ofPatient({ status: 'completed', date: '2026-07-01', relationship: coded('MTH', `${terminology}/v3-RoleCode`) }),
  ),
  clinical(
    'holder',
    'father',
    'FamilyMemberHistory',
    rulers,
    ofPatient({ ...masked, status: 'completed', date: '2026-07-02', relationship: coded('FTH', `${terminology}/v3-RoleCode`) }),
  ),
  clinical('holder', 'weight', 'Observation', doctors, {
    status: 'final',
    ...category('vital-signs', 'observation-category'),
    code: { coding: [{ system: loinc, code: '29463-7' }] },
    effectiveDateTime: '2026-07-03',
    valueQuantity: { value: 61.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  }),
];

export const record: readonly Step[] = [...hospital, ...doctor, ...feeder, ...holder];
