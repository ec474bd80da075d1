import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { none, type Scalar } from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { afterFilter, type Order, positionOf } from '../../src/filter/order.ts';
import type { Row } from '../../src/filter/row.ts';

const moments = { now: new Date(0), today: new Date(0) };
const date = fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms));
const text = fc.constantFrom('', 'a', 'b', 'é', '\u{1f600}', '\uffee');
const sortKey = (value: fc.Arbitrary<Date | string>) =>
  fc.option(
    value.map((one) => ({ min: one, max: one })),
    { nil: undefined },
  );
const rows: fc.Arbitrary<Row[]> = fc.uniqueArray(
  fc.record({ id: fc.integer({ min: 0, max: 99 }), date, title: sortKey(text), birth: sortKey(date) }).map(
    ({ id, date: main, title, birth }): Row => ({
      ...{
        _id: `r${id}`,
        v: 1,
        lu: main,
        date: main,
        dhi: main,
        made: main,
        rd: [],
        dep: 'h',
        n: 0,
        line: [],
        idx: [],
        p: {},
        j: '',
      },
      s: { ...(title && { title }), ...(birth && { birth }) },
    }),
  ),
  { selector: ({ _id }) => _id, maxLength: 25 },
);
const fields = ['date', 's.title.min', 's.birth.max'];
const orders: fc.Arbitrary<Order> = fc
  .tuple(fc.shuffledSubarray(fields), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(([keys, flags]) => [...keys, '_id'].map((field, index) => ({ field, descending: flags[index] ?? false })));

function compareValues(a: Scalar | null, b: Scalar | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

function sorted(order: Order, all: readonly Row[]): Row[] {
  return all.toSorted((a, b) => {
    const [left, right] = [positionOf(order, a), positionOf(order, b)];
    const differences = order.map(({ descending }, at) => {
      const difference = compareValues(left[at] ?? null, right[at] ?? null);
      return descending ? -difference : difference;
    });
    return differences.find((difference) => difference !== 0) ?? 0;
  });
}

function walk(order: Order, all: readonly Row[], size: number): Row[] {
  const seen: Row[] = [];
  let page = sorted(order, all).slice(0, size);
  while (page.length > 0) {
    seen.push(...page);
    const last = page.at(-1);
    const after = last === undefined ? none : afterFilter(order, positionOf(order, last));
    page = sorted(
      order,
      all.filter((row) => matches(after, row, moments)),
    ).slice(0, size);
  }
  return seen;
}

describe('paging by position', () => {
  test('gives each row once, in order', () => {
    fc.assert(
      fc.property(rows, orders, fc.integer({ min: 1, max: 5 }), (all, order, size) => {
        expect(walk(order, all, size).map(({ _id }) => _id)).toEqual(sorted(order, all).map(({ _id }) => _id));
      }),
      { numRuns: 300 },
    );
  });

  test('a position of another order finds nothing', () => {
    expect(afterFilter([{ field: '_id', descending: false }], [])).toEqual(none);
  });
});
