// The DocumentReferences of a Provide Document Bundle: their elements, values, identifiers, authors, codes and relations.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Minimal.DocumentReference.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { cardinalityFaults } from './cardinality.ts';
import { containedFaults } from './contained.ts';
import { documentElements } from './document-elements.ts';
import { faultsIn } from './fault.ts';
import { identifierFaults, masterIdentifierFaults } from './identifier.ts';
import type { Level } from './level.ts';
import { isDocumentAddress, type Lookup, lookupIn, ofSlice, type Slice } from './slice.ts';
import { systemFaults } from './terminology.ts';

export function documentFaults(slices: readonly Slice[], level: Level): readonly Fault[] {
  const documents = ofSlice(slices, 'DocumentRefs');
  const lookup = lookupIn(documents);
  const faults = documents.flatMap((document) => [
    ...ofDocument(document.resource, level, `${document.at}.resource`),
    ...relationFaults(document, lookup, level, `${document.at}.resource`),
  ]);
  return [...faults, ...repeatedFaults(documents)];
}

function ofDocument(document: JsonObject, level: Level, at: string): readonly Fault[] {
  return [
    ...cardinalityFaults(documentElements, level, document, at),
    ...statusFault(document, at),
    ...masterIdentifierFaults(document, at),
    ...identifierFaults(document, at),
    ...(level === 'comprehensive' ? [...containedFaults(document, at), ...systemFaults(document, at)] : []),
  ];
}

function statusFault({ status }: JsonObject, at: string): readonly Fault[] {
  if (status === undefined || status === 'current' || status === 'superseded') return [];
  return [{ code: 'value', expression: `${at}.status`, text: 'The status of a document is current or superseded' }];
}

/** PDSm: whoever replaces says so by one relation, and by no other beside it. */
function relationFaults(document: Slice, lookup: Lookup, level: Level, at: string): readonly Fault[] {
  const relations = objectsOf(document.resource.relatesTo);
  const replaces = relations.some(({ code }) => code === 'replaces');
  const faults = faultsIn(relations, ({ target }, index) => {
    const reference = isObject(target) ? textOf(target.reference) : undefined;
    if (isDocumentAddress(reference) || lookup(reference, document) !== undefined) return [];
    const expression = `${at}.relatesTo[${index}].target`;
    return [{ code: 'value', expression, text: 'Refer to a DocumentReference: of the Bundle, or of this server' } as const];
  });
  if (!replaces || relations.length === 1 || level !== 'comprehensive') return faults;
  return [
    ...faults,
    { code: 'structure', expression: `${at}.relatesTo`, text: 'A document that replaces another relates to that one alone' },
  ];
}

/** `system|value`, the name of the document everywhere. */
export function masterIdentifierOf({ masterIdentifier }: JsonObject): string | undefined {
  if (!isObject(masterIdentifier)) return undefined;
  const [system, value] = [textOf(masterIdentifier.system), textOf(masterIdentifier.value)];
  return system === undefined || value === undefined ? undefined : `${system}|${value}`;
}

function repeatedFaults(documents: readonly Slice[]): readonly Fault[] {
  const seen = new Set<string>();
  return documents.flatMap(({ resource, at }): readonly Fault[] => {
    const name = masterIdentifierOf(resource);
    if (name === undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const text = 'Another document of the Bundle has this masterIdentifier: give each its own';
    return [{ code: 'duplicate', expression: `${at}.resource.masterIdentifier`, text }];
  });
}
