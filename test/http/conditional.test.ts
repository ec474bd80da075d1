// Conditional create, update, patch and delete: what criteria find, once, and never what the caller may not see.
// https://hl7.org/fhir/R4/http.html#ccreate, https://hl7.org/fhir/R4/http.html#cond-update
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';
import { claims } from '../identity/issuer.ts';
import { finess, type Ground, ins, openGround } from '../interaction/ground.ts';
import { document, mask, patient, testIns, vaccination, visibility } from '../resources.ts';
import { asked } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';

let ground: Ground;
/** Another process of the same database. */
let second: Carnet;
beforeAll(async () => {
  const database = `test-${randomUUID().slice(0, 8)}`;
  ground = await openGround({}, { database });
  second = await startCarnet({ database });
});
afterAll(async () => {
  await ground.stop();
  await second.stop();
});

type Name = Parameters<Ground['as']>[0];
let made = 0;
/** A new identifier. */
const value = (): string => {
  made += 1;
  return `n-${made}`;
};
const immunization = (identifier: string, more: object = {}): object =>
  vaccination(ground.key, { identifier: [{ system: 'urn:x', value: identifier }], ...more });
const create = async (name: Name, body: object, criteria?: string): Promise<RawReply> =>
  await asked(ground, name, 'POST', '/Immunization', {
    body,
    headers: criteria === undefined ? {} : { 'if-none-exist': criteria },
  });
const idOf = ({ headers }: RawReply): string => /Immunization\/([\w-]+)\/_history/.exec(headers.location ?? '')?.[1] ?? '';
const found = async (name: Name, query: string): Promise<number> =>
  (await asked(ground, name, 'GET', `/Immunization?${query}&_summary=count`)).body.total;

describe('conditional create', () => {
  it('creates where nothing meets the criteria, and then gives what is there', async () => {
    const identifier = value();
    const first = await create('hospital', immunization(identifier), `identifier=urn:x|${identifier}`);
    const second = await create('hospital', immunization(identifier, { lotNumber: 'other' }), `identifier=urn:x|${identifier}`);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(idOf(second)).toBe(idOf(first));
    expect(second.body).toEqual(first.body);
    expect(second.headers.etag).toBe('W/"1"');
  });

  it('says which version it gives of a record that is known by the exact INS', async () => {
    const patched = await asked(ground, 'holder', 'PATCH', `/Patient/${ground.key}`, {
      body: [{ op: 'add', path: '/telecom', value: [{ system: 'phone', value: '0102030405' }] }],
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect(patched.status).toBe(200);
    const criteria = `identifier=${testIns}|${ins}`;
    const there = await asked(ground, 'doctor', 'POST', '/Patient', {
      body: patient(ins),
      headers: { 'if-none-exist': criteria },
    });
    const { versionId, lastUpdated } = there.body.meta;
    expect([there.status, there.headers.etag]).toEqual([200, `W/"${versionId}"`]);
    expect([versionId, there.headers['last-modified']]).toEqual(['2', new Date(lastUpdated).toUTCString()]);
    expect(there.headers.location).toMatch(/_history\/2$/);
  });

  it.each([
    'identifier=urn:x|V',
    'identifier=V',
    'Immunization?identifier=urn:x|V',
    '?identifier=urn:x%7CV',
    'identifier=urn:x|V&status=completed',
  ])(
    'makes one of fifty that ask at once for %s',
    async (criteria) => {
      const identifier = value();
      const replies = await Promise.all(
        Array.from(
          { length: 50 },
          async () => await create('hospital', immunization(identifier), criteria.replace('V', identifier)),
        ),
      );
      expect(replies.map(({ status }) => status).toSorted()).toEqual([...Array(49).fill(200), 201]);
      expect(new Set(replies.map(idOf)).size).toBe(1);
      expect(await found('hospital', `identifier=urn:x|${identifier}`)).toBe(1);
    },
    60_000,
  );

  it('makes one where two processes are asked at once', async () => {
    const identifier = value();
    const there = { ...ground, carnet: second, as: () => second.as(claims.structure(finess)) };
    const replies = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, at) =>
          await asked(at % 2 === 0 ? ground : there, 'hospital', 'POST', '/Immunization', {
            body: immunization(identifier),
            headers: { 'if-none-exist': `identifier=urn:x|${identifier}` },
          }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(replies.map(idOf)).size).toBe(1);
  }, 60_000);

  it('refuses where more than one meets the criteria', async () => {
    const identifier = value();
    for (let n = 0; n < 2; n += 1) await create('hospital', immunization(identifier));
    expectOutcome(await create('hospital', immunization(identifier), `identifier=${identifier}`), 412, 'http.If-None-Exist');
  });

  it.each([
    ['', 400, undefined],
    ['nowhere=1', 400, 'http.nowhere'],
    ['identifier=1&_sort=date', 400, 'http._sort'],
    ['_count=1', 400, 'http._count'],
    ['date=yesterday', 400, 'http.date'],
  ])('refuses the criteria %p, and stores nothing', async (criteria, status, expression) => {
    const before = await found('hospital', 'status=completed');
    expectOutcome(await create('hospital', immunization(value()), criteria), status, expression);
    expect(await found('hospital', 'status=completed')).toBe(before);
  });

  it('does not confirm what another has deposited and the caller may not see', async () => {
    const identifier = value();
    const hidden = await create('hospital', immunization(identifier), `identifier=urn:x|${identifier}`);
    const own = await create('clinic', immunization(identifier), `identifier=urn:x|${identifier}`);
    expect([hidden.status, own.status]).toEqual([201, 201]);
    expect(idOf(own)).not.toBe(idOf(hidden));
    // The médecin traitant sees both.
    expectOutcome(await create('doctor', immunization(identifier), `identifier=urn:x|${identifier}`), 412);
  });

  it('gives the record of an exact INS to whoever may know of it', async () => {
    const reply = await asked(ground, 'agent', 'POST', '/Patient', {
      body: patient(ins),
      headers: { 'if-none-exist': `identifier=${testIns}|${ins}` },
    });
    expect([reply.status, reply.bytes.length]).toEqual([200, 0]);
    expect(reply.headers.location).toContain(`/Patient/${ground.key}/_history/`);
  });

  it('is not for bytes', async () => {
    const headers = { 'content-type': 'text/plain', 'x-security-context': `Patient/${ground.key}`, 'if-none-exist': 'x=1' };
    expectOutcome(
      await asked(ground, 'hospital', 'POST', '/Binary', { body: Buffer.from('x'), headers }),
      400,
      'http.If-None-Exist',
    );
  });
});

describe('conditional update', () => {
  const put = async (name: Name, query: string, body: object, headers = {}): Promise<RawReply> =>
    await asked(ground, name, 'PUT', `/Immunization?${query}`, { body, headers });

  it('creates, then updates', async () => {
    const identifier = value();
    const first = await put('hospital', `identifier=urn:x|${identifier}`, immunization(identifier));
    const second = await put('hospital', `identifier=urn:x|${identifier}`, immunization(identifier, { lotNumber: 'L' }));
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({ id: first.body.id, lotNumber: 'L', meta: { versionId: '2' } });
    expect(second.headers).not.toHaveProperty('location');
  });

  it('makes one of ten at once', async () => {
    const identifier = value();
    const replies = await Promise.all(
      Array.from(
        { length: 10 },
        async (_, at) =>
          await put('hospital', `identifier=urn:x|${identifier}`, immunization(identifier, { lotNumber: `${at}` })),
      ),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(await found('hospital', `identifier=urn:x|${identifier}`)).toBe(1);
  }, 60_000);

  it.each([
    ['another id', { id: 'other' }, {}, 400],
    ['a stale version', {}, { 'if-match': 'W/"7"' }, 412],
  ])('refuses %s', async (_title, more, headers, status) => {
    const identifier = value();
    await create('hospital', immunization(identifier));
    expectOutcome(await put('hospital', `identifier=${identifier}`, immunization(identifier, more), headers), status);
  });

  it('refuses where more than one meets the criteria', async () => {
    const identifier = value();
    for (let n = 0; n < 2; n += 1) await create('hospital', immunization(identifier));
    expectOutcome(await put('hospital', `identifier=${identifier}`, immunization(identifier)), 412);
  });

  it('does not touch what another has deposited', async () => {
    const identifier = value();
    const other = await create('hospital', immunization(identifier));
    const own = await put('clinic', `identifier=${identifier}`, immunization(identifier, { lotNumber: 'mine' }));
    expect(own.status).toBe(201);
    expect((await asked(ground, 'hospital', 'GET', `/Immunization/${idOf(other)}`)).headers.etag).toBe('W/"1"');
  });
});

describe('conditional delete and patch', () => {
  const hide = [{ op: 'add', path: '/meta/security/-', value: { system: visibility, code: 'MASQUE_PS' } }];
  it.each(['DELETE', 'PATCH'])('%s: none, one, more than one, another’s', async (method) => {
    const sent = method === 'PATCH' ? { body: hide, headers: { 'content-type': 'application/json-patch+json' } } : {};
    const by = method === 'PATCH' ? 'holder' : 'hospital';
    const [one, two] = [value(), value()];
    await create('hospital', immunization(one));
    for (let n = 0; n < 2; n += 1) await create('hospital', immunization(two));
    expectOutcome(await asked(ground, by, method, `/Immunization?identifier=nobody`, sent), 404);
    expectOutcome(await asked(ground, by, method, `/Immunization?identifier=${two}`, sent), 412);
    expectOutcome(await asked(ground, 'clinic', method, `/Immunization?identifier=${one}`, sent), 404);
    expectOutcome(await asked(ground, by, method, '/Immunization', sent), 400);
    const done = await asked(ground, by, method, `/Immunization?identifier=urn:x|${one}`, sent);
    expect(done.status).toBe(method === 'DELETE' ? 204 : 200);
    expect(done.headers.etag).toBe('W/"2"');
  });

  it('masks a document by its identifier (PDSm)', async () => {
    const identifier = value();
    const sent = document(ground.key, '34112-3', { masterIdentifier: { system: 'urn:x', value: identifier } });
    await ground.as('hospital').post('/DocumentReference', sent);
    const reply = await asked(ground, 'holder', 'PATCH', `/DocumentReference?identifier=urn:x|${identifier}`, {
      body: mask,
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect(reply.status).toBe(200);
    expect(reply.body.meta.security[0].code).toBe('MASQUE_PS');
  });
});
