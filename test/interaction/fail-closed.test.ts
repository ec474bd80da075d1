// Rules that cannot be read shut the record: whatever is missing or unknown in its stored access state, nobody is answered by it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Db, type Document, MongoClient } from 'mongodb';
import type { Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims } from '../identity/issuer.ts';
import { actor, consent, document, testIns } from '../resources.ts';
import { type Ground, idIn, ins, openGround, written } from './ground.ts';

const database = `test-${randomUUID().slice(0, 8)}`;
const permitted = '10000000010';
const secret = 'Amygdalectomie';

let ground: Ground;
let mongo: MongoClient;
let db: Db;
let deposited = '';
let bytes = '';
beforeAll(async () => {
  ground = await openGround({}, { database });
  const { as, key } = ground;
  written(await as('holder').post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: permitted })] })));
  const reply = written(await as('hospital').post('/DocumentReference', depositOf()));
  deposited = idIn(reply);
  bytes = String(reply.body.content[0].attachment.url);
  mongo = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
  db = mongo.db(database);
}, 60_000);
afterAll(async () => {
  await mongo.close();
  await ground.stop();
});

const depositOf = () => document(ground.key, '34112-3', { description: secret }, secret);

type Ask = readonly [name: string, ask: () => Promise<Reply>];
const asking = (name: Parameters<Ground['as']>[0], path: () => string): Ask => [
  `${name} ${String(path).replace(/^\(\) => /, '')}`,
  async () => await ground.as(name).get(path()),
];

/** Each needs the record's rules: where these cannot be read, there is no answer. */
const reads: readonly Ask[] = [
  ...(['doctor', 'stranger', 'hospital', 'holder'] as const).map((name) => asking(name, () => `/DocumentReference/${deposited}`)),
  asking('stranger', () => `/DocumentReference?patient=Patient/${ground.key}`),
  asking('agent', () => `/Patient?identifier=${testIns}|${ins}`),
];
const named: readonly Ask[] = [
  ...reads,
  ...(['hospital', 'holder'] as const).map((name) => asking(name, () => `/DocumentReference?patient=Patient/${ground.key}`)),
  asking('doctor', () => `/DocumentReference?patient=Patient/${ground.key}&_summary=count`),
  asking('doctor', () => `/DocumentReference/${deposited}/_history`),
  asking('doctor', () => `/DocumentReference/${deposited}/_history/1`),
  asking('doctor', () => bytes.replace(/^.*\/fhir/, '')),
  asking('doctor', () => `/Patient?_id=${ground.key}&_revinclude=DocumentReference:patient`),
  asking('doctor', () => `/Patient?_id=${ground.key}&_has:DocumentReference:patient:description=${secret}`),
  asking('doctor', () => `/DocumentReference?patient=Patient/${ground.key}&_content=${secret}`),
  asking('doctor', () => `/Patient/${ground.key}/*`),
  asking('stranger', () => `/Patient/${ground.key}`),
  asking('holder', () => `/AuditEvent?patient=Patient/${ground.key}`),
];
/** Over all records: this one is not among them, or there is no answer. */
const unnamed: readonly Ask[] = [
  ...(['doctor', 'stranger'] as const).map((name) => asking(name, () => '/DocumentReference')),
  asking('stranger', () => '/DocumentReference?patient.family=Lefèvre'),
  asking('stranger', () => `/DocumentReference?_content=${secret}`),
];
/** Own deposits, in whatever record: whether it is open and blocks nobody is all that they ask of it. */
const own: readonly Ask[] = ['/DocumentReference', '/DocumentReference?_summary=count', '/DocumentReference/_history'].map(
  (path) => asking('hospital', () => path),
);

const rule = (root: Document, more: Document = {}): Document => ({
  $push: { consents: { id: 'x', kind: 'sharing', root: { type: 'permit', provisions: [], ...root }, ...more } },
});
const low = new Date('2020-01-01T00:00:00Z');
type Damage = readonly [name: string, update: Document];
/** Of what says whether it is open and whom it blocks. */
const damagesOfDoors: readonly Damage[] = [
  ...['openings', 'closings', 'blocks'].flatMap((name): Damage[] => [
    [`no ${name}`, { $unset: { [name]: '' } }],
    [`${name}: null`, { $set: { [name]: null } }],
  ]),
  ['a block without an end', { $push: { blocks: { actor: 's:750712184', low } } }],
  ['a block of nobody', { $push: { blocks: { low, high: low } } }],
  ['a closing of texts', { $push: { closings: { low: '2020', high: '2030' } } }],
];
const damages: readonly Damage[] = [
  ...['maker', 'opened', 'consents', 'teams', 'guardians', 'actors', 'version'].map(
    (name): Damage => [`no ${name}`, { $unset: { [name]: '' } }],
  ),
  ['Consents that are null', { $set: { consents: null } }],
  ['Consents that are no list', { $set: { consents: { id: 'x' } } }],
  ['a Consent without provision', { $push: { consents: { id: 'x', kind: 'sharing' } } }],
  ['a Consent of an unknown kind', rule({}, { kind: 'research' })],
  ['a Consent of an unknown role', rule({ actors: ['p:1'] }, { role: 'GP' })],
  ['a provision of an unknown type', rule({ type: 'allow' })],
  ['a provision with an element of a later law', rule({ actors: ['p:1'], sensitivity: ['R'] })],
  ['an exception that cannot be read', rule({ actors: ['p:1'], provisions: [{ type: 'deny', codes: 7 }] })],
  ['an actor that is no identifier', rule({ actors: ['Practitioner/1'] })],
  ['an unknown purpose', rule({ type: 'deny', purposes: ['RESEARCH'] })],
  ['a period of texts', rule({ actors: ['p:1'], period: { low: '2020', high: '2030' } })],
  ['a code that is no text', rule({ actors: ['p:1'], codes: [34112] })],
  ['a team without a period', { $push: { teams: { id: 'x', members: [] } } }],
  ['a guardian of no charge', { $push: { guardians: { id: 'x', period: { low, high: low } } } }],
];

type Stored = { _id: string; version: number };

/** Runs with the damage, under a version that no server has read; then all is as it was. */
async function damaged(update: Document, run: () => Promise<void>): Promise<void> {
  const records = db.collection<Stored>('records');
  const before = await records.findOneAndUpdate({ _id: ground.key }, { $inc: { version: 1 } });
  if (before === null) throw new Error('no record');
  await records.updateOne({ _id: ground.key }, update);
  try {
    await run();
  } finally {
    await records.replaceOne({ _id: ground.key }, { ...before, version: before.version + 2 }, { upsert: true });
  }
}

async function answersOf(asks: readonly Ask[]): Promise<readonly (readonly [string, Reply])[]> {
  return await Promise.all(asks.map(async ([name, ask]) => [name, await ask()] as const));
}

function isEmpty({ status, body }: Reply): boolean {
  return status === 404 || (status === 200 && body?.resourceType === 'Bundle' && !body.entry && (body.total ?? 0) === 0);
}

const counted = async (): Promise<number> => await db.collection('DocumentReference').countDocuments();

it('all of them are answered while the rules can be read', async () => {
  const answers = await answersOf([...named, ...unnamed, ...own]);
  expect(answers.filter(([, reply]) => reply.status !== 200 || isEmpty(reply)).map(([name]) => name)).toEqual([]);
});

/** No answer, or one in which the record is not. */
async function shut(asks: readonly Ask[]): Promise<void> {
  const answers = await answersOf(asks);
  const open = answers.filter(([, reply]) => reply.status !== 500 && !isEmpty(reply));
  expect(open.map(([name, { status, text }]) => [name, status, text])).toEqual([]);
}

async function expectFailure(asks: readonly Ask[]): Promise<void> {
  for (const [name, reply] of await answersOf(asks)) {
    expect([name, reply.status]).toEqual([name, 500]);
    expectOutcome(reply, 500);
    expect(reply.text).not.toMatch(/Amygdal|Lefèvre/);
  }
}

describe('an access state with', () => {
  it.each([...damagesOfDoors, ...damages])('%s answers nobody', async (_name, update) => {
    const stored = await counted();
    await damaged(update, async () => {
      await expectFailure(reads);
      await shut(unnamed);
      expect((await ground.as('hospital').post('/DocumentReference', depositOf())).status).toBe(500);
    });
    expect(await counted()).toBe(stored);
  });

  it.each(damagesOfDoors)('%s hides own deposits as well', async (_name, update) => {
    await damaged(update, async () => await shut(own));
  });

  it.each([...damagesOfDoors.slice(0, 1), ...damages.slice(2, 3)])('%s answers nothing in any way', async (_name, update) => {
    await damaged(update, async () => await expectFailure(named));
  });
});

it('a record without an access state is as none', async () => {
  const records = db.collection<Stored>('records');
  const row = await records.findOneAndDelete({ _id: ground.key });
  if (row === null) throw new Error('no record');
  try {
    const answers = await answersOf([...named, ...unnamed, ...own]);
    expect(answers.filter(([, reply]) => !isEmpty(reply)).map(([name, { status, text }]) => [name, status, text])).toEqual([]);
    expect((await ground.as('hospital').post('/DocumentReference', depositOf())).status).toBe(422);
  } finally {
    await records.insertOne({ ...row, version: row.version + 1 });
  }
});

it('is told to the operator and traced, without a word of what it says', async () => {
  await damaged({ $unset: { blocks: '' } }, async () => {
    await ground.as('doctor').get(`/DocumentReference/${deposited}`);
  });
  const failures = ground.carnet.lines.filter((line) => line.includes('"failure"'));
  expect(failures.length).toBeGreaterThan(0);
  for (const line of failures) expect(JSON.parse(line)).toMatchObject({ failure: 'UnreadableRecord', at: expect.any(Array) });
  const [trace] = await db.collection('AuditEvent').find({ by: 'p:10003461033' }).sort({ date: -1 }).limit(1).toArray();
  expect(JSON.parse(String(trace?.j))).toMatchObject({ outcome: '8', outcomeDesc: '500' });
});

describe('a stored document', () => {
  type Sees = readonly [name: string, update: Document, seenBy: readonly string[]];
  const everyone = ['doctor', 'holder', 'hospital', 'stranger'] as const;
  it.each<Sees>([
    ['as it was written', { $set: { n: 0 } }, everyone],
    ['without readers', { $unset: { rd: '' } }, []],
    ['of no readers', { $set: { rd: [] } }, []],
    ['whose readers are null', { $set: { rd: null } }, []],
    ['of no record', { $unset: { rec: '' } }, []],
    ['without category', { $unset: { tc: '' } }, ['doctor', 'holder', 'hospital']],
    ['of a category that the matrix does not know', { $set: { tc: '99999-9' } }, ['doctor', 'holder', 'hospital']],
    ['of a category that is null', { $set: { tc: null } }, ['doctor', 'holder', 'hospital']],
  ])('%s', async (_name, update, seenBy) => {
    const rows = db.collection<{ _id: string }>('DocumentReference');
    const row = await rows.findOne({ _id: deposited });
    if (row === null) throw new Error('no document');
    await rows.updateOne({ _id: deposited }, update);
    try {
      const seen: string[] = [];
      for (const name of everyone) {
        const found = await ground.as(name).get(`/DocumentReference?patient=Patient/${ground.key}`);
        const read = await ground.as(name).get(`/DocumentReference/${deposited}`);
        expect([name, read.status === 200]).toEqual([name, found.body.entry !== undefined]);
        if (read.status === 200) seen.push(name);
      }
      expect(seen).toEqual(seenBy);
    } finally {
      await rows.replaceOne({ _id: deposited }, row);
    }
  });
});

it('a matrix without a profession shuts it out with the token, an empty permit list with nothing to see', async () => {
  const unknown = ground.carnet.as(claims.professional({ rpps: permitted, profession: '9999' }));
  expect((await unknown.get(`/DocumentReference/${deposited}`)).status).toBe(401);
  const nobody: Client = ground.carnet.as(claims.professional({ rpps: '10000000099' }));
  for (const path of [`/DocumentReference?patient=Patient/${ground.key}&_total=accurate`, '/DocumentReference?_total=accurate']) {
    const { status, body } = await nobody.get(path);
    expect([status, body.total, body.entry]).toEqual([200, 0, undefined]);
  }
  expect((await nobody.get(`/DocumentReference/${deposited}`)).status).toBe(404);
});
