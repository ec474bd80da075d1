// The operations of a FHIRPath Patch as its Parameters say them.
// https://hl7.org/fhir/R4/fhirpatch.html
import { isObject, type JsonObject } from '../../fhir/json.ts';
import { refuse } from '../../fhir/outcome.ts';

/** What is to stand in an element: a value with its companion (id and extensions of a primitive), or the parts of what has no name as a type. */
export type PatchValue = { readonly at: string } & (SingleValue | { readonly parts: readonly PatchPart[] });
export type PatchPart = { readonly at: string; readonly name: string; readonly value: PatchValue };
/** `type`: the suffix of `value[x]`, `HumanName`. */
type SingleValue = { readonly value: unknown; readonly companion: unknown; readonly type: string };

/** `at`: where each of its parts was sent, itself under '': `Parameters.parameter[0]`. `path`: FHIRPath, neither judged nor evaluated. */
export type FhirPathOperation = { readonly at: ReadonlyMap<string, string>; readonly path: string } & (
  | { readonly type: 'add'; readonly name: string; readonly value: PatchValue }
  | { readonly type: 'insert'; readonly index: number; readonly value: PatchValue }
  | { readonly type: 'delete' }
  | { readonly type: 'replace'; readonly value: PatchValue }
  | { readonly type: 'move'; readonly source: number; readonly destination: number }
);

const mostOperations = 100;
const deepest = 16;

/** Throws a Refusal that names the part at fault; looks at no resource. */
export function readFhirPathPatch(sent: unknown): readonly FhirPathOperation[] {
  if (!isObject(sent) || sent.resourceType !== 'Parameters')
    throw refuse('bad-request', 'A FHIRPath Patch is a Parameters resource', 'resourceType');
  const parameters = listIn(sent, 'parameter', 'Parameters');
  if (parameters.length === 0) throw refuse('bad-request', 'The patch has no operation', 'Parameters.parameter');
  if (parameters.length > mostOperations)
    throw refuse('bad-request', `A patch has ${mostOperations} operations at most`, 'Parameters.parameter');
  return parameters.map(({ item, at }) => readOperation(item, at));
}

type Listed = { readonly item: JsonObject; readonly at: string };

function listIn(holder: JsonObject, name: 'parameter' | 'part', at: string): readonly Listed[] {
  const list = holder[name] ?? [];
  if (!Array.isArray(list)) throw refuse('bad-request', 'A list is required', `${at}.${name}`);
  return list.map((item: unknown, index) => {
    const place = `${at}.${name}[${index}]`;
    if (!isObject(item)) throw refuse('bad-request', 'An object is required', place);
    return { item, at: place };
  });
}

const partNames = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
} as const;

function isType(type: unknown): type is keyof typeof partNames {
  return typeof type === 'string' && Object.hasOwn(partNames, type);
}

function readOperation(item: JsonObject, at: string): FhirPathOperation {
  if (item.name !== 'operation') throw refuse('bad-request', 'Each parameter is named operation', `${at}.name`);
  const parts = partsOf(item, at);
  const type = textIn(parts, 'type', at);
  if (!isType(type))
    throw refuse('bad-request', 'The type must be add, insert, delete, replace or move', parts.get('type')?.at ?? at);
  const allowed: readonly string[] = ['type', 'path', ...partNames[type]];
  for (const [name, part] of parts)
    if (!allowed.includes(name)) throw refuse('bad-request', `This part is not one of ${type}`, `${part.at}.name`);
  const places = new Map([['', at], ...[...parts].map(([name, part]) => [name, part.at] as const)]);
  const common = { at: places, path: textIn(parts, 'path', at) };
  switch (type) {
    case 'add':
      return { ...common, type, name: textIn(parts, 'name', at), value: valueIn(parts, at) };
    case 'insert':
      return { ...common, type, index: indexIn(parts, 'index', at), value: valueIn(parts, at) };
    case 'delete':
      return { ...common, type };
    case 'replace':
      return { ...common, type, value: valueIn(parts, at) };
    case 'move':
      return { ...common, type, source: indexIn(parts, 'source', at), destination: indexIn(parts, 'destination', at) };
  }
}

type Parts = ReadonlyMap<string, Listed>;

function partsOf(item: JsonObject, at: string): Parts {
  const parts = new Map<string, Listed>();
  for (const part of listIn(item, 'part', at)) {
    const { name } = part.item;
    if (typeof name !== 'string') throw refuse('bad-request', 'A part has a name', `${part.at}.name`);
    if (parts.has(name)) throw refuse('bad-request', 'Two parts have this name', `${part.at}.name`);
    parts.set(name, part);
  }
  return parts;
}

function partIn(parts: Parts, name: string, at: string): Listed {
  const part = parts.get(name);
  if (part === undefined) throw refuse('bad-request', `The operation needs a part ${name}`, at);
  return part;
}

function textIn(parts: Parts, name: string, operation: string): string {
  const { item, at } = partIn(parts, name, operation);
  const { type, value } = singleIn(item, at);
  if (typeof value !== 'string' || !(type === 'String' || type === 'Code'))
    throw refuse('bad-request', `The part ${name} is a string`, at);
  return value;
}

function indexIn(parts: Parts, name: string, operation: string): number {
  const { item, at } = partIn(parts, name, operation);
  const { value } = singleIn(item, at);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw refuse('bad-request', `The part ${name} is an index from 0`, at);
  return value;
}

function valueIn(parts: Parts, operation: string): PatchValue {
  const { item, at } = partIn(parts, 'value', operation);
  return contentOf(item, at, deepest);
}

function contentOf(item: JsonObject, at: string, depth: number): PatchValue {
  if (item.part === undefined) return { at, ...singleIn(item, at) };
  if (depth === 0) throw refuse('bad-request', 'The parts are nested too deep', at);
  const parts = listIn(item, 'part', at).map(({ item: part, at: place }) => {
    const { name } = part;
    if (typeof name !== 'string') throw refuse('bad-request', 'A part has a name', `${place}.name`);
    return { at: place, name, value: contentOf(part, place, depth - 1) };
  });
  if (parts.length === 0 || Object.keys(item).some((key) => key !== 'name' && key !== 'part'))
    throw refuse('bad-request', 'A part has one value or parts of its own', at);
  return { at, parts };
}

/** The one `value[x]` of a part, or its resource. */
function singleIn(item: JsonObject, at: string): SingleValue {
  const names = new Set(Object.keys(item).filter((key) => key !== 'name'));
  const [name = ''] = [...names].map((key) => key.replace(/^_/, ''));
  names.delete(`_${name}`);
  names.delete(name);
  const type = name === 'resource' ? 'Resource' : /^value([A-Z]\w*)$/.exec(name)?.[1];
  if (type === undefined || names.size > 0) throw refuse('bad-request', 'A part has one value or parts of its own', at);
  return { value: item[name], companion: item[`_${name}`], type };
}
