// What only points: at what is seen by all, at what is hidden from some, and at what its depositor does not see himself.
import type { JsonObject } from '../../src/fhir/json.ts';
import { label, mask, visibility } from '../resources.ts';
import { at, but, coded, deposit, lift, patched, readers, rulers, subject } from './step.ts';
import type { Names, Step } from './world.ts';

type Refs = (names: Names) => readonly string[];

const document_ =
  (...targets: readonly string[]): Refs =>
  (names) =>
    targets.map((name) => `DocumentReference/${names[name]}`);
const references = (refs: readonly string[]): readonly JsonObject[] => refs.map((reference) => ({ reference }));

const list = (by: string, name: string, seen: readonly string[], refs: Refs): Step => ({
  by,
  name,
  path: at('/List'),
  body: (names) => ({
    resourceType: 'List',
    status: 'current',
    mode: 'working',
    title: name,
    subject: { reference: `Patient/${subject(names)}` },
    date: '2026-11-02T10:00:00+01:00',
    entry: references(refs(names)).map((item) => ({ item })),
  }),
  seen,
});

const provenance = (by: string, name: string, seen: readonly string[], refs: Refs, what: Refs = () => []): Step => ({
  by,
  name,
  path: at('/Provenance'),
  body: (names) => ({
    resourceType: 'Provenance',
    target: references(refs(names)),
    recorded: '2026-11-03T10:00:00Z',
    agent: [{ who: { identifier: { system: 'https://finess.esante.gouv.fr', value: '750712184' } } }],
    ...(what(names).length === 0 ? {} : { entity: references(what(names)).map((one) => ({ role: 'source', what: one })) }),
  }),
  seen,
});

const composed = (names: Names, code: string, refs: readonly string[]): JsonObject => ({
  resourceType: 'Composition',
  status: 'final',
  type: coded(code),
  subject: { reference: `Patient/${subject(names)}` },
  date: '2026-11-04T10:00:00+01:00',
  author: [{ display: 'Dr Martin' }],
  title: 'Synthèse',
  ...(refs.length === 0 ? {} : { section: [{ title: 'a', entry: references(refs) }] }),
});

const composition = (by: string, name: string, seen: readonly string[], refs: Refs): Step => ({
  by,
  name,
  path: at('/Composition'),
  body: (names) => composed(names, '34112-3', refs(names)),
  seen,
});

/** `inside` stands in the document, after its Composition. */
const bundle = (name: string, seen: readonly string[], inside: (names: Names) => readonly JsonObject[]): Step => ({
  by: 'hospital',
  name,
  path: at('/Bundle'),
  body: (names) => ({
    resourceType: 'Bundle',
    type: 'document',
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:1.2.3.${name.length}` },
    timestamp: '2026-11-04T10:00:00Z',
    entry: [composed(names, '34112-3', []), ...inside(names)].map((resource, index) => ({
      fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resource,
    })),
  }),
  seen,
});
const problem = (names: Names, more: JsonObject): JsonObject => ({
  resourceType: 'Condition',
  ...more,
  clinicalStatus: coded('active', 'http://terminology.hl7.org/CodeSystem/condition-clinical'),
  code: coded('38341003', 'http://snomed.info/sct'),
  subject: { reference: `Patient/${subject(names)}` },
});

const unmasked = but('doctor', 'speech', 'relative', 'rescuer');
const unheld = but('holder', 'relative');
const doctors = but('hospital');
const unheldByDoctor = but('holder', 'relative', 'hospital');

const written: readonly Step[] = [
  list('hospital', 'openList', readers, document_('report', 'second')),
  list('hospital', 'mixedList', unmasked, document_('report', 'masked')),
  list('hospital', 'laboratoryList', but('speech'), document_('report', 'laboratory')),
  list('hospital', 'heldList', unheld, document_('announced', 'report')),
  list('hospital', 'oddList', [...rulers, 'hospital', 'relative'], document_('odd')),
  list('hospital', 'namedList', readers, document_('named')),
  list('hospital', 'listOfLists', unmasked, ({ openList, mixedList }) => [`List/${openList}`, `List/${mixedList}`]),
  // What the depositor does not see counts no more than what is not there.
  list('doctor', 'blindList', doctors, document_('report', 'masked')),
  list('doctor', 'blindListOfList', doctors, ({ mixedList }) => [`List/${mixedList}`]),
  list('doctor', 'oldBenefits', doctors, ({ oldBenefit }) => [`ExplanationOfBenefit/${oldBenefit}`]),
  provenance('hospital', 'openOrigin', readers, document_('report')),
  provenance('hospital', 'maskedOrigin', unmasked, document_('masked')),
  provenance('hospital', 'maskedSource', unmasked, document_('report'), document_('masked')),
  provenance('hospital', 'listOrigin', unheld, ({ heldList }) => [`List/${heldList}`]),
  composition('hospital', 'openSummary', readers, ({ pulse, operation }) => [`Observation/${pulse}`, `Procedure/${operation}`]),
  composition('hospital', 'maskedSummary', unmasked, ({ maskedOperation }) => [`Procedure/${maskedOperation}`]),
  composition('hospital', 'heldSummary', but('holder', 'relative', 'speech'), ({ heldResult }) => [`Observation/${heldResult}`]),
  composition('doctor', 'blindSummary', doctors, ({ maskedOperation }) => [`Procedure/${maskedOperation}`]),
  bundle('openDocument', but(), (names) => [problem(names, {})]),
  bundle('maskedDocument', unmasked, (names) => [
    problem(names, { meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] } }),
  ]),
  bundle('pointingDocument', unmasked, (names) => [
    problem(names, { evidence: [{ detail: [{ reference: `DocumentReference/${names.masked}` }] }] }),
  ]),
];

/** Labels that change after something points: neither version nor instant nor history of what points says so. */
const water: readonly Step[] = [
  deposit('sunk', '34112-3', unmasked, () => ({ date: '2026-10-11T10:00:00+02:00' })),
  list('hospital', 'sunkList', unmasked, document_('sunk')),
  list('hospital', 'sunkBesides', unmasked, document_('report', 'sunk')),
  list('inside', 'sunkOfInside', [...rulers, 'inside'], document_('sunk')),
  patched('holder', 'DocumentReference', 'sunk', unmasked, mask),
  deposit('risen', '34112-3', readers, () => ({ date: '2026-10-12T10:00:00+02:00' })),
  list('hospital', 'risenList', readers, document_('risen')),
  patched('holder', 'DocumentReference', 'risen', readers, mask),
  patched('holder', 'DocumentReference', 'risen', readers, lift),
  deposit('uncovered', '34112-3', readers, () => ({ securityLabel: [label('MASQUE_PS')] })),
  list('hospital', 'uncoveredList', readers, document_('uncovered')),
  patched('holder', 'DocumentReference', 'uncovered', readers, lift),
  // The doctor's own, so that it takes no consent that others do not see.
  { ...deposit('postponed', '34112-3', unheldByDoctor, () => ({ date: '2026-10-13T10:00:00+02:00' })), by: 'doctor' },
  list('doctor', 'postponedList', unheldByDoctor, document_('report', 'postponed')),
  patched('doctor', 'DocumentReference', 'postponed', unheldByDoctor, [
    { op: 'add', path: '/securityLabel', value: [label('INVISIBLE_PATIENT')] },
  ]),
  // A List that follows what it points at, and is changed afterwards.
  list('hospital', 'narrowed', readers, document_('report', 'sunk')),
  patched('hospital', 'List', 'narrowed', readers, [{ op: 'remove', path: '/entry/1' }]),
];

export const pointers: readonly Step[] = [...written, ...water];
