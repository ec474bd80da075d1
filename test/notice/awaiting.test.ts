// What still awaits its announcement after two weeks: one notice in a fortnight that says so and no more, to whom it will be shown.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, startCarnet } from '../carnet.ts';
import { document, label } from '../resources.ts';
import { type House, type Name, openTown, type Town } from './house.ts';

const database = `test-${randomUUID().slice(0, 8)}`;
const hold = 'INVISIBLE_PATIENT';
const secret = 'INVISIBLE_REPRESENTANTS_LEGAUX';
let town: Town;
let other: Carnet;
let house: House;
beforeAll(async () => {
  town = await openTown({ database });
  other = await startCarnet({ database, clock: town.clock });
});
afterAll(async () => {
  await other.server.stop();
  await town.stop();
});
beforeEach(async () => {
  house = await town.house();
});

const work = async (): Promise<void> => await town.carnet.server.work();
const awaiting = async (name: Name): Promise<readonly Body[]> => await house.noticesOf(name, '&category=awaiting-announcement');
const counts = async (...names: readonly Name[]): Promise<readonly number[]> => {
  await work();
  const found: number[] = [];
  for (const name of names) found.push((await awaiting(name)).length);
  return found;
};
const patch = async (name: Name, id: string, operations: object): Promise<void> =>
  expect((await house.as(name).patch(`/DocumentReference/${id}`, operations)).status).toBe(200);

it('says that something awaits, and neither what nor whose it is', async () => {
  const id = await house.deposit(hold);
  town.pass({ days: 13, seconds: 23 * 3600 });
  expect(await counts('holder')).toEqual([0]);
  town.pass({ seconds: 3 * 3600 });
  expect(await counts('holder')).toEqual([1]);
  const [notice] = await awaiting('holder');
  const { id: _id, meta: _meta, sent, ...rest } = notice;
  expect(sent).toBe(town.clock().toISOString());
  const patient = { reference: `Patient/${house.key}` };
  expect(rest).toEqual({
    resourceType: 'Communication',
    status: 'completed',
    category: [
      {
        coding: [
          {
            system: 'https://carnet.example/fhir/CodeSystem/notice',
            code: 'awaiting-announcement',
            display: 'Consultation d’annonce en attente',
          },
        ],
      },
    ],
    subject: patient,
    recipient: [patient],
    payload: [
      {
        contentString:
          'Une mise à jour de votre dossier doit vous être présentée lors d’une consultation. ' +
          'Nous vous invitons à prendre rendez-vous avec un professionnel de santé qui vous suit.',
      },
    ],
  });
  expect((await house.as('holder').get(`/DocumentReference/${id}`)).status).toBe(404);
  for (const name of ['doctor', 'second', 'inside', 'relative', 'hospital'] as const) expect(await awaiting(name)).toEqual([]);
});

describe('is given where something still awaits', () => {
  it('not of what is open, was announced or is over', async () => {
    await house.deposit();
    const id = await house.deposit(hold);
    town.pass({ days: 10 });
    await patch('hospital', id, [{ op: 'remove', path: '/securityLabel' }]);
    town.pass({ days: 5 });
    expect(await counts('holder')).toEqual([0]);
    await house.deposit(hold);
    town.pass({ days: 33 });
    expect(await counts('holder')).toEqual([0]);
  });

  it('of what was held later, since its deposit, and of any type', async () => {
    const id = await house.deposit();
    town.pass({ days: 16 });
    expect(await counts('holder')).toEqual([0]);
    await patch('doctor', id, [{ op: 'add', path: '/securityLabel', value: [label(hold)] }]);
    expect(await counts('holder', 'parent', 'treating')).toEqual([1, 1, 1]);
  });

  it('of what a successor inherits, once', async () => {
    const id = await house.deposit(hold);
    town.pass({ days: 10 });
    const next = document(house.key, '34112-3', {
      relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${id}` } }],
    });
    expect((await house.as('hospital').post('/DocumentReference', next)).status).toBe(201);
    town.pass({ days: 5 });
    expect(await counts('holder')).toEqual([1]);
  });
});

describe('once in a fortnight', () => {
  it('however much there is, and again of what came later', async () => {
    for (let day = 0; day < 5; day += 1) {
      await house.deposit(hold);
      town.pass({ days: 1 });
    }
    const seen: number[] = [];
    for (let day = 0; day < 26; day += 1) {
      town.pass({ days: 1 });
      seen.push(...(await counts('holder')));
    }
    // Of the first on the fifteenth day; of the others a fortnight later, as long as they are held.
    expect(seen.indexOf(1)).toBeGreaterThanOrEqual(8);
    expect(seen.indexOf(2) - seen.indexOf(1)).toBe(14);
    expect(seen.at(-1)).toBe(2);
  });

  it('of several processes and passes one gives it', async () => {
    const houses = await Promise.all(Array.from({ length: 6 }, async () => await town.house()));
    for (const one of houses) await one.deposit(hold);
    town.pass({ days: 15 });
    await Promise.all([town.carnet.server.work(), other.server.work(), town.carnet.server.work(), other.server.work()]);
    const found = await Promise.all(houses.map(async (one) => (await one.noticesOf('holder')).length));
    expect(found).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('representatives', () => {
  it('have none of what is secret, the minor has', async () => {
    await house.deposit(hold, secret);
    town.pass({ days: 15 });
    expect(await counts('holder', 'parent')).toEqual([1, 0]);
  });

  it('have theirs as if what is secret were not there', async () => {
    await house.deposit(hold, secret);
    town.pass({ days: 5 });
    await house.deposit(hold);
    town.pass({ days: 9, seconds: 7200 });
    expect(await counts('holder', 'parent')).toEqual([1, 0]);
    town.pass({ days: 5 });
    expect(await counts('holder', 'parent')).toEqual([2, 1]);
  });

  it('lose it with what becomes secret', async () => {
    const id = await house.deposit(hold);
    town.pass({ days: 15 });
    expect(await counts('holder', 'parent')).toEqual([1, 1]);
    const both = [{ op: 'add', path: '/securityLabel/-', value: label(secret) }];
    await patch('hospital', id, both);
    expect(await counts('holder', 'parent')).toEqual([1, 0]);
  });
});
