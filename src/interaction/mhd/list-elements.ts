// The tables of a SubmissionSet's and a Folder's elements: MHD minimal, comprehensive, and comprehensive as PDSm narrows it.
// https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition-pdsm-submissionset-comprehensive.html
import type { Rule } from './cardinality.ts';

const common: readonly Rule[] = [
  ['modifierExtension', '0..0', '0..0', '0..0'],
  ['status', '1..1', '1..1', '1..1', 'current'],
  ['mode', '1..1', '1..1', '1..1', 'working'],
  ['subject', '0..1', '1..1', '1..1', 'the Patient of the record'],
  ['note', '0..1', '0..1', '0..1'],
  ['encounter', '0..0', '0..0', '0..0'],
  ['orderedBy', '0..0', '0..0', '0..0'],
  ['entry.item', '1..1', '1..1', '1..1'],
  ['entry.flag', '0..0', '0..0', '0..0'],
  ['entry.deleted', '0..0', '0..0', '0..0'],
  ['entry.date', '0..0', '0..0', '0..0'],
  ['emptyReason', '0..0', '0..0', '0..0'],
];

export const submissionSetElements: readonly Rule[] = [
  ...common,
  ['contained', '0..*', '0..*', '1..*', 'contain the source, or its organization, and refer to it by #id'],
  ['extension:ihe-sourceId', '1..1', '1..1', '1..1', 'a valueIdentifier, the OID of the sending system'],
  ['extension:ihe-designationType', '0..1', '1..1', '1..1', 'a valueCodeableConcept, the kind of activity'],
  ['title', '0..1', '0..1', '0..1'],
  ['date', '1..1', '1..1', '1..1', 'when the set was submitted'],
  ['source', '0..1', '0..1', '1..1', 'who submits'],
];

export const folderElements: readonly Rule[] = [
  ...common,
  ['extension:ihe-designationType', '0..*', '1..*', '1..1', 'a valueCodeableConcept, the kind of activity'],
  ['title', '0..1', '1..1', '1..1'],
  ['date', '0..1', '0..1', '1..1', 'when the folder was made or last changed'],
  ['source', '0..0', '0..0', '0..0'],
  ['entry', '0..*', '0..*', '1..*', 'the documents of the folder'],
];
