// What each condition of the algebra says of a row, as tables.
import { describe, expect, test } from '@jest/globals';
import { resolveBound } from '../../src/filter/bind.ts';
import {
  all,
  and,
  type Bound,
  element,
  equals,
  exists,
  type Filter,
  none,
  not,
  oneOf,
  prefix,
  range,
  within,
} from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { moments } from './arbitrary.ts';

const day = new Date('2024-03-01T00:00:00Z');
const later = new Date('2024-05-01T00:00:00Z');
const row = {
  _id: 'K-1',
  rec: 'K',
  v: 3,
  date: day,
  tcs: ['A', 'B'],
  rd: ['PAT', 's:1'],
  line: [],
  hold: later,
  nothing: null,
  idx: ['type|34133-9|http://loinc.org', 'family|lefevre'],
  p: {
    date: [
      { l: day, h: day },
      { l: later, h: later, x: 'é' },
    ],
  },
  s: { date: { min: day, max: later } },
};

test.each<[boolean, string, Filter]>([
  [true, 'all', all],
  [false, 'none', none],
  [true, 'a scalar', equals('rec', 'K')],
  [false, 'another type', equals('v', '3')],
  [true, 'an element', equals('rd', 's:1')],
  [true, 'the same instant', equals('date', new Date(day))],
  [true, 'through an array', equals('p.date.x', 'é')],
  [false, 'a field missing', equals('tc', 'K')],
  [true, 'not, of a field missing', not(equals('tc', 'K'))],
  [false, 'null as a value', exists('nothing')],
  [false, 'an inherited name', exists('constructor')],
  [false, 'a name inside a string', exists('rec.length')],
  [true, 'an object', exists('s.date')],
  [false, 'an empty array', exists('line')],
  [true, 'one of', oneOf('rec', ['J', 'K'])],
  [true, 'a prefix', prefix('idx', 'type|34133-9|')],
  [false, 'a prefix that stands elsewhere', prefix('idx', '34133')],
  [true, 'a part after the prefix', prefix('idx', 'family|', 'fev')],
  [false, 'a part within the prefix', prefix('idx', 'family|', 'fam')],
  [false, 'a part of another element', prefix('idx', 'family|', 'loinc')],
  [false, 'a pattern', prefix('idx', '.*')],
  [true, 'both bounds', range('v', { gt: 2, lte: 3 })],
  [false, 'bounds of two types', range('v', { gte: 3, lt: 'z' })],
  [false, 'no bound', range('v', {})],
  [true, 'both bounds by one element', range('tcs', { gte: 'A', lt: 'B' })],
  [false, 'each bound by another element', range('tcs', { gt: 'A', lt: 'B' })],
  [true, 'held still', range('hold', { gt: { moment: 'now' } })],
  [false, 'held two months on', range('hold', { gt: { moment: 'today', months: 2 } })],
  [true, 'all within', within('tcs', ['B', 'C', 'A'])],
  [false, 'not all within', within('tcs', ['A'])],
  [false, 'an empty array within', within('line', ['A'])],
  [false, 'a scalar within', within('rec', ['K'])],
  [true, 'one sub-row', element('p.date', and(range('l', { gte: day }), range('h', { lte: day })))],
  [false, 'two sub-rows', element('p.date', and(range('l', { gt: day }), range('h', { lt: later })))],
  [true, 'a sub-row without', element('p.date', not(exists('x')))],
  [false, 'an element that is no sub-row', element('rd', all)],
  [false, 'an object that is no array', element('s.date', all)],
])('%s: %s', (expected, _name, filter) => {
  expect(matches(filter, row, moments)).toBe(expected);
});

test('strings are ordered by code point', () => {
  expect(matches(range('text', { gt: '\uffee' }), { text: '\u{1f600}' }, moments)).toBe(true);
});

describe('what no Filter may hold', () => {
  test.each<[string, Filter]>([
    ['NaN', equals('v', Number.NaN)],
    ['an invalid Date', range('date', { gt: new Date(Number.NaN) })],
    ['an undefined value', JSON.parse('{"op":"equals","field":"rec"}')],
    ['a null bound', JSON.parse('{"op":"range","field":"rec","gt":null}')],
    ['an object', JSON.parse('{"op":"in","field":"rec","values":[{"$ne":null}]}')],
    ['an unknown moment', JSON.parse('{"op":"range","field":"date","gt":{"moment":"never"}}')],
    ['an unknown op', JSON.parse('{"op":"$where","field":"rec"}')],
    ['an operator as a field', equals('$where', '1')],
    ['an operator along a path', equals('p.$ne', '1')],
    ['an index along a path', equals('idx.0', '1')],
    ['an empty field', exists('')],
  ])('%s', (_name, filter) => {
    expect(() => matches(filter, row, moments)).toThrow(TypeError);
  });
});

test.each<[string, Bound, unknown]>([
  ['a value', 3, 3],
  ['a Date', day, day],
  ['now', { moment: 'now' }, moments.now],
  ['today', { moment: 'today' }, moments.today],
  ['two years ago', { moment: 'today', months: -24 }, new Date('2022-03-30T22:00:00Z')],
  ['in a month, a short one', { moment: 'today', months: 1 }, new Date('2024-04-29T22:00:00Z')],
])('bound: %s', (_name, bound, expected) => {
  expect(resolveBound(bound, moments)).toEqual(expected);
});
