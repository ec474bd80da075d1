// Places in a JSON text and what can be done at them, every change on a copy of the containers that lead there.
// https://www.rfc-editor.org/rfc/rfc6901
import { isObject, type JsonObject } from '../../fhir/json.ts';

/** The reference tokens of a pointer, unescaped; [] is the whole. */
export type Place = readonly string[];
type List = readonly unknown[];

const form = /^(?:\/(?:[^~/]|~[01])*)*$/;
const prototypeNames = new Set(['__proto__', 'constructor', 'prototype']);
const deepest = 64;

/** undefined for what is no pointer, leads too deep or names what every JavaScript object has. */
export function tokensOf(pointer: string): Place | undefined {
  if (pointer.length > 1024 || !form.test(pointer)) return undefined;
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return tokens.length > deepest || tokens.some((token) => prototypeNames.has(token)) ? undefined : tokens;
}

/** undefined where nothing stands; what JSON calls null is null. */
export function locate(root: unknown, place: Place): unknown {
  return place.reduce(childOf, root);
}

function childOf(parent: unknown, token: string): unknown {
  if (isList(parent)) return parent[indexIn(parent, token) ?? -1];
  return isObject(parent) && Object.hasOwn(parent, token) ? parent[token] : undefined;
}

function isList(value: unknown): value is List {
  return Array.isArray(value);
}

/** No sign, no leading zero. */
function indexIn(list: List, token: string): number | undefined {
  const index = /^(?:0|[1-9]\d{0,8})$/.test(token) ? Number(token) : undefined;
  return index !== undefined && index <= list.length ? index : undefined;
}

/** undefined where it cannot be: there must be what holds it. A list that a first item needs is made, as FHIR has no empty lists. */
export function inserted(root: unknown, place: Place, value: unknown): unknown {
  const token = place.at(-1);
  if (token === undefined) return value;
  const holder = place.slice(0, -1);
  const parent = locate(root, holder);
  if (isObject(parent)) return edited(root, holder, () => ({ ...parent, [token]: value }));
  if (isList(parent)) {
    const index = token === '-' ? parent.length : indexIn(parent, token);
    return index === undefined ? undefined : edited(root, holder, () => parent.toSpliced(index, 0, value));
  }
  const isFirst = parent === undefined && (token === '-' || token === '0') && isObject(locate(root, holder.slice(0, -1)));
  return isFirst && holder.length > 0 ? inserted(root, holder, [value]) : undefined;
}

/** What stands at the place becomes the value. */
export function replaced(root: unknown, place: Place, value: unknown): unknown {
  return edited(root, place, () => value);
}

/** A container that is left without anything is noted in `emptied`. */
export function removed(root: unknown, place: Place, emptied: Set<object>): unknown {
  const token = place.at(-1);
  if (token === undefined) return undefined;
  return edited(root, place.slice(0, -1), (parent) => {
    const rest = isList(parent) ? parent.toSpliced(Number(token), 1) : without(isObject(parent) ? parent : {}, token);
    if (Object.keys(rest).length === 0) emptied.add(rest);
    return rest;
  });
}

function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object;
  return rest;
}

function edited(root: unknown, [token, ...rest]: Place, edit: (value: unknown) => unknown): unknown {
  if (token === undefined) return edit(root);
  if (isList(root)) return root.with(Number(token), edited(root[Number(token)], rest, edit));
  const parent = isObject(root) ? root : {};
  return { ...parent, [token]: edited(parent[token], rest, edit) };
}

/** The value without the containers that were emptied, nor those that only held such; undefined where nothing is left. */
export function withoutEmptied(value: unknown, emptied: ReadonlySet<object>): unknown {
  return emptied.size === 0 ? value : kept(value, emptied, false);
}

/** `aligned`: the list of companions of primitives, each at the index of its value. https://hl7.org/fhir/R4/json.html#primitive */
function kept(value: unknown, emptied: ReadonlySet<object>, aligned: boolean): unknown {
  if (isList(value)) {
    const items = value.map((item) => kept(item, emptied, false) ?? null);
    const gone = items.map((item, index) => item === null && value[index] !== null);
    if (!gone.includes(true)) return emptied.has(value) ? undefined : items;
    const left = aligned ? items : items.filter((_, index) => !gone[index]);
    return left.some((item) => item !== null) ? left : undefined;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, kept(part, emptied, name.startsWith('_'))] as const);
  const left = entries.filter(([, part]) => part !== undefined);
  if (left.length === 0) return emptied.has(value) || entries.length > 0 ? undefined : value;
  return Object.fromEntries(left);
}
