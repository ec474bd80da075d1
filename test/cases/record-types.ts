// The short forms of what a record holds beyond the first types: `{observation: name, category: 'imaging'}`, `{list: name, entries: [names]}` …
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Known } from './people.ts';
import { type Body, caseSystem, coded, identifier, labelled, type Maker, type Shorthand, subject, typed } from './shorthand.ts';

const terminology = 'http://terminology.hl7.org/CodeSystem';

/** `Type/id` of a thing that the case has made. */
function named(name: string, { ids, types, key }: Known): JsonObject {
  return { reference: name.includes('/') ? name.replace('$key', key) : `${types.get(name)}/${ids.get(name)}` };
}

const common = (type: string, step: Shorthand, known: Known): JsonObject => ({
  resourceType: type,
  ...labelled(step),
  identifier: identifier(known),
});

const category = (step: Shorthand, system: string): JsonObject =>
  step.category === undefined ? {} : { category: [step.category].flat().map((code: string) => coded(code, `${terminology}/${system}`)) };

const code = { code: { text: 'x' } };

const composition = (step: Shorthand, known: Known): JsonObject => ({
  resourceType: 'Composition',
  ...labelled(step),
  identifier: { system: caseSystem, value: known.key },
  status: 'final',
  type: typed(step.type ?? '34133-9'),
  subject: subject(known),
  date: step.date ?? '2026-10-01',
  author: [{ display: 'Dr Martin' }],
  title: 'x',
  ...(step.entries && { section: [{ title: 'a', section: [{ title: 'b', entry: step.entries.map((one: string) => named(one, known)) }] }] }),
});

/** `inside`: further steps whose resources stand in the document. */
function bundle(step: Shorthand, known: Known): JsonObject {
  const inside: readonly JsonObject[] = (step.inside ?? []).flatMap((one: Body) => {
    if (one.raw !== undefined) return [one.raw];
    const [maker] = Object.keys(recordTypes).filter((name) => one[name] !== undefined);
    return maker === undefined ? [] : [recordTypes[maker]?.(one, known) ?? {}];
  });
  const first = composition({ ...step, labels: undefined }, known);
  return {
    resourceType: 'Bundle',
    ...labelled(step),
    identifier: { system: caseSystem, value: known.key },
    type: step.bundleType ?? 'document',
    timestamp: '2026-10-01T10:00:00Z',
    entry: [first, ...inside].map((resource, at) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`, resource })),
  };
}

export const recordTypes: Readonly<Record<string, Maker>> = {
  list: (step, known) => ({
    ...common('List', step, known),
    status: 'current',
    mode: 'working',
    subject: subject(known),
    date: '2026-10-01',
    ...(step.entries && { entry: step.entries.map((one: string) => ({ item: named(one, known) })) }),
  }),
  condition: (step, known) => ({
    ...common('Condition', step, known),
    ...category(step, 'condition-category'),
    clinicalStatus: coded('active', `${terminology}/condition-clinical`),
    ...code,
    subject: subject(known),
    recordedDate: '2026-10-01',
    ...step.more,
  }),
  observation: (step, known) => ({
    ...common('Observation', step, known),
    status: 'final',
    ...category(step, 'observation-category'),
    ...code,
    subject: subject(known),
    effectiveDateTime: '2026-10-01',
    valueString: 'x',
    ...step.more,
  }),
  report: (step, known) => ({
    ...common('DiagnosticReport', step, known),
    status: 'final',
    ...category(step, 'v2-0074'),
    ...code,
    subject: subject(known),
    effectivePeriod: { start: '2026-10-01', end: '2026-10-02' },
  }),
  procedure: (step, known) => ({
    ...common('Procedure', step, known),
    status: 'completed',
    ...code,
    subject: subject(known),
    performedDateTime: '2026-10-01',
  }),
  prescription: (step, known) => ({
    ...common('MedicationRequest', step, known),
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'x' },
    subject: subject(known),
    authoredOn: step.date ?? '2026-10-01',
  }),
  dispense: (step, known) => ({
    ...common('MedicationDispense', step, known),
    status: 'completed',
    medicationCodeableConcept: { text: 'x' },
    subject: subject(known),
    whenHandedOver: step.date ?? '2026-10-01',
  }),
  medication: (step, known) => ({
    ...common('MedicationStatement', step, known),
    status: 'active',
    medicationCodeableConcept: { text: 'x' },
    subject: subject(known),
    effectiveDateTime: '2026-10-01',
    ...step.more,
  }),
  benefit: (step, known) => ({
    ...common('ExplanationOfBenefit', step, known),
    status: 'active',
    type: coded('professional', `${terminology}/claim-type`),
    use: 'claim',
    patient: subject(known),
    ...(step.period && { billablePeriod: step.period }),
    created: step.created ?? '2026-05-04',
    insurer: { display: 'Assurance maladie' },
    provider: { display: 'Cabinet' },
    outcome: 'complete',
    insurance: [{ focal: true, coverage: { display: 'Assurance maladie' } }],
  }),
  encounter: (step, known) => ({
    ...common('Encounter', step, known),
    status: 'finished',
    class: { system: `${terminology}/v3-ActCode`, code: step.category ?? 'IMP' },
    subject: subject(known),
    period: { start: '2026-10-01' },
  }),
  composition,
  bundle,
  provenance: (step, known) => ({
    resourceType: 'Provenance',
    ...labelled(step),
    target: step.entries.map((one: string) => named(one, known)),
    recorded: '2026-10-01T10:00:00Z',
    agent: [{ who: { identifier: { system: caseSystem, value: known.key } } }],
    ...(step.what && { entity: step.what.map((one: string) => ({ role: 'source', what: named(one, known) })) }),
  }),
  communication: (step, known) => ({
    ...common('Communication', step, known),
    status: 'completed',
    subject: subject(known),
    sent: '2026-10-01T10:00:00Z',
    payload: [{ contentString: 'x' }],
  }),
  family: (step, known) => ({
    ...common('FamilyMemberHistory', step, known),
    status: 'completed',
    patient: subject(known),
    date: '2026-10-01',
    relationship: coded('MTH', `${terminology}/v3-RoleCode`),
  }),
  device: (step, known) => ({
    ...common('Device', step, known),
    ...(step.patient === false ? {} : { patient: subject(known) }),
    serialNumber: 'x',
  }),
};

export const typesOfMakers: Readonly<Record<string, string>> = {
  list: 'List',
  condition: 'Condition',
  observation: 'Observation',
  report: 'DiagnosticReport',
  procedure: 'Procedure',
  prescription: 'MedicationRequest',
  dispense: 'MedicationDispense',
  medication: 'MedicationStatement',
  benefit: 'ExplanationOfBenefit',
  encounter: 'Encounter',
  composition: 'Composition',
  bundle: 'Bundle',
  provenance: 'Provenance',
  communication: 'Communication',
  device: 'Device',
  family: 'FamilyMemberHistory',
};
