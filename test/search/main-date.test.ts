// What a condition on the main date says of the row holds for every row that meets it.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { all, element, range } from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { dateFilter } from '../../src/search/date.ts';
import { mainDateSpan } from '../../src/search/main-date.ts';

const now = new Date('2026-06-15T10:00:00Z');
const moments = { now, today: now };
const asked = (...values: readonly string[]) => element('p.date', dateFilter('l', 'h', { name: 'date', values, now }));

const day = fc.integer({ min: 1, max: 28 }).map((at) => `2026-06-${String(at).padStart(2, '0')}`);
const value = fc
  .tuple(
    fc.constantFrom('', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'),
    fc.oneof(day, fc.constantFrom('2026', '2026-06', '2026-05')),
  )
  .map(([prefix, date]) => `${prefix}${date}`);
const interval = fc.tuple(day, fc.integer({ min: 0, max: 40 })).map(([from, days]) => {
  const l = new Date(`${from}T00:00:00Z`);
  return { l, h: new Date(l.getTime() + days * 43_200_000) };
});

describe('the span of a condition on the main date', () => {
  it('holds wherever the condition does', () => {
    const met = { times: 0 };
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), interval, (values, { l, h }) => {
        const condition = asked(...values);
        const row = { date: l, dhi: h, p: { date: [{ l, h }] } };
        if (!matches(condition, row, moments)) return;
        met.times += 1;
        expect(matches(mainDateSpan(condition), row, moments)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(met.times).toBeGreaterThan(200);
  });

  const [from, to] = [new Date('2026-05-31T22:00:00Z'), new Date('2026-06-30T21:59:59.999Z')];
  it.each([
    [['2026-06'], range('date', { gte: from, lte: to })],
    [['lt2026-06'], range('date', { lte: from })],
    [['eb2026-06'], range('date', { lte: from })],
    [['sa2026-06'], range('date', { gte: to })],
    // Who begins long before may end within.
    [['gt2026-06'], all],
    [['lt2026-06', 'gt2026-06'], all],
    [['2026-06', 'sa2026-06'], range('date', { gte: from })],
  ])('%j', (values, expected) => {
    expect(mainDateSpan(asked(...values))).toEqual(expected);
  });
});
