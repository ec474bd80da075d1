// The rank test, against published examples and by what it must not change with.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mannWhitney } from './mann-whitney.ts';

const males = [19, 22, 16, 29, 24];
const females = [20, 11, 17, 12];

// https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.mannwhitneyu.html (method="asymptotic")
test('the example of SciPy', () => {
  const { u, p } = mannWhitney(males, females);
  expect(u).toBe(17);
  expect(p).toBeCloseTo(0.11134688653314041, 6);
});

test.each<[string, readonly number[], readonly number[], number, number]>([
  ['ties between the samples', [1, 2, 2, 3], [2, 3, 4, 4], 2.5, -1.4979],
  ['all values alike', [5, 5, 5], [5, 5, 5, 5], 6, 0],
  ['nothing in common', [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0, -2.5067],
])('%s', (_name, first, second, u, z) => {
  const found = mannWhitney(first, second);
  expect(found.u).toBe(u);
  expect(found.z).toBeCloseTo(z, 3);
});

test('the samples exchanged say the same with the other sign; the unit is nothing to it', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(sample, sample, fc.constantFrom(2, 1000), (first, second, unit) => {
      const found = mannWhitney(first, second);
      const exchanged = mannWhitney(second, first);
      expect(exchanged.z).toBeCloseTo(-found.z, 9);
      expect(exchanged.u + found.u).toBe(first.length * second.length);
      expect(
        mannWhitney(
          first.map((value) => value * unit),
          second.map((value) => value * unit),
        ),
      ).toEqual(found);
    }),
  );
});

test('a shift of a tenth of the spread is told from 2,500 values each', () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const sample = (shift: number): readonly number[] => Array.from({ length: 2500 }, () => random() + shift);
  expect(mannWhitney(sample(0), sample(0)).p).toBeGreaterThan(0.001);
  expect(mannWhitney(sample(0.1), sample(0)).p).toBeLessThan(1e-9);
});
