// Collections of JSON values as FHIRPath compares and judges them; empty comes out as undefined.
// https://hl7.org/fhirpath/N1/#operations
import { isObject, isRawNumber } from '../../fhir/json.ts';

export type Items = readonly unknown[];

/** The one item; undefined for none. Throws for several, as the language does. */
export function single(items: Items): unknown {
  if (items.length > 1) throw new RangeError('one item is expected');
  return items[0];
}

/** A single item that is no boolean counts as true. */
export function truthOf(items: Items): boolean | undefined {
  const item = single(items);
  return item === undefined || typeof item === 'boolean' ? item : true;
}

export function numberOf(item: unknown): number | undefined {
  if (isRawNumber(item)) return Number(item.rawJSON);
  return typeof item === 'number' ? item : undefined;
}

export function deepEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((part, index) => deepEqual(part, other[index]));
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && deepEqual(one[name], other[name]))
    );
  }
  const number = numberOf(one);
  return number !== undefined && number === numberOf(other);
}

/** The same for what is equal, and for nothing else. */
function keyOf(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map(keyOf).join()}]`;
  if (!isObject(item)) return JSON.stringify(numberOf(item) ?? item) ?? '';
  const names = Object.keys(item).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${keyOf(item[name])}`).join()}}`;
}

const keys = new WeakMap<Items, ReadonlySet<string>>();

/** A collection as its keys: linear where comparing each with each is not. Collections are never changed. */
function keysOf(items: Items): ReadonlySet<string> {
  const found = keys.get(items) ?? new Set(items.map(keyOf));
  keys.set(items, found);
  return found;
}

export function distinct(items: Items, known: Set<string> = new Set()): Items {
  return items.filter((item) => {
    const key = keyOf(item);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

export function within(items: Items, others: Items, wanted: boolean): Items {
  const known = keysOf(others);
  return items.filter((item) => known.has(keyOf(item)) === wanted);
}

export function includes(items: Items, item: unknown): boolean {
  return items.some((other) => deepEqual(other, item));
}

/** Negative, zero or positive; undefined where the precision of one does not tell. */
export function compareDates(one: string, other: string): number | undefined {
  if (one.includes('T') && other.includes('T')) {
    const difference = Date.parse(one) - Date.parse(other);
    return Number.isNaN(difference) ? undefined : difference;
  }
  const [parts, others] = [one, other].map((text) => text.slice(0, 10).split('-').map(Number));
  if (parts === undefined || others === undefined) return undefined;
  const at = parts.findIndex((part, index) => part !== others[index]);
  const [left, right] = [parts[at], others[at]];
  if (left !== undefined && right !== undefined) return left - right;
  return at === -1 && one.length === other.length ? 0 : undefined;
}

export function compare(one: unknown, other: unknown): number | undefined {
  const [left, right] = [numberOf(one), numberOf(other)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : Number(one > other);
  throw new TypeError('these cannot be compared');
}
