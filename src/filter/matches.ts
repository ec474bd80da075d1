// Evaluates a Filter on one row in memory: for subscriptions and write rules, and the oracle of store/query.ts, whose meaning it shares.
import { types } from 'node:util';
import type { JsonObject } from '../fhir/json.ts';
import { boundsOf, type Comparison, checked, type Moments, type RangeFilter } from './bind.ts';
import type { Filter, Scalar } from './filter.ts';
import { isSubRow, storedAt, valuesAt } from './path.ts';

const meets: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  gt: (difference) => difference > 0,
  gte: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  lte: (difference) => difference <= 0,
};

/** Whether the row (a Row, or one of its Parameters) meets the Filter. Throws TypeError on a Filter that is none. */
export function matches(filter: Filter, row: JsonObject, moments: Moments): boolean {
  switch (filter.op) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return filter.of.every((part) => matches(part, row, moments));
    case 'or':
      return filter.of.some((part) => matches(part, row, moments));
    case 'not':
      return !matches(filter.of, row, moments);
    case 'equals':
      return valuesAt(row, filter.field).some(among([filter.value]));
    case 'in':
      return valuesAt(row, filter.field).some(among(filter.values));
    case 'prefix':
      return valuesAt(row, filter.field).some(beginning(filter.start, filter.part));
    case 'range':
      return valuesAt(row, filter.field).some(between(filter, moments));
    case 'exists':
      return valuesAt(row, filter.field).some(isValue);
    case 'within':
      return arraysAt(row, filter.field).some((array) => array.length > 0 && array.every(among(filter.values)));
    case 'element':
      return arraysAt(row, filter.field).some((array) => array.some((one) => isSubRow(one) && matches(filter.of, one, moments)));
    default:
      return refused(filter);
  }
}

function arraysAt(row: JsonObject, field: string): readonly (readonly unknown[])[] {
  return storedAt(row, field).filter((value) => Array.isArray(value));
}

/** An empty array has no value; null is stored nowhere and counts as missing. */
function isValue(value: unknown): boolean {
  return value !== undefined && value !== null && !Array.isArray(value);
}

function among(values: readonly Scalar[]): (value: unknown) => boolean {
  const keys = new Set(values.map((value) => keyOf(checked(value))));
  return (value) => keys.has(keyOf(value));
}

/** Equal for what the store holds to be equal: two Dates of one instant, and strings with halves of surrogate pairs. */
function keyOf(value: unknown): unknown {
  if (types.isDate(value)) return `date ${value.getTime()}`;
  return typeof value === 'string' ? `text ${value.toWellFormed()}` : value;
}

function beginning(start: string, part = ''): (value: unknown) => boolean {
  const [head, rest] = [start.toWellFormed(), part.toWellFormed()];
  return (value) => {
    if (typeof value !== 'string') return false;
    const text = value.toWellFormed();
    return text.startsWith(head) && text.includes(rest, head.length);
  };
}

function between(range: RangeFilter, moments: Moments): (value: unknown) => boolean {
  const bounds = boundsOf(range, moments);
  return (value) => bounds.length > 0 && bounds.every(([comparison, bound]) => meets[comparison](compare(value, bound)));
}

/** Negative, 0 or positive; NaN, which meets no bound, where the two are of different types. Strings in order of their UTF-8 bytes. */
function compare(value: unknown, bound: Scalar): number {
  if (typeof value === 'string' && typeof bound === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(bound));
  if (types.isDate(value) && types.isDate(bound)) return value.getTime() - bound.getTime();
  if (typeof value === 'boolean' && typeof bound === 'boolean') return Number(value) - Number(bound);
  if (typeof value === 'number' && typeof bound === 'number') return value === bound ? 0 : value - bound;
  return Number.NaN;
}

function refused(_filter: never): never {
  throw new TypeError('not a Filter');
}
