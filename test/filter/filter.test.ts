// The laws of the algebra: what the constructors simplify means the same.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { all, and, equals, type Filter, known, none, not, oneOf, or, within } from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { anyFilter, anyRow, moments, rebuilt } from './arbitrary.ts';

const anyBuilt = anyFilter.map(rebuilt);
const someBuilt = fc.array(anyBuilt, { maxLength: 4 });
const f = equals('rec', 'a');
const g = equals('tc', 'b');

describe('constructors', () => {
  test.each<[string, Filter, Filter]>([
    ['and of nothing', and(), all],
    ['or of nothing', or(), none],
    ['and of one', and(all, f), f],
    ['or of one', or(none, f), f],
    ['and with none', and(f, none), none],
    ['or with all', or(f, all), all],
    ['and within and', and(and(f, g), f), { op: 'and', of: [f, g, f] }],
    ['or within or', or(or(f, g), f), { op: 'or', of: [f, g] }],
    [
      'or of one field',
      or(f, g, oneOf('rec', ['b', 'a'])),
      { op: 'or', of: [{ op: 'in', field: 'rec', values: ['a', 'b'] }, g] },
    ],
    ['not all', not(all), none],
    ['not none', not(none), all],
    ['one of nothing', oneOf('rec', []), none],
    ['one of one', oneOf('rec', ['a']), f],
    ['within nothing', within('tcs', []), none],
    ['known true', known(true), all],
    ['known false', known(false), none],
  ])('%s', (_name, made, expected) => {
    expect(made).toEqual(expected);
  });
});

describe('laws', () => {
  const same = (one: Filter, other: Filter, row: Parameters<typeof matches>[1]) =>
    matches(one, row, moments) === matches(other, row, moments);

  test('the constructors keep the meaning', () => {
    fc.assert(
      fc.property(anyFilter, anyRow, (filter, row) => same(filter, rebuilt(filter), row)),
      { numRuns: 1000 },
    );
  });

  test('and is every, or is some', () => {
    fc.assert(
      fc.property(someBuilt, anyRow, (filters, row) => {
        const each = filters.map((filter) => matches(filter, row, moments));
        expect(matches(and(...filters), row, moments)).toBe(each.every(Boolean));
        expect(matches(or(...filters), row, moments)).toBe(each.some(Boolean));
      }),
    );
  });

  test('not is the complement, and its own inverse', () => {
    fc.assert(
      fc.property(anyBuilt, anyRow, (filter, row) => {
        expect(matches(not(filter), row, moments)).toBe(!matches(filter, row, moments));
        expect(not(not(filter))).toEqual(filter);
      }),
    );
  });

  test('De Morgan', () => {
    fc.assert(
      fc.property(someBuilt, anyRow, (filters, row) => {
        expect(same(not(and(...filters)), or(...filters.map(not)), row)).toBe(true);
        expect(same(not(or(...filters)), and(...filters.map(not)), row)).toBe(true);
      }),
    );
  });

  test('oneOf is an or of equals', () => {
    const values = fc.array(fc.constantFrom('', 'a', 'ab', 'é', '$ne', 1, true), { maxLength: 4 });
    fc.assert(
      fc.property(values, anyRow, (sought, row) =>
        same(oneOf('rec', sought), or(...sought.map((value) => equals('rec', value))), row),
      ),
    );
  });
});
