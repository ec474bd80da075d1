// A question that takes too long is refused without a word of what was found: MongoDB is told to run out of time.
// https://hl7.org/fhir/R4/http.html#Status-Codes, https://www.mongodb.com/docs/manual/reference/operator/meta/maxTimeMS/
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Carnet, startCarnet } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims } from '../identity/issuer.ts';
import { document } from '../resources.ts';
import { written } from './ground.ts';

const database = 'test-too-slow';
let carnet: Carnet;
let mongo: MongoClient;
beforeAll(async () => {
  carnet = await startCarnet({ database });
  mongo = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
  written(await carnet.as(claims.tester()).post('/DocumentReference', document('nobody', '34112-3')));
}, 60_000);
afterAll(async () => {
  await mongo.close();
  await carnet.stop();
});

/** One aggregation of the collection, and no other, runs out of time. */
async function slow(collection: string): Promise<void> {
  const data = { failCommands: ['aggregate'], errorCode: 50, namespace: `${database}-htest.${collection}` };
  await mongo.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
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
  await slow(collection);
  const reply = await client.get(address);
  expectOutcome(reply, 503);
  expect(reply.body.issue).toEqual([
    { severity: 'error', code: 'timeout', diagnostics: 'This takes too long: ask for less at once' },
  ]);
  expect((await client.get(address)).status).toBe(before.status);
  expect(carnet.lines.filter((line) => line.includes('Mongo'))).toEqual([]);
});
