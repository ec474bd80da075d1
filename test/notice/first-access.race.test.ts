// Several servers of one database, asked at once: one first access, and no answer without its notice.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Carnet, startCarnet } from '../carnet.ts';
import { type House, openTown, type Town } from './house.ts';

const database = `test-${randomUUID().slice(0, 8)}`;
let town: Town;
let house: House;
let other: Carnet;
let mongo: MongoClient;
beforeAll(async () => {
  town = await openTown({ database });
  house = await town.house();
  other = await startCarnet({ database, clock: town.clock });
  mongo = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
});
afterAll(async () => {
  await mongo.close();
  await other.server.stop();
  await town.stop();
});

it('of many first accesses at once one is the first', async () => {
  const ids = [await house.deposit(), await house.deposit()];
  for (const name of ['doctor', 'second', 'inside', 'treating'] as const) {
    const asked = [town.carnet, other].flatMap((server) =>
      Array.from({ length: 8 }, async (_, at) => await house.as(name, server).get(`/DocumentReference/${ids[at % 2]}`)),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(16).fill(200));
  }
  expect(await house.noticesOf('holder')).toHaveLength(4);
});

it('what has no notice is not answered, and its trace is not there either', async () => {
  const id = await house.deposit();
  const db = mongo.db(database);
  const before = await db.collection('AuditEvent').countDocuments({ by: 'p:10000000015', refs: `DocumentReference/${id}` });
  await db.command({ collMod: 'Communication', validator: { nothing: { $exists: true } } });
  const refused = await house.as('rescuer').get(`/DocumentReference/${id}`);
  await db.command({ collMod: 'Communication', validator: {} });
  expect([refused.status, JSON.stringify(refused.body).includes(id)]).toEqual([503, false]);
  expect(await db.collection('AuditEvent').countDocuments({ by: 'p:10000000015', refs: `DocumentReference/${id}` })).toBe(before);
  expect((await house.as('rescuer').get(`/DocumentReference/${id}`)).status).toBe(200);
});
