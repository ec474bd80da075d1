// The queries that matter: which index each reads, and how many keys of it for what it finds: test/cases/plans.json.
// https://www.mongodb.com/docs/manual/tutorial/analyze-query-plan/
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Body, type Carnet, type Reply, startCarnet } from '../carnet.ts';
import { encoded } from '../interaction/search-world.ts';
import { database, type Ground, groundOf, type Person } from './ground.ts';
import { observe, type Read } from './observed.ts';

const places = ['in a record', 'over several records', 'of the directory', 'of the past'] as const;
type Place = (typeof places)[number];
type Plan = {
  readonly where: Place;
  readonly name: string;
  readonly as: Person;
  readonly get: string;
  readonly page?: number;
  readonly status?: number;
  /** Entries of the answer, where they do not depend on what was asked before. */
  readonly found?: number;
  /** Each collection that is read, in turn, by the fields of an index; `sorted`: put in order afterwards. */
  readonly reads: readonly string[];
  /** Keys for each row that is read; 2 where absent, and why it is more. */
  readonly most?: number;
  readonly because?: string;
};
const plans: readonly Plan[] = JSON.parse(readFileSync(new URL('../cases/plans.json', import.meta.url), 'utf8'));

const client = new MongoClient(process.env.TEST_MONGODB_URI ?? '');
const db = client.db(database);
let carnet: Carnet;
let ground: Ground;
beforeAll(async () => {
  carnet = await startCarnet({ database });
  ground = await groundOf(carnet, db);
}, 120_000);
afterAll(async () => {
  await carnet.stop();
  await client.close();
});

function address(text: string): string {
  const [path = '', query = ''] = text.replace(/\{(\w+)\}/g, (_, name: string) => ground.ids[name] ?? '').split('?');
  return `/${path}?${encoded(query)}`;
}

/** `rec_1_date_-1__id_-1` as `rec date _id`. */
const fields = (index: string): string =>
  index === '_id_'
    ? '_id'
    : index
        .replaceAll(/_-?1(?:_|$)/g, ' ')
        .trim()
        .replaceAll(/ +/g, ' ');
const isGuard = ({ collection }: Read): boolean => collection === 'records';

function written({ collection, indexes }: Read): string {
  const sorted = indexes.includes('SORT') ? ', sorted' : '';
  const read = indexes.filter((index) => index !== 'SORT').map(fields);
  return `${collection} by ${read.join(' and ')}${sorted}`;
}

/** The page that is asked for, observed alone. */
async function asked({ as, get, page = 1 }: Plan): Promise<{ readonly reply: Reply; readonly reads: readonly Read[] }> {
  let path = address(get);
  for (let at = 1; at < page; at += 1) {
    const { body } = await ground.as(as).get(path);
    path = body.link.find(({ relation }: Body) => relation === 'next').url;
  }
  return await observe(db, async () => await ground.as(as).get(path));
}

describe.each(places)('%s', (where) => {
  it.each(plans.filter((plan) => plan.where === where))('$as: $name', async (plan) => {
    const { reply, reads } = await asked(plan);
    const of = reads.filter((read) => !isGuard(read));
    const keys = of.reduce((sum, read) => sum + Math.max(read.keys, read.documents), 0);
    const returned = of.reduce((sum, read) => sum + read.returned, 0);
    expect({
      status: reply.status,
      found: plan.found === undefined ? undefined : reply.body.entry?.length,
      reads: of.map(written),
    }).toEqual({
      status: plan.status ?? 200,
      found: plan.found,
      reads: plan.reads,
    });
    expect(keys / Math.max(1, returned)).toBeLessThanOrEqual(plan.most ?? 2);
    expect(plan.because === undefined).toBe((plan.most ?? 2) <= 2);
    // The rules that were used are proved by their own keys, one a record.
    for (const guard of reads.filter(isGuard)) expect([guard.indexes, guard.keys]).toEqual([['_id_'], guard.returned]);
  });
});
