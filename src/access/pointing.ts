// Resources that only point (List, Provenance, Composition, document Bundle): at what, and the envelope that follows from it.
// https://hl7.org/fhir/R4/list.html, https://hl7.org/fhir/R4/provenance.html, https://hl7.org/fhir/R4/documents.html
import { keyOfId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf, typeOf } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { isPointingType, pointedAt, pointing, uncategorised } from '../filter/envelope.ts';
import type { Envelope, Row } from '../filter/row.ts';
import { holdOf, labelsOf, readersOf } from './label.ts';
import type { Statute } from './statute.ts';
import { isInDirectory, ruling } from './type.ts';

export type Target = { readonly type: string; readonly row: Envelope & Pick<Row, '_id' | 'dep' | 'ent'> };

/** `Type/id` of everything in the record `rec` that the resource points at, each once. Whose record it is and who did what with it is not among them. */
export function pointsAt(resource: JsonObject, rec: string, baseUrl: string): readonly string[] {
  const names = literalsOf(resource).flatMap((text) => {
    const literal = parseReference(text);
    if (literal === undefined || (literal.base ?? baseUrl) !== baseUrl || keyOfId(literal.id) !== rec) return [];
    return literal.type === 'Patient' || literal.type === 'AuditEvent' ? [] : [`${literal.type}/${literal.id}`];
  });
  return [...new Set(names)];
}

function literalsOf(resource: JsonObject): readonly string[] {
  switch (resource.resourceType) {
    case 'List':
      return references(objectsOf(resource.entry).map(({ item }) => item));
    case 'Provenance':
      return references([...objectsOf(resource.target), ...objectsOf(resource.entity).map(({ what }) => what)]);
    case 'Composition':
      return references([
        ...sectionEntries(resource),
        ...objectsOf(resource.event).flatMap(({ detail }) => objectsOf(detail)),
        ...objectsOf(resource.relatesTo).map(({ targetReference }) => targetReference),
      ]);
    case 'Bundle':
      return objectsOf(resource.entry).flatMap(({ fullUrl, resource: inner }) => [
        textOf(fullUrl) ?? '',
        ...everyReference(inner),
      ]);
    default:
      return [];
  }
}

function references(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (isObject(value) ? (textOf(value.reference) ?? []) : []));
}

function sectionEntries({ section }: JsonObject): readonly JsonObject[] {
  return objectsOf(section).flatMap((one) => [...objectsOf(one.entry), ...sectionEntries(one)]);
}

function everyReference(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(everyReference);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === 'reference' && typeof part === 'string' ? [part] : everyReference(part),
  );
}

/** `targets`: those that the depositor may see when he writes. `own` is what stays where the targets' envelopes change. */
export function pointingEnvelope(
  { categoryOf }: Pick<Statute, 'categoryOf'>,
  { row, resource, targets }: { readonly row: Row; readonly resource: JsonObject; readonly targets: readonly Target[] },
): Envelope & Required<Pick<Row, 'own' | 'refs'>> {
  const labels = new Set([resource, ...within(resource)].flatMap((one) => [...labelsOf(one)]));
  const hold = holdOf(labels, row.made);
  const isClosed = isNamedByItself(resource, row._id);
  const own: Envelope = {
    rd: readersOf(labels, row.dep, row.st).filter((reader) => !(isClosed && reader === 'REL')),
    ...(hold === undefined ? {} : { hold }),
    tcs: [...new Set([typeOf(resource), ...categoriesIn(resource, categoryOf), ...(isClosed ? [uncategorised] : [])])],
  };
  const {
    rd,
    hold: until,
    tcs = [],
  } = pointing(
    own,
    targets.map(({ type, row: of }) => pointedAt(type, of)),
  );
  return {
    rd,
    ...(until === undefined ? {} : { hold: until }),
    tcs,
    own,
    refs: targets.map(({ type, row: of }) => `${type}/${of._id}`),
  };
}

/**
 * The SubmissionSet that the server makes for a lone document. It has no category: whom only a consent lets see the document does not
 * see it, since provisions speak of the document alone.
 */
function isNamedByItself({ resourceType, identifier }: JsonObject, id: string): boolean {
  return resourceType === 'List' && objectsOf(identifier).some(({ value }) => textOf(value)?.endsWith(`/List/${id}`));
}

/** What stands in a resource itself, to any depth. */
function within(resource: JsonObject): readonly JsonObject[] {
  const entries = resource.resourceType === 'Bundle' ? objectsOf(resource.entry).map((entry) => entry.resource) : [];
  const inner = [...entries, ...objectsOf(resource.contained)].filter(isObject);
  return inner.flatMap((one) => [one, ...within(one)]);
}

/** People and the directory count as nothing; what is of the record and has no category, as uncategorised. */
function categoriesIn(resource: JsonObject, categoryOf: Statute['categoryOf']): readonly string[] {
  return [resource, ...within(resource)].flatMap((one) => {
    const type = typeOf(one);
    if (ruling(type) === 'identity' || isInDirectory(type, one)) return [];
    if (isPointingType(type) && type !== 'Composition') return [type];
    return [...(type === 'Composition' ? [type] : []), categoryOf(one) ?? uncategorised];
  });
}
