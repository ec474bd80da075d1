// Creating and deleting: statuses, headers, bodies, refusals.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { asked, fhirJson, version } from './asked.ts';
import { expectOutcome } from './expect.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

// https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#return
describe('create', () => {
  const bodies = [
    [undefined, 'DocumentReference'],
    ['return=representation', 'DocumentReference'],
    ['return=minimal', undefined],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['handling=strict; return=minimal', undefined],
    ['return=whatever', 'DocumentReference'],
  ] as const;
  it.each(bodies)('Prefer: %s', async (prefer, type) => {
    const reply = await asked(ground, 'hospital', 'POST', '/DocumentReference', {
      body: document(ground.key, '34112-3'),
      headers: prefer === undefined ? {} : { prefer },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject(version(1));
    expect(reply.headers.location).toMatch(
      new RegExp(`^http://carnet.test/fhir/DocumentReference/${ground.key}-[a-z2-9]{13}/_history/1$`),
    );
    expect(reply.body?.resourceType).toBe(type);
    if (type === undefined) expect(reply.bytes.length).toBe(0);
    else expect(reply.headers['content-type']).toBe(fhirJson);
    if (type === 'DocumentReference') expect(reply.headers.location).toContain(`/${reply.body.id}/`);
  });

  it.each(['respond-async', 'Respond-Async', 'respond-async, return=minimal', 'return=minimal; respond-async'])(
    'Prefer: %s is refused, and nothing is done',
    async (prefer) => {
      const description = `async ${prefer}`;
      const body = document(ground.key, '34112-3', { description });
      const reply = await asked(ground, 'hospital', 'POST', '/DocumentReference', { body, headers: { prefer } });
      expectOutcome(reply, 400, 'http.Prefer');
      expect(reply.body.issue[0].code).toBe('not-supported');
      const found = await ground.as('hospital').get(`/DocumentReference?description=${encodeURIComponent(description)}`);
      expect([found.status, found.body.entry]).toEqual([200, undefined]);
      for (const [method, path] of [
        ['GET', '/DocumentReference'],
        ['GET', `/Patient/${ground.key}`],
        ['DELETE', '/DocumentReference/x'],
      ] as const)
        expectOutcome(await asked(ground, 'hospital', method, path, { headers: { prefer } }), 400, 'http.Prefer');
    },
  );

  it('sets id, versionId and lastUpdated itself, whatever was sent', async () => {
    const sent = document(ground.key, '34112-3', { id: 'chosen', meta: { versionId: '9', lastUpdated: '1999-01-01T00:00:00Z' } });
    const { body } = await asked(ground, 'hospital', 'POST', '/DocumentReference', { body: sent });
    expect(body.id).not.toBe('chosen');
    expect(body.meta.versionId).toBe('1');
    expect(new Date(body.meta.lastUpdated).getFullYear()).toBeGreaterThan(2020);
  });

  it.each([
    ['another type', '/Immunization', { resourceType: 'DocumentReference' }, 400, 'resourceType'],
    ['no type', '/Immunization', {}, 400, 'resourceType'],
    ['a prototype name as type', '/Immunization', { resourceType: '__proto__' }, 400, 'resourceType'],
    ['a list', '/Immunization', [], 400, undefined],
    ['an unknown element', '/Immunization', { resourceType: 'Immunization', constructor: 1 }, 422, 'Immunization.constructor'],
    [
      'a required element lacking',
      '/DocumentReference',
      { resourceType: 'DocumentReference', status: 'current' },
      422,
      'DocumentReference.content',
    ],
    [
      'a code out of its value set',
      '/DocumentReference',
      { resourceType: 'DocumentReference', status: 'old', content: [] },
      422,
      'DocumentReference.status',
    ],
  ])('refuses %s', async (_title, path, body, status, expression) => {
    expectOutcome(await asked(ground, 'hospital', 'POST', path, { body }), status, expression);
  });

  it.each(['{"resourceType":"Immunization","__proto__":{"status":"x"}}', '{"resourceType":"Immunization","valueOf":"x"}'])(
    'has no element %s',
    async (body) => {
      expectOutcome(
        await asked(ground, 'hospital', 'POST', '/Immunization', { body }),
        422,
        `Immunization.${body.includes('valueOf') ? 'valueOf' : '__proto__'}`,
      );
    },
  );
});

// https://hl7.org/fhir/R4/http.html#delete
describe('delete', () => {
  it.each([
    ['W/"1"', 204],
    ['W/"2"', 412],
    ['*', 204],
  ])('If-Match %s: %p', async (match, status) => {
    const of = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
    const reply = await asked(ground, 'hospital', 'DELETE', `/DocumentReference/${of}`, { headers: { 'if-match': match } });
    if (status === 204) expect(reply.status).toBe(204);
    else expectOutcome(reply, status, 'http.If-Match');
    expect((await asked(ground, 'hospital', 'GET', `/DocumentReference/${of}`)).status).toBe(status === 204 ? 410 : 200);
  });

  it('leaves 410, and nothing to find', async () => {
    const of = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
    const reply = await asked(ground, 'hospital', 'DELETE', `/DocumentReference/${of}`);
    expect([reply.status, reply.bytes.length, reply.headers.etag]).toEqual([204, 0, 'W/"2"']);
    for (const method of ['GET', 'DELETE'])
      expectOutcome(await asked(ground, 'hospital', method, `/DocumentReference/${of}`), 410);
    expect((await asked(ground, 'hospital', 'GET', `/DocumentReference?_id=${of}&_total=accurate`)).body).toMatchObject({
      total: 0,
    });
    expectOutcome(await asked(ground, 'hospital', 'DELETE', '/DocumentReference/never-was'), 404);
  });
});
