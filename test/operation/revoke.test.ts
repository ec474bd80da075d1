// $revoke and $unblock take back what names an actor: what each changes, who sees what before and after, and for whom there is nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isObject, type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { idIn, written } from '../interaction/ground.ts';
import { actor } from '../resources.ts';
import {
  at,
  byHand,
  type Consenting,
  ending,
  inMode,
  openConsenting,
  type Parameter,
  type Person,
  parameters,
  person,
  purpose,
  rpps,
} from './consenting.ts';

let consenting: Consenting;
beforeAll(async () => {
  consenting = await openConsenting();
}, 60_000);
afterAll(async () => await consenting.ground.stop());

const call = async (by: Person, operation: string, ...list: readonly Parameter[]): Promise<Reply> =>
  await consenting.as(by).post(`/Patient/${consenting.key}/$${operation}`, parameters(...list));
const wish = async (provision: JsonObject, by: Person = 'holder'): Promise<string> =>
  idIn(written(await consenting.as(by).post('/Consent', byHand(consenting.key, provision))));
const nurse = actor({ rpps: rpps.nurse });
const other = actor({ rpps: rpps.other });
const hiding = (id: string): JsonObject => ({ meaning: 'instance', reference: { reference: `DocumentReference/${id}` } });

/** Whom each Consent names that was taken back wholly or in part. */
function changed({ status, body }: Reply): readonly unknown[] {
  return [
    status,
    ...objectsOf(body?.parameter).map(({ resource }) => (isObject(resource) ? `${resource.id} ${resource.status}` : undefined)),
  ];
}

describe('who sees what', () => {
  it('follows each call at once', async () => {
    const sight: number[] = [];
    const then = async (operation: string, ...list: readonly Parameter[]): Promise<void> => {
      expect([200, 201]).toContain((await call('holder', operation, ...list)).status);
      sight.push(await consenting.sees('nurse'));
    };
    expect(await consenting.sees('nurse')).toBe(0);
    await then('authorise', person(rpps.nurse));
    await then('block', person(rpps.nurse), at(`DocumentReference/${consenting.letter}`, 'data'));
    await then('unblock', person(rpps.nurse), at(`DocumentReference/${consenting.letter}`, 'data'));
    await then('block', person(rpps.nurse));
    await then('authorise', person(rpps.nurse), ending('2027'));
    await then('unblock', person(rpps.nurse));
    await then('revoke', person(rpps.nurse));
    expect(sight).toEqual([1, 0, 1, 0, 0, 1, 0]);
    expectOutcome(await call('holder', 'revoke', person(rpps.nurse)), 404);
    expectOutcome(await call('holder', 'unblock', person(rpps.nurse)), 404);
  });

  it('in an emergency, and as the médecin traitant', async () => {
    await call('holder', 'authorise', purpose('BTG'));
    expect(await consenting.sees('rescuer')).toBe(1);
    expectOutcome(await call('holder', 'revoke', purpose('ETREAT')), 404);
    expect(changed(await call('holder', 'revoke', purpose('BTG')))).toHaveLength(2);
    expect(await consenting.sees('rescuer')).toBe(0);
    await call('holder', 'revoke', person(rpps.treating));
    expect(await consenting.sees('treating')).toBe(0);
    await call('representative', 'block', person(rpps.treating));
    await call('representative', 'declare-medecin-traitant', person(rpps.treating));
    expect(await consenting.sees('treating')).toBe(1);
    expectOutcome(await call('holder', 'block', person(rpps.treating)), 422, 'Parameters.parameter[0]');
  });
});

describe('what is taken back', () => {
  beforeEach(async () => {
    for (const operation of ['revoke', 'unblock']) await call('holder', operation, person(rpps.nurse));
  });

  it('is every permit that has not ended, and nothing else', async () => {
    const permits = [
      await wish({ type: 'permit', actor: [nurse] }),
      await wish({ type: 'permit', actor: [nurse], period: { start: '2027' } }),
      await wish({ type: 'permit', actor: [nurse], purpose: [inMode('BTG')] }),
    ];
    const kept = [
      await wish({ type: 'permit', actor: [nurse], period: { end: '2025' } }),
      await wish({ type: 'permit', actor: [other] }),
      await wish({ type: 'deny', actor: [nurse] }),
    ];
    const reply = await call('representative', 'revoke', person(rpps.nurse));
    expect(changed(reply)).toEqual([200, ...permits.map((id) => `${id} inactive`)]);
    const active = (await consenting.active()).map(({ id }) => String(id));
    expect(kept.filter((id) => !active.includes(id))).toEqual([]);
    expect(permits.filter((id) => active.includes(id))).toEqual([]);
    await consenting.as('holder').delete(`/Consent/${kept[1]}`);
  });

  it('is one of several actors alone', async () => {
    const together = await wish({ type: 'permit', actor: [other, nurse] });
    expect(changed(await call('holder', 'revoke', person(rpps.nurse)))).toEqual([200, `${together} active`]);
    const { body } = await consenting.as('holder').get(`/Consent/${together}`);
    expect([body.provision, body.meta.versionId]).toEqual([{ type: 'permit', actor: [other] }, '2']);
    await consenting.as('holder').delete(`/Consent/${together}`);
  });

  it('hides go with their documents, never with others', async () => {
    const { letter, key } = consenting;
    const [one, both] = [
      await wish({ type: 'deny', actor: [nurse], data: [hiding(letter)] }),
      await wish({ type: 'deny', actor: [nurse], data: [hiding(letter), hiding(`${key}-aaaaaaaaaaaaa`)] }),
    ];
    expectOutcome(await call('holder', 'unblock', person(rpps.nurse)), 404);
    const block = await wish({ type: 'deny', actor: [nurse] });
    const none: Parameter = ['data', { valueReference: { display: 'x' } }];
    expectOutcome(await call('holder', 'unblock', person(rpps.nurse), none), 422, 'Parameters.parameter[1]');
    const data = at(`DocumentReference/${letter}`, 'data');
    expect(changed(await call('holder', 'unblock', person(rpps.nurse), data))).toEqual([200, `${one} inactive`]);
    const never = at(`DocumentReference/${key}-aaaaaaaaaaaaa`, 'data');
    expect(changed(await call('holder', 'unblock', person(rpps.nurse), data, never))).toEqual([200, `${both} inactive`]);
    expect(changed(await call('holder', 'unblock', person(rpps.nurse)))).toEqual([200, `${block} inactive`]);
  });

  it('is a professional’s own, of which he is told no more', async () => {
    const holders = await wish({ type: 'permit', actor: [nurse] });
    expectOutcome(await call('nurse', 'revoke'), 404);
    const own = await call('nurse+card', 'authorise', ending('2026-12-31'));
    expect(own.status).toBe(201);
    const reply = await call('nurse', 'revoke');
    expect([reply.status, reply.text]).toEqual([200, '']);
    const active = (await consenting.active()).map(({ id }) => id);
    expect([active.includes(holders), active.includes(idIn(own))]).toEqual([true, false]);
  });
});

describe('for whom there is nothing', () => {
  it.each<[Person, number]>([
    ['relative', 404],
    ['neighbour', 404],
    ['treating', 404],
    ['nurse+card', 404],
    ['rescuer', 404],
    ['secretary', 404],
    ['hospital', 404],
    ['insurance', 404],
    ['agent', 404],
    ['operator', 404],
    ['tester', 404],
  ])('%s: what is there is as what never was', async (by, status) => {
    for (const operation of ['revoke', 'unblock']) {
      const there = await call(by, operation, person(rpps.blocked));
      const path = `/Patient/aaaaaaaaaaaaa/$${operation}`;
      const never = await consenting.as(by).post(path, parameters(person(rpps.blocked)));
      expect([there.status, never.status]).toEqual([status, status]);
      expect(never.text).toBe(there.text);
    }
  });

  it('needs the scope of an update, and a mode that writes', async () => {
    const claims = { sub: 'x', scope: 'patient/Consent.cr', sub_ins: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO' };
    const path = `/Patient/${consenting.key}/$revoke`;
    expectOutcome(await consenting.ground.carnet.as(claims).post(path, parameters(person(rpps.nurse))), 403);
  });
});

it('leaves one trace of the whole', async () => {
  const traces = async (): Promise<number> => {
    const { body } = await consenting
      .as('holder')
      .get(`/AuditEvent?patient=${consenting.key}&subtype=operation&_count=0&_total=accurate`);
    return body.total;
  };
  await wish({ type: 'permit', actor: [nurse] });
  await wish({ type: 'permit', actor: [nurse] });
  const before = await traces();
  expect(changed(await call('holder', 'revoke', person(rpps.nurse)))).toHaveLength(4);
  expect(await traces()).toBe(before + 1);
});
