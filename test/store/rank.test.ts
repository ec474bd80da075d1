// The two evaluators of a Rank have one meaning: the score that MongoDB computes is what scoreOf() says, of each row alone.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Document, MongoClient } from 'mongodb';
import { highestScore, type Rank, scoreOf } from '../../src/filter/rank.ts';
import { rankingOf } from '../../src/store/rank.ts';

const uri = new URL(process.env.TEST_MONGODB_URI ?? '');
let client: MongoClient;
beforeAll(async () => {
  client = await MongoClient.connect(uri.href);
});
afterAll(async () => {
  await client.db('test-rank').dropDatabase();
  await client.close();
});

const words = ['oper', '$oper', 'fievr', '7', 'a.b'];
const counts = fc.uniqueArray(fc.tuple(fc.constantFrom(...words), fc.integer({ min: 1, max: 40 })), {
  selector: ([word]) => word,
});
const counted = counts.map((list) => ({ t: list.map(([word]) => word), n: list.map(([, often]) => often) }));
const row = fc.record({ w: fc.record({ _content: counted }, { requiredKeys: [] }), f: counted }, { requiredKeys: [] });
const place = fc.record({ field: fc.constantFrom('w._content', 'f'), weight: fc.integer({ min: 1, max: 4 }) });
const rank: fc.Arbitrary<Rank> = fc.array(
  fc.record({ word: fc.constantFrom(...words), places: fc.array(place, { minLength: 1, maxLength: 2 }) }),
  { minLength: 1, maxLength: 4 },
);

test('scores agree', async () => {
  const now = new Date();
  const rows = fc.sample(row, { numRuns: 300, seed: 7 }).map((one, _id): Document => ({ _id, ...one }));
  const collection = client.db('test-rank').collection<{ _id: number }>('rows');
  await collection.insertMany(rows.map((one) => ({ _id: 0, ...one })));
  for (const asked of fc.sample(rank, { numRuns: 60, seed: 11 })) {
    const stages = [...rankingOf({ rank: asked }, { now, today: now }), { $sort: { _id: 1 } }, { $project: { score: 1 } }];
    const found = await collection.aggregate<{ score: number }>(stages).toArray();
    expect(found.map(({ score }) => score)).toEqual(rows.map((one) => scoreOf(asked, one)));
    expect(found.every(({ score }) => Number.isInteger(score) && score >= 0 && score < highestScore)).toBe(true);
  }
});
