// The compiled meaning of a provision is the law's: compared with a second, naive reading on generated provisions, callers and rows.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { provisionFilter } from '../../src/access/provision.ts';
import { matches } from '../../src/filter/matches.ts';
import { facts, means, provision, resourceType, standing } from './provisions.ts';

test('F(p) is cover(p) without its exceptions, to any depth', () => {
  let met = 0;
  fc.assert(
    fc.property(provision, standing, resourceType, fc.array(facts, { minLength: 1, maxLength: 8 }), (p, caller, type, rows) => {
      const filter = provisionFilter(p, caller, type);
      for (const row of rows) {
        const expected = means(p, caller, type, row);
        if (expected) met += 1;
        expect(matches(filter, row, { now: caller.now, today: caller.now })).toBe(expected);
      }
    }),
    { numRuns: 4000 },
  );
  // Both outcomes were seen.
  expect(met).toBeGreaterThan(100);
});

test('an exception only takes away', () => {
  fc.assert(
    fc.property(provision, provision, standing, resourceType, facts, (p, exception, caller, type, row) => {
      const moments = { now: caller.now, today: caller.now };
      const narrower = provisionFilter({ ...p, provisions: [...p.provisions, exception] }, caller, type);
      if (matches(narrower, row, moments)) expect(matches(provisionFilter(p, caller, type), row, moments)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
