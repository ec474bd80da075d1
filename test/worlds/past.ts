// Documents with a past: several versions, masked at the third, masked and shown again, deleted, and transactions of what some see.
import type { JsonObject } from '../../src/fhir/json.ts';
import { document, label, mask, visibility } from '../resources.ts';
import { at, but, coded, deposit, of, patched, readers, subject } from './step.ts';
import type { Names, Step, StepEntry } from './world.ts';

const unmasked = but('doctor', 'speech', 'relative', 'rescuer');
const archived = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived';
const filed: readonly JsonObject[] = [{ op: 'add', path: '/extension', value: [{ url: archived, valueBoolean: true }] }];

const versions: readonly Step[] = [
  deposit('revised', '34112-3', unmasked, () => ({ date: '2026-09-15T10:00:00+02:00' })),
  patched('hospital', 'DocumentReference', 'revised', unmasked, filed),
  patched('holder', 'DocumentReference', 'revised', unmasked, mask),
  patched('hospital', 'DocumentReference', 'revised', unmasked, [
    { op: 'replace', path: '/extension/0/valueBoolean', value: false },
  ]),
  deposit('grown', '34112-3', readers, () => ({ date: '2026-09-16T10:00:00+02:00' })),
  patched('hospital', 'DocumentReference', 'grown', readers, filed),
  {
    by: 'hospital',
    method: 'PUT',
    path: of('Observation', 'pulse'),
    body: (names) => ({
      resourceType: 'Observation',
      id: names.pulse,
      status: 'amended',
      category: [coded('vital-signs', 'http://terminology.hl7.org/CodeSystem/observation-category')],
      code: coded('8867-4'),
      subject: { reference: `Patient/${subject(names)}` },
      effectiveDateTime: '2026-10-21T08:00:00+02:00',
      valueQuantity: { value: 71, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
    }),
    seen: readers,
  },
];

const deleted: readonly Step[] = [
  deposit('withdrawn', '34112-3', readers, () => ({ date: '2026-09-17T10:00:00+02:00' })),
  { by: 'hospital', method: 'DELETE', path: of('DocumentReference', 'withdrawn'), seen: readers },
  deposit('withdrawnLaboratory', '11502-2', but('speech'), () => ({ date: '2026-09-18T10:00:00+02:00' })),
  { by: 'hospital', method: 'DELETE', path: of('DocumentReference', 'withdrawnLaboratory'), seen: but('speech') },
];

const address = (index: number): string => `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const posted = (index: number, resource: JsonObject): JsonObject => ({
  fullUrl: address(index),
  resource,
  request: { method: 'POST', url: resource.resourceType },
});

/** A SubmissionSet as IHE MHD writes it, without its profile. https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Minimal.SubmissionSet.html */
const submissionSet = (names: Names, number: number, items: readonly string[]): JsonObject => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  code: coded('submissionset', 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes'),
  identifier: [{ use: 'usual', system: 'urn:ietf:rfc:3986', value: `urn:oid:1.2.4.${number}` }],
  subject: { reference: `Patient/${subject(names)}` },
  date: '2026-11-06T10:00:00+01:00',
  entry: items.map((reference) => ({ item: { reference } })),
});

const pushed = (index: number, name: string, seen: readonly string[], resource: (names: Names) => JsonObject): StepEntry => ({
  name,
  seen,
  entry: (names) => posted(index, resource(names)),
});
const observation = (names: Names, category: string, more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  ...more,
  status: 'final',
  category: [coded(category, 'http://terminology.hl7.org/CodeSystem/observation-category')],
  code: coded('8310-5'),
  subject: { reference: `Patient/${subject(names)}` },
  effectiveDateTime: '2026-11-06',
  valueQuantity: { value: 37.5, unit: 'Cel', system: 'http://unitsofmeasure.org', code: 'Cel' },
});

/** Visible and hidden entries together: what some do not see is left out of the Bundle in their other world. */
const together: Step = {
  by: 'hospital',
  path: at('/'),
  entries: [
    pushed(1, 'sentMasked', unmasked, (names) => document(subject(names), '34112-3', { securityLabel: [label('MASQUE_PS')] })),
    pushed(2, 'sent', readers, (names) => document(subject(names), '34112-3')),
    pushed(3, 'sentBoth', unmasked, (names) => submissionSet(names, 1, [address(1), address(2)])),
    pushed(4, 'sentSet', readers, (names) => submissionSet(names, 2, [address(2)])),
    pushed(5, 'sentLaboratory', but('speech'), (names) => observation(names, 'laboratory', {})),
    pushed(6, 'sentPulse', readers, (names) => observation(names, 'vital-signs', {})),
    pushed(7, 'sentHeld', but('holder', 'relative'), (names) =>
      observation(names, 'vital-signs', { meta: { security: [{ system: visibility, code: 'INVISIBLE_PATIENT' }] } }),
    ),
  ],
};

export const past: readonly Step[] = [...versions, ...deleted, together];
