// The order of a page's rows and the place after one of them: keyset paging, with a missing value as the least of all.
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
import { types } from 'node:util';
import { all, and, equals, exists, type Filter, none, not, or, range, type Scalar } from './filter.ts';
import { storedAt } from './path.ts';
import type { Row } from './row.ts';

/** Ends in `_id`, which makes it total. Every field but the last may be missing in a row, and none is an array. */
export type Order = readonly { readonly field: string; readonly descending: boolean }[];
/** What a row has at each field of an Order. */
export type Position = readonly (Scalar | null)[];

export const newestFirst: Order = [
  { field: 'date', descending: true },
  { field: '_id', descending: true },
];

/** Rows with a score (rank.ts). */
export const bestFirst: Order = [{ field: 'score', descending: true }, ...newestFirst];

/** The rows strictly after that position. A position of another order: none. */
export function afterFilter(order: Order, position: Position): Filter {
  if (order.length !== position.length) return none;
  const after = or(
    ...order.map((_, index) =>
      and(...order.slice(0, index).map(({ field }, at) => same(field, position[at])), next(order, position, index)),
    ),
  );
  return and(reached(order, position), after);
}

const neverMissing: ReadonlySet<string> = new Set(['date', 'lu', '_id']);

/** Implied by the rest, and a bound of the index: a page does not read again what stands before it. */
function reached([first]: Order, [value]: Position): Filter {
  if (first === undefined || value === null || value === undefined || !neverMissing.has(first.field)) return all;
  return range(first.field, first.descending ? { lte: value } : { gte: value });
}

/** The rows at that very position. */
export function atPosition(order: Order, position: Position): Filter {
  return order.length === position.length ? and(...order.map(({ field }, at) => same(field, position[at]))) : none;
}

export function positionOf(order: Order, row: Row): Position {
  return order.map(({ field }) => {
    const [value] = storedAt(row, field);
    return isScalar(value) ? value : null;
  });
}

/** Compares two rows, for rows of one order that come from two places. */
export function comparing(order: Order): (one: Row, other: Row) => number {
  return (one, other) => {
    const others = positionOf(order, other);
    for (const [at, value] of positionOf(order, one).entries()) {
      const sign = compare(value, others[at] ?? null);
      if (sign !== 0) return order[at]?.descending === true ? -sign : sign;
    }
    return 0;
  };
}

function compare(one: Scalar | null, other: Scalar | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  // As the store orders them: by their UTF-8 bytes.
  if (typeof one === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return one < other ? -1 : Number(one > other);
}

function next(order: Order, position: Position, index: number): Filter {
  const key = order[index];
  const value = position[index] ?? null;
  if (key === undefined) return none;
  if (value === null) return key.descending ? none : exists(key.field);
  return key.descending ? or(range(key.field, { lt: value }), missing(key.field)) : range(key.field, { gt: value });
}

function same(field: string, value: Scalar | null | undefined): Filter {
  return value === null || value === undefined ? missing(field) : equals(field, value);
}

function missing(field: string): Filter {
  return field === '_id' ? none : not(exists(field));
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || types.isDate(value);
}
