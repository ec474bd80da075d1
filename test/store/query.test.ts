// The two evaluators of the algebra have one meaning: what MongoDB finds is what matches() says.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Document, MongoClient } from 'mongodb';
import { Refusal } from '../../src/fhir/outcome.ts';
import {
  all,
  and,
  element,
  equals,
  exists,
  type Filter,
  none,
  not,
  oneOf,
  or,
  prefix,
  range,
  within,
} from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { toMongo } from '../../src/store/query.ts';
import { anyFilter, anyRow, moments } from '../filter/arbitrary.ts';

const never = { _id: { $in: [] } };
const anyValue = { $type: ['string', 'number', 'bool', 'date', 'object'] };

describe('the query document', () => {
  test.each<[string, Filter, Document]>([
    ['all', all, {}],
    ['none', none, never],
    ['equals', equals('rec', '$ne'), { rec: { $eq: '$ne' } }],
    ['in', oneOf('rec', ['a', 'b']), { rec: { $in: ['a', 'b'] } }],
    ['prefix', prefix('idx', 'type|34133-9|'), { idx: { $regex: '^type\\|34133-9\\|' } }],
    ['prefix and part', prefix('idx', 'family|', '.*\0'), { idx: { $regex: '^family\\|[\\s\\S]*\\.\\*\\x00' } }],
    ['range of a moment', range('date', { gte: { moment: 'today' } }), { date: { $gte: moments.today } }],
    ['range of a scalar', range('v', { lt: 3, gt: 1 }), { v: { $gt: 1, $lt: 3 } }],
    ['range of an array', range('tcs', { gt: 'a', lt: 'c' }), { tcs: { $elemMatch: { $gt: 'a', $lt: 'c' } } }],
    ['range through an array', range('p.date.l', { gt: 1, lt: 3 }), { 'p.date': { $elemMatch: { l: { $gt: 1, $lt: 3 } } } }],
    ['range without a bound', range('v', {}), never],
    ['exists', exists('tc'), { tc: anyValue }],
    ['within', within('tcs', ['a']), { tcs: { $elemMatch: { $in: ['a'] }, $not: { $elemMatch: { $nin: ['a'] } } } }],
    ['element', element('p.date', equals('x', 'a')), { 'p.date': { $elemMatch: { x: { $eq: 'a' } } } }],
    ['not', not(equals('tc', 'a')), { $nor: [{ tc: { $eq: 'a' } }] }],
    ['an or of nothing', { op: 'or', of: [] }, never],
  ])('%s', (_name, filter, expected) => {
    expect(toMongo(filter, moments)).toEqual(expected);
  });

  test('conjuncts are top-level keys, the equality of a field first', () => {
    const masked = or(equals('rd', 'PS'), equals('st', 's:1'));
    const filter = and(
      oneOf('rec', ['a', 'b']),
      masked,
      and(equals('rec', 'a'), or(exists('tc'), none)),
      or(exists('hold'), equals('dep', 'h')),
    );
    expect(toMongo(filter, moments)).toEqual({
      rec: { $eq: 'a' },
      tc: anyValue,
      $or: [{ rd: { $eq: 'PS' } }, { st: { $eq: 's:1' } }],
      $and: [{ rec: { $in: ['a', 'b'] } }, { $or: [{ hold: anyValue }, { dep: { $eq: 'h' } }] }],
    });
  });

  test('a prefix too long for a pattern is refused', () => {
    expect(() => toMongo(prefix('idx', 'a'.repeat(16_000)), moments)).toThrow(Refusal);
  });

  test.each<[string, Filter]>([
    ['an undefined value', JSON.parse('{"op":"equals","field":"rec"}')],
    ['an object', JSON.parse('{"op":"equals","field":"rec","value":{"$ne":null}}')],
    ['an unknown op', JSON.parse('{"op":"$where","field":"rec"}')],
    ['an operator as a field', equals('$where', '1')],
    ['NaN', range('v', { gt: Number.NaN })],
  ])('%s is no Filter', (_name, filter) => {
    expect(() => toMongo(filter, moments)).toThrow(TypeError);
  });
});

describe('in MongoDB', () => {
  const client = new MongoClient(process.env.TEST_MONGODB_URI ?? '');
  const database = client.db(`query-${process.pid}`);
  const collection = database.collection<{ _id: string } & Document>('rows');
  const seed = Date.now() % 2 ** 31;
  const rows = fc.sample(anyRow, { seed, numRuns: 300 }).map((row, index) => ({ ...row, _id: `row-${index}` }));

  const find = async (filter: Filter) =>
    (await collection.find(toMongo(filter, moments)).project({ _id: 1 }).toArray()).map(({ _id }) => _id);
  const filtered = (filter: Filter) => rows.filter((row) => matches(filter, row, moments)).map(({ _id }) => _id);

  beforeAll(async () => {
    await collection.insertMany(rows);
    await collection.createIndexes([{ key: { rec: 1, date: -1, _id: -1 } }, { key: { idx: 1 } }]);
  });

  afterAll(async () => {
    await database.dropDatabase();
    await client.close();
  });

  test('the rows found are the rows that match', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anyFilter, async (filter) => {
        const expected = filtered(filter);
        found += expected.length;
        expect((await find(filter)).toSorted()).toEqual(expected.toSorted());
      }),
      { seed, numRuns: 300 },
    );
    expect(found).toBeGreaterThan(0);
  }, 60_000);

  test('a prefix reads its part of the index only', async () => {
    const plan = await collection
      .find(toMongo(prefix('idx', 'type|34133-9|'), moments))
      .hint({ idx: 1 })
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('[\\"type|34133-9|\\", \\"type|34133-9}\\")');
  });
});
