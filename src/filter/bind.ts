// What a query binds in a Filter: its moments become instants; a value that no store can compare is a fault of the program.
import { types } from 'node:util';
import { addMonths } from '../fhir/instant.ts';
import type { Bound, Filter, Moment, Scalar } from './filter.ts';

/** `now`, and `today` = 00:00 of today in Paris. */
export type Moments = { readonly now: Date; readonly today: Date };
export type Comparison = 'gt' | 'gte' | 'lt' | 'lte';
export type RangeFilter = Extract<Filter, { op: 'range' }>;

const comparisons: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte'];

/** The value itself, or a TypeError: an undefined, null, NaN, invalid Date or object would widen or void a query. */
export function checked(value: Scalar | undefined): Scalar {
  if (!isScalar(value)) throw new TypeError('a Filter compares strings, numbers, booleans and dates only');
  return value;
}

export function resolveBound(bound: Bound | undefined, moments: Moments): Scalar {
  if (!isMoment(bound)) return checked(bound);
  const at = moments[bound.moment];
  return checked(bound.months === undefined ? at : addMonths(at, bound.months));
}

/** The bounds that a range has, in a fixed order. A range without any matches nothing. */
export function boundsOf(range: RangeFilter, moments: Moments): readonly (readonly [Comparison, Scalar])[] {
  return comparisons.filter((name) => Object.hasOwn(range, name)).map((name) => [name, resolveBound(range[name], moments)]);
}

function isScalar(value: unknown): value is Scalar {
  if (types.isDate(value)) return !Number.isNaN(value.getTime());
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}

function isMoment(bound: Bound | undefined): bound is Moment {
  return typeof bound === 'object' && bound !== null && !types.isDate(bound);
}
