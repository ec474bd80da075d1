// JSON Patch: operations on the text of a resource, applied in order or not at all.
// https://www.rfc-editor.org/rfc/rfc6902, https://hl7.org/fhir/R4/http.html#patch
import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject } from '../../fhir/json.ts';
import { type Refusal, refuse } from '../../fhir/outcome.ts';
import { inserted, locate, type Place, removed, replaced, tokensOf, withoutEmptied } from './json-pointer.ts';

export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Place; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Place }
  | { readonly op: 'move' | 'copy'; readonly from: Place; readonly path: Place };

const mostOperations = 100;
/** What all copies together may add: names, values and characters. */
const mostCopied = 4_194_304;
const deepest = 64;

/** Throws a Refusal that names `[i].path` and the like; looks at no resource. */
export function readJsonPatch(sent: unknown): readonly JsonPatchOperation[] {
  if (!Array.isArray(sent) || sent.length === 0) throw refuse('bad-request', 'A JSON Patch is a list of operations');
  if (sent.length > mostOperations) throw refuse('bad-request', `A patch has ${mostOperations} operations at most`);
  return sent.map(readOperation);
}

function readOperation(sent: unknown, index: number): JsonPatchOperation {
  const at = `[${index}]`;
  if (!isObject(sent)) throw refuse('bad-request', 'An operation is an object', at);
  const path = placeIn(sent, 'path', at);
  const { op } = sent;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (!Object.hasOwn(sent, 'value')) throw refuse('bad-request', 'This operation has a value', `${at}.value`);
      return { op, path, value: sent.value };
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: placeIn(sent, 'from', at) };
    default:
      throw refuse('bad-request', 'The operation must be add, remove, replace, move, copy or test', `${at}.op`);
  }
}

function placeIn(sent: JsonObject, name: 'path' | 'from', at: string): Place {
  const pointer = Object.hasOwn(sent, name) ? sent[name] : undefined;
  const tokens = typeof pointer === 'string' ? tokensOf(pointer) : undefined;
  if (tokens === undefined) throw refuse('bad-request', 'A JSON Pointer to an element is required', `${at}.${name}`);
  return tokens;
}

/** The resource as the operations leave it; what they emptied is gone, as FHIR has no empty elements. `resource` is not changed. */
export function applyJsonPatch(resource: JsonObject, operations: readonly JsonPatchOperation[]): JsonObject {
  const emptied = new Set<object>();
  const budget = { left: mostCopied };
  const patched = operations.reduce<unknown>(
    (before, operation, index) => applied(before, operation, `[${index}]`, emptied, budget),
    resource,
  );
  const whole = withoutEmptied(patched, emptied);
  if (!isObject(whole)) throw refuse('business-rule', 'A resource is an object', `[${operations.length - 1}].path`);
  return whole;
}

type Budget = { left: number };

function applied(root: unknown, operation: JsonPatchOperation, at: string, emptied: Set<object>, budget: Budget): unknown {
  const { path } = operation;
  const found = (place: Place, name: 'path' | 'from'): unknown => {
    const value = locate(root, place);
    if (value === undefined) throw inapplicable(`${at}.${name}`);
    return value;
  };
  switch (operation.op) {
    case 'add':
      return added(root, path, operation.value, at);
    case 'remove':
      found(path, 'path');
      return removed(root, path, emptied);
    case 'replace':
      found(path, 'path');
      return replaced(root, path, operation.value);
    case 'test':
      if (!areEqual(found(path, 'path'), operation.value)) throw refuse('business-rule', 'The test failed', at);
      return root;
    case 'copy': {
      const value = found(operation.from, 'from');
      spend(value, budget, deepest, `${at}.from`);
      return added(root, path, value, at);
    }
    case 'move': {
      const value = found(operation.from, 'from');
      if (isWithin(path, operation.from)) throw inapplicable(`${at}.path`);
      return added(removed(root, operation.from, emptied), path, value, at);
    }
  }
}

function added(root: unknown, path: Place, value: unknown, at: string): unknown {
  const whole = inserted(root, path, value);
  if (whole === undefined) throw inapplicable(`${at}.path`);
  return whole;
}

/** Members in any order; numbers by what they are worth. https://www.rfc-editor.org/rfc/rfc6902#section-4.6 */
function areEqual(one: unknown, other: unknown): boolean {
  const [first, second] = [one, other].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  return isDeepStrictEqual(first, second);
}

function inapplicable(expression: string): Refusal {
  return refuse('business-rule', 'The operation cannot be applied here', expression);
}

/** A place cannot be moved into itself. */
function isWithin(path: Place, from: Place): boolean {
  return path.length > from.length && from.every((token, index) => token === path[index]);
}

/** Copies of copies grow faster than the patch that asks for them. */
function spend(value: unknown, budget: Budget, depth: number, at: string): void {
  budget.left -= typeof value === 'string' ? value.length : 1;
  if (budget.left < 0 || depth === 0) throw refuse('too-large', 'The patch copies too much', at);
  if (Array.isArray(value)) for (const one of value) spend(one, budget, depth - 1, at);
  else if (isObject(value)) for (const one of Object.values(value)) spend(one, budget, depth - 1, at);
}
