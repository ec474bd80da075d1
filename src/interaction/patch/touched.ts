// Which top-level elements a patch may change, told from the operations alone, so that a rule on them looks at no resource.
// https://hl7.org/fhir/R4/http.html#patch
import type { FhirPathOperation } from './fhirpath-operation.ts';
import type { JsonPatchOperation } from './json-patch.ts';

/** `element`: its JSON name, '' where it may be any; `at`: the expression of the path that names it. */
export type Touched = { readonly element: string; readonly at: string };

export function touchedByJsonPatch(operations: readonly JsonPatchOperation[]): readonly Touched[] {
  return operations.flatMap((operation, index) => {
    if (operation.op === 'test') return [];
    const touched = [{ element: elementOf(operation.path[0]), at: `[${index}].path` }];
    return operation.op === 'move' ? [...touched, { element: elementOf(operation.from[0]), at: `[${index}].from` }] : touched;
  });
}

/** `type`: of the resource, with which paths may begin. A path that is no plain way from the top may touch anything. */
export function touchedByFhirPathPatch(type: string, operations: readonly FhirPathOperation[]): readonly Touched[] {
  const way = new RegExp(String.raw`^(?:${type}|(?:${type}\.)?([a-z]\w*)(?:[.[(][^|]*)?)$`);
  return operations.map((operation) => {
    const found = way.exec(operation.path);
    const added = operation.type === 'add' && operation.path === type ? operation.name : undefined;
    const part = added === undefined ? 'path' : 'name';
    return { element: elementOf(added ?? found?.[1]), at: operation.at.get(part) ?? '' };
  });
}

/** A companion stands for its element. */
function elementOf(name = ''): string {
  return name.replace(/^_/, '');
}
