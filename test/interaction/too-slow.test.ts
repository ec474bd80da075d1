// A question that takes too long is refused without a word of what was found: MongoDB is told to run out of time.
// https://hl7.org/fhir/R4/http.html#Status-Codes, https://www.mongodb.com/docs/manual/reference/operator/meta/maxTimeMS/
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Carnet, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims } from '../identity/issuer.ts';
import { document, testIns } from '../resources.ts';
import { type Ground, idIn, ins, openGround, written } from './ground.ts';

const database = 'test-too-slow';
let ground: Ground;
let carnet: Carnet;
let mongo: MongoClient;
beforeAll(async () => {
  ground = await openGround({}, { database });
  carnet = ground.carnet;
  mongo = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
  written(await carnet.as(claims.tester()).post('/DocumentReference', document('nobody', '34112-3')));
}, 60_000);
afterAll(async () => {
  await mongo.close();
  await ground.stop();
});

/** One command on the collection, and no other, runs out of time. There is one such point in all of MongoDB: no other file of tests sets it. */
async function slow(collection: string, command = 'aggregate'): Promise<void> {
  const data = { failCommands: [command], errorCode: 50, namespace: collection };
  await mongo.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
}

function expectTooSlow(reply: Reply): void {
  expectOutcome(reply, 503);
  expect(reply.body.issue).toEqual([
    { severity: 'error', code: 'timeout', diagnostics: 'This takes too long: ask for less at once' },
  ]);
}

it.each([
  ['/DocumentReference', 'DocumentReference'],
  ['/DocumentReference?_summary=count', 'DocumentReference'],
  ['/DocumentReference?type=34112-3&_sort=-date', 'DocumentReference'],
  ['?_type=DocumentReference,Observation', 'DocumentReference'],
  ['/Patient/nobody/DocumentReference', 'DocumentReference'],
  ['/DocumentReference?patient.family=x', 'Patient'],
  ['/DocumentReference/nobody', 'DocumentReference'],
])('%s', async (address, collection) => {
  const client = carnet.as(claims.tester());
  const before = await client.get(address);
  await slow(`${database}-htest.${collection}`);
  expectTooSlow(await client.get(address));
  expect((await client.get(address)).status).toBe(before.status);
  expect(carnet.lines.filter((line) => line.includes('Mongo'))).toEqual([]);
});

describe('rules that cannot be read in time', () => {
  let id = '';
  beforeAll(async () => {
    id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  });

  it.each<[Parameters<Ground['as']>[0], string, () => string]>([
    ['doctor', 'records', () => `/DocumentReference/${id}`],
    ['doctor', 'records', () => `/DocumentReference?patient=Patient/${ground.key}`],
    ['doctor', 'records', () => `/DocumentReference?patient=Patient/${ground.key}&_summary=count`],
    ['doctor', 'records', () => `/DocumentReference/${id}/_history`],
    ['doctor', 'records', () => '/DocumentReference'],
    ['doctor', 'records', () => `/Patient?_id=${ground.key}&_revinclude=DocumentReference:patient`],
    ['hospital', 'records', () => `/DocumentReference/${id}`],
    ['holder', 'records', () => `/DocumentReference/${id}`],
    ['holder', 'keys', () => `/DocumentReference/${id}`],
    ['holder', 'keys', () => '/DocumentReference'],
    ['agent', 'keys', () => `/Patient?identifier=${testIns}|${ins}`],
    ['agent', 'records', () => `/Patient?identifier=${testIns}|${ins}`],
  ])('%s, %s: %s', async (name, collection, address) => {
    const ask = async (): Promise<Reply> => await ground.as(name).get(address());
    expect((await ask()).status).toBe(200);
    // What the server keeps of them is not the newest any more.
    await mongo
      .db(database)
      .collection<{ _id: string }>('records')
      .updateOne({ _id: ground.key }, { $inc: { version: 1 } });
    await slow(`${database}.${collection}`, 'find');
    expectTooSlow(await ask());
    expect((await ask()).status).toBe(200);
  });

  it('take no deposit either', async () => {
    const rows = mongo.db(database).collection('DocumentReference');
    const before = await rows.countDocuments();
    await slow(`${database}.records`, 'find');
    expectTooSlow(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
    expect(await rows.countDocuments()).toBe(before);
  });

  it('and a guard that fails shows no row', async () => {
    await slow(`${database}.DocumentReference`);
    expectTooSlow(await ground.as('doctor').get(`/DocumentReference/${id}`));
  });
});
