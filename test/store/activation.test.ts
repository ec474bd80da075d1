// A code makes one account, once; whoever knows an INS can neither guess the code of another nor keep him from using it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Db, MongoClient } from 'mongodb';
import { randomIds } from '../../src/fhir/id.ts';
import { type ActivationCode, digestOf, newActivationCode } from '../../src/identity/activation-code.ts';
import type { Ins } from '../../src/identity/caller.ts';
import type { Consumed } from '../../src/store/activation.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { activate } from './activate.ts';

const database = await takeDatabase();
const now = new Date();
const hour = 3600 * 1000;
const end = new Date(now.getTime() + 1000 * hour);
let client: MongoClient;
let db: Db;
let store: Store;
let people = 0;

beforeAll(async () => {
  client = await connect(uriOf(database));
  store = openStore(await openDatabase(client, database, ['AuditEvent']));
  db = client.db(database);
});
afterAll(async () => {
  store.settle();
  await client.close();
  giveBack(database);
});

function somebody(): Ins {
  people += 1;
  return { system: 'urn:oid:1.2.250.1.213.1.4.10', value: String(279_035_121_500_000 + people) };
}

async function given(ins: Ins, until = end): Promise<ActivationCode> {
  const code = newActivationCode(randomIds);
  await store.activations.issue([{ ins, digest: digestOf(ins, code), end: until }]);
  return code;
}

const tries = async (ins: Ins, typed: string, at = now): Promise<Consumed> => await activate(store, { ins, typed, now: at });
const wrong = (): ActivationCode => newActivationCode(randomIds);
const later = (hours: number): Date => new Date(now.getTime() + hours * hour);

describe('a code', () => {
  it('is used once', async () => {
    const ins = somebody();
    const code = await given(ins);
    expect([await tries(ins, code.toLowerCase()), await tries(ins, code)]).toEqual(['activated', 'used']);
  });

  it('is used once of twenty at the same time', async () => {
    const ins = somebody();
    const code = await given(ins);
    const all = await Promise.all(Array.from({ length: 20 }, async () => await tries(ins, code)));
    expect(all.toSorted()).toEqual(['activated', ...Array.from({ length: 19 }, () => 'used')]);
  });

  it('is not used by what does not come about', async () => {
    const ins = somebody();
    const code = await given(ins);
    const failing = store.transaction(async (inside) => {
      expect(await activate(inside, { ins, typed: code, now })).toBe('activated');
      throw new Error('no account');
    });
    await expect(failing).rejects.toThrow('no account');
    expect(await tries(ins, code)).toBe('activated');
  });

  it('is valid to its end, of its person alone, and until there is another', async () => {
    const [ins, other] = [somebody(), somebody()];
    const code = await given(ins, later(1));
    await given(other);
    expect([await tries(other, code), await tries(ins, code, later(1.1))]).toEqual(['wrong', 'ended']);
    const second = await given(ins, later(1));
    expect([await tries(ins, code), await tries(ins, second, later(1))]).toEqual(['wrong', 'activated']);
  });

  it('is recognised among several persons without being used', async () => {
    const [ins, other] = [somebody(), somebody()];
    const code = await given(ins, later(1));
    const tried = [other, ins].map((one) => ({ ins: one, digest: digestOf(one, code) }));
    const { recognise } = store.activations;
    expect(await recognise(tried, now)).toEqual({ is: 'unused', issued: tried[1] });
    expect([await recognise(tried, later(1.1)), await recognise(tried.slice(0, 1), now)]).toEqual([
      { is: 'ended' },
      { is: 'wrong' },
    ]);
    expect([await tries(ins, code), await recognise(tried, now)]).toEqual(['activated', { is: 'used' }]);
  });

  it('that is wrong counts against the first of them, as one that is tried', async () => {
    const [ins, other] = [somebody(), somebody()];
    const answers: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const digests = [ins, other].map((one) => ({ ins: one, digest: digestOf(one, wrong()) }));
      answers.push((await store.activations.recognise(digests, now)).is);
    }
    expect(answers).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'throttled']);
    expect([await tries(ins, wrong()), await tries(other, wrong())]).toEqual(['throttled', 'wrong']);
  });
});

describe('wrong tries', () => {
  it('are slowed down after five, and never keep the right code from being used', async () => {
    const ins = somebody();
    const code = await given(ins);
    const answers = [];
    for (let attempt = 0; attempt < 7; attempt += 1) answers.push(await tries(ins, wrong()));
    expect(answers).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'throttled', 'throttled']);
    expect(await tries(ins, code)).toBe('activated');
  });

  it('are of one INS: nobody else is slowed down', async () => {
    const [ins, other] = [somebody(), somebody()];
    await given(other);
    for (let attempt = 0; attempt < 6; attempt += 1) await tries(ins, wrong());
    expect([await tries(ins, wrong()), await tries(other, wrong())]).toEqual(['throttled', 'wrong']);
  });

  it('are forgotten after an hour', async () => {
    const ins = somebody();
    for (let attempt = 0; attempt < 6; attempt += 1) await tries(ins, wrong());
    expect([await tries(ins, wrong(), later(0.9)), await tries(ins, wrong(), later(1.1))]).toEqual(['throttled', 'wrong']);
  });

  it('are answered alike whether or not the INS has a code', async () => {
    const [invited, stranger] = [somebody(), somebody()];
    await given(invited);
    const answers = async (ins: Ins): Promise<readonly Consumed[]> => {
      const all: Consumed[] = [];
      for (const at of [0, 0, 0, 0, 0, 0, 0.5, 2, 2]) all.push(await tries(ins, wrong(), later(at)));
      return all;
    };
    expect(await answers(invited)).toEqual(await answers(stranger));
  });

  it('write nothing more once they are slowed down', async () => {
    const ins = somebody();
    for (let attempt = 0; attempt < 6; attempt += 1) await tries(ins, wrong());
    const row = async (): Promise<unknown> =>
      await db.collection<{ _id: string }>('activations').findOne({ _id: `${ins.system}|${ins.value}` });
    const before = await row();
    await tries(ins, wrong());
    expect(await row()).toEqual(before);
  });
});

describe('what is stored', () => {
  it('is the hash, and MongoDB forgets it by itself', async () => {
    const ins = somebody();
    const code = await given(ins);
    const rows = await db.collection('activations').find().toArray();
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(rows.every(({ gone }) => new Date(gone) > now)).toBe(true);
    const indexes = await db.collection('activations').indexes();
    expect(indexes.map(({ key, expireAfterSeconds }) => [Object.keys(key)[0], expireAfterSeconds])).toContainEqual(['gone', 0]);
  });
});
