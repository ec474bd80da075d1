// The patches of a Provide Document Bundle: each supersedes a document that another of the Bundle replaces, and does nothing else.
// https://profiles.ihe.net/ITI/MHD/StructureDefinition-IHE.MHD.Patch.Parameters.html
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';
import { isDocumentAddress, ofSlice, type Slice } from './slice.ts';

export function updateFaults(slices: readonly Slice[]): readonly Fault[] {
  const replaced = new Set(replacedBy(slices).map(canonical));
  return ofSlice(slices, 'UpdateDocumentRefs').flatMap((update) => [...patchFaults(update), ...targetFaults(update, replaced)]);
}

const parts: Readonly<Record<string, string>> = { type: 'replace', path: 'DocumentReference.status', value: 'superseded' };

function patchFaults({ resource, at }: Slice): readonly Fault[] {
  const operations = objectsOf(resource.parameter).filter(({ name }) => name === 'operation');
  const [operation, second] = operations;
  if (operation === undefined || second !== undefined)
    return [
      {
        code: 'structure',
        expression: `${at}.resource.parameter`,
        text: 'Give one operation: replace, DocumentReference.status, superseded',
      },
    ];
  const index = objectsOf(resource.parameter).indexOf(operation);
  return Object.entries(parts).flatMap(([part, wanted]): readonly Fault[] => {
    const found = objectsOf(operation.part).filter(({ name }) => name === part);
    if (found.length === 1 && found.every((one) => givenIn(one) === wanted)) return [];
    return [
      { code: 'value', expression: `${at}.resource.parameter[${index}].part`, text: `The ${part} of the operation is ${wanted}` },
    ];
  });
}

function givenIn({ valueCode, valueString }: JsonObject): unknown {
  return valueCode ?? valueString;
}

/** What criteria find is known later only: `replacedBy` compares it then. */
function targetFaults({ url, at }: Slice, replaced: ReadonlySet<string>): readonly Fault[] {
  const expression = `${at}.request.url`;
  if (!isDocumentAddress(url))
    return [
      {
        code: 'value',
        expression,
        text: 'Patch a DocumentReference: by its id, or by DocumentReference?identifier=system|value',
      },
    ];
  if (replaced.has(canonical(url))) return [];
  const isConditional = url.includes('?');
  if (isConditional && replaced.size > 0) return [];
  return [
    {
      code: 'business-rule',
      expression,
      text: 'No document of the Bundle replaces this one: add relatesTo with code replaces, or leave the patch out',
    },
  ];
}

/** The references of what the documents of the Bundle replace. */
export function replacedBy(slices: readonly Slice[]): readonly string[] {
  return ofSlice(slices, 'DocumentRefs').flatMap(({ resource }) =>
    objectsOf(resource.relatesTo).flatMap(({ code, target }) =>
      code === 'replaces' && isObject(target) ? (textOf(target.reference) ?? []) : [],
    ),
  );
}

/** Relative and without version, where it is a literal reference. */
function canonical(text: string): string {
  const literal = parseReference(text.replace(/^\//, ''));
  return literal === undefined ? text : `${literal.type}/${literal.id}`;
}
