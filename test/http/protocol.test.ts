// The FHIR REST protocol, interaction by interaction: statuses, headers and bodies. https://hl7.org/fhir/R4/http.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, mask } from '../resources.ts';
import { expectOutcome } from './expect.ts';
import { ask, type RawReply } from './raw.ts';

let ground: Ground;
let id = '';
beforeAll(async () => {
  ground = await openGround();
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
});
afterAll(async () => await ground.stop());

const fhirJson = 'application/fhir+json; charset=utf-8';
type Sent = { readonly headers?: Readonly<Record<string, string>>; readonly body?: object | string | Buffer };

async function asked(name: Parameters<Ground['as']>[0], method: string, path: string, { headers, body }: Sent = {}): Promise<RawReply> {
  const sent = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return await ask(ground.carnet.address, {
    method,
    path: `/fhir${path}`,
    headers: {
      authorization: `Bearer ${ground.as(name).token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
}

const version = (of: number): object => ({ etag: `W/"${of}"`, 'last-modified': expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/) });

describe('every answer', () => {
  it.each([
    ['GET', '/metadata'],
    ['GET', '/Patient/nobody'],
    ['GET', '/DocumentReference'],
    ['GET', '/nowhere'],
    ['PUT', '/Patient/x'],
  ])('%s %s: no cache keeps it, no browser guesses its type, it has a request id', async (method, path) => {
    const { headers } = await asked('doctor', method, path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      vary: 'Authorization, Accept, Prefer',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[\w.-]{1,64}$/),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it.each([
    ['visit-42.a_b', true],
    ['has space', false],
    ['x'.repeat(65), false],
    ['<script>', false],
  ])('X-Request-Id %p is given back: %p', async (sent, kept) => {
    const reply = await asked('doctor', 'GET', '/metadata', { headers: { 'x-request-id': sent } });
    expect(reply.headers['x-request-id'] === sent).toBe(kept);
  });
});

describe('without a token', () => {
  it.each([
    ['/health', 200],
    ['/fhir/metadata', 200],
    ['/fhir/Patient', 401],
    ['/fhir/Patient/x', 401],
    ['/fhir/nowhere', 401],
    ['/fhir/', 401],
    ['/', 404],
  ])('%s: %p', async (path, status) => {
    const reply = await ask(ground.carnet.address, { path });
    if (status === 200) expect(reply.status).toBe(200);
    else expectOutcome(reply, status);
    expect(reply.headers['www-authenticate']).toBe(status === 401 ? 'Bearer realm="carnet"' : undefined);
  });

  it.each([
    ['Bearer', 'invalid_token'],
    ['Bearer nonsense', 'invalid_token'],
    ['Bearer a.b.c', 'invalid_token'],
    ['Bearer a b', 'invalid_token'],
    ['Basic dXNlcjpwYXNz', undefined],
    ['', undefined],
  ])('Authorization %p: 401, %p', async (authorization, error) => {
    const reply = await ask(ground.carnet.address, { path: '/fhir/Patient', headers: { authorization } });
    expectOutcome(reply, 401, 'http.Authorization');
    expect(reply.body.issue[0].code).toBe('login');
    expect(/error="(\w+)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1]).toBe(error);
  });

  it('reads no body for somebody unknown', async () => {
    const reply = await ask(ground.carnet.address, { method: 'POST', path: '/fhir/Patient', body: '{', headers: { 'content-type': 'application/fhir+json' } });
    expectOutcome(reply, 401);
  });
});

// https://hl7.org/fhir/R4/http.html#read
describe('read and HEAD', () => {
  it('gives the resource with its version', async () => {
    const reply = await asked('doctor', 'GET', `/DocumentReference/${id}`);
    expect(reply.headers).toMatchObject({ ...version(1), 'content-type': fhirJson, 'content-length': String(reply.bytes.length) });
    expect(reply.body).toMatchObject({ resourceType: 'DocumentReference', id, meta: { versionId: '1' } });
    const modified = new Date(reply.headers['last-modified'] ?? '').getTime();
    expect(Math.floor(new Date(reply.body.meta.lastUpdated).getTime() / 1000) * 1000).toBe(modified);
  });

  it.each(['/metadata', '/DocumentReference', 'read', '/DocumentReference/nobody', '/Binary'])('HEAD %s is GET without its body', async (path) => {
    const address = path === 'read' ? `/DocumentReference/${id}` : path;
    const [head, get] = [await asked('doctor', 'HEAD', address), await asked('doctor', 'GET', address)];
    expect(head.bytes.length).toBe(0);
    const { date: _, 'x-request-id': __, ...told } = head.headers;
    expect(told).toEqual(Object.fromEntries(Object.keys(told).map((name) => [name, get.headers[name]])));
    expect([head.status, head.headers['content-length']]).toEqual([get.status, get.headers['content-length']]);
  });

  it.each([
    ['If-None-Match', 'W/"1"'],
    ['If-Modified-Since', 'Wed, 01 Jan 2031 00:00:00 GMT'],
  ])('answers in full in spite of %s', async (name, value) => {
    const reply = await asked('doctor', 'GET', `/DocumentReference/${id}`, { headers: { [name]: value } });
    expect([reply.status, reply.body.id]).toEqual([200, id]);
  });
});

// https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#return
describe('create', () => {
  const bodies = [
    [undefined, 'DocumentReference'],
    ['return=representation', 'DocumentReference'],
    ['return=minimal', undefined],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['respond-async, return=minimal', undefined],
    ['handling=strict; return=minimal', undefined],
    ['return=whatever', 'DocumentReference'],
  ] as const;
  it.each(bodies)('Prefer: %s', async (prefer, type) => {
    const reply = await asked('hospital', 'POST', '/DocumentReference', {
      body: document(ground.key, '34112-3'),
      headers: prefer === undefined ? {} : { prefer },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject(version(1));
    expect(reply.headers.location).toMatch(new RegExp(`^http://carnet.test/fhir/DocumentReference/${ground.key}-[a-z2-9]{13}/_history/1$`));
    expect(reply.body?.resourceType).toBe(type);
    if (type === undefined) expect(reply.bytes.length).toBe(0);
    else expect(reply.headers['content-type']).toBe(fhirJson);
    if (type === 'DocumentReference') expect(reply.headers.location).toContain(`/${reply.body.id}/`);
  });

  it('sets id, versionId and lastUpdated itself, whatever was sent', async () => {
    const sent = document(ground.key, '34112-3', { id: 'chosen', meta: { versionId: '9', lastUpdated: '1999-01-01T00:00:00Z' } });
    const { body } = await asked('hospital', 'POST', '/DocumentReference', { body: sent });
    expect(body.id).not.toBe('chosen');
    expect(body.meta.versionId).toBe('1');
    expect(new Date(body.meta.lastUpdated).getFullYear()).toBeGreaterThan(2020);
  });

  it.each(['identifier=urn:x|1', '_id=1', ''])('refuses If-None-Exist: %s, which it does not have, and stores nothing', async (criteria) => {
    const count = async (): Promise<number> => (await asked('doctor', 'GET', `/DocumentReference?patient=${ground.key}&_summary=count`)).body.total;
    const before = await count();
    const reply = await asked('hospital', 'POST', '/DocumentReference', {
      body: document(ground.key, '34112-3'),
      headers: { 'if-none-exist': criteria },
    });
    expectOutcome(reply, 400, 'http.If-None-Exist');
    expect(reply.body.issue[0].code).toBe('not-supported');
    expect(await count()).toBe(before);
  });

  it.each([
    ['another type', '/Immunization', { resourceType: 'DocumentReference' }, 400, 'resourceType'],
    ['no type', '/Immunization', {}, 400, 'resourceType'],
    ['a prototype name as type', '/Immunization', { resourceType: '__proto__' }, 400, 'resourceType'],
    ['a list', '/Immunization', [], 400, undefined],
    ['an unknown element', '/Immunization', { resourceType: 'Immunization', constructor: 1 }, 422, 'Immunization.constructor'],
    ['a required element lacking', '/DocumentReference', { resourceType: 'DocumentReference', status: 'current' }, 422, 'DocumentReference.content'],
    ['a code out of its value set', '/DocumentReference', { resourceType: 'DocumentReference', status: 'old', content: [] }, 422, 'DocumentReference.status'],
  ])('refuses %s', async (_title, path, body, status, expression) => {
    expectOutcome(await asked('hospital', 'POST', path, { body }), status, expression);
  });

  it.each(['{"resourceType":"Immunization","__proto__":{"status":"x"}}', '{"resourceType":"Immunization","toString":"x"}'])(
    'has no element %s',
    async (body) => {
      expectOutcome(await asked('hospital', 'POST', '/Immunization', { body }), 422, `Immunization.${body.includes('toString') ? 'toString' : '__proto__'}`);
    },
  );
});

// https://hl7.org/fhir/R4/http.html#patch, https://hl7.org/fhir/R4/http.html#concurrency
describe('patch', () => {
  const patching = { 'content-type': 'application/json-patch+json' };
  const made = async (): Promise<string> => idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  const patched = async (of: string, body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> =>
    await asked('holder', 'PATCH', `/DocumentReference/${of}`, { body, headers: { ...patching, ...headers } });

  it('makes the next version', async () => {
    const of = await made();
    const reply = await patched(of, mask);
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ ...version(2), 'content-type': fhirJson });
    expect(reply.body).toMatchObject({ id: of, meta: { versionId: '2' } });
    expect(reply.headers).not.toHaveProperty('location');
    expect((await asked('holder', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe('W/"2"');
  });

  it.each([
    ['return=minimal', undefined],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['return=representation', 'DocumentReference'],
  ])('Prefer: %s', async (prefer, type) => {
    const reply = await patched(await made(), mask, { prefer });
    expect([reply.status, reply.headers.etag, reply.body?.resourceType]).toEqual([200, 'W/"2"', type]);
  });

  it.each([
    ['W/"1"', 200],
    ['W/"2"', 412],
    ['W/"01"', 412],
    ['*', 200],
    ['nonsense', 412],
  ])('If-Match %s: %p', async (match, status) => {
    const of = await made();
    const reply = await patched(of, mask, { 'if-match': match });
    if (status === 200) expect(reply.status).toBe(200);
    else expectOutcome(reply, status, 'http.If-Match');
    expect((await asked('holder', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe(status === 200 ? 'W/"2"' : 'W/"1"');
  });

  const value = { coding: [{ system: 'x', code: 'y' }] };
  it.each<[string, object | string, number, string | undefined]>([
    ['not a list', { op: 'add' }, 400, undefined],
    ['an empty list', [], 400, undefined],
    ['a list of no objects', [1], 400, '[0]'],
    ['more than a hundred operations', Array(101).fill(mask[0]), 400, undefined],
    ['no op', [{ path: '/status' }], 400, '[0]'],
    ['an unknown op', [{ op: 'constructor', path: '/status' }], 400, '[0].op'],
    ['move', [{ op: 'move', from: '/subject', path: '/status' }], 400, '[0].op'],
    ['another element', [{ op: 'replace', path: '/subject/reference', value: 'Patient/x' }], 405, '[0].path'],
    ['the whole resource', [{ op: 'replace', path: '', value: {} }], 405, '[0].path'],
    ['the id', [{ op: 'replace', path: '/id', value: 'x' }], 405, '[0].path'],
    ['a prototype', [{ op: 'add', path: '/status/__proto__/x', value: 1 }], 422, '[0]'],
    ['a member of a primitive', [{ op: 'add', path: '/status/constructor/prototype/x', value: 1 }], 422, '[0]'],
    ['a prototype below the labels', [{ op: 'add', path: '/securityLabel/__proto__/x', value: 1 }], 422, '[0]'],
    ['the constructor of the list', [{ op: 'add', path: '/securityLabel/constructor/x', value: 1 }], 422, '[0]'],
    ['an index beyond the end', [{ op: 'add', path: '/securityLabel/7', value }], 422, '[0]'],
    ['a failed test', [{ op: 'test', path: '/status', value: 'superseded' }], 422, '[0]'],
    ['a status out of its value set', [{ op: 'replace', path: '/status', value: 'old' }], 422, 'DocumentReference.status'],
    ['a status that is no string', [{ op: 'replace', path: '/status', value: { a: 1 } }], 422, 'DocumentReference.status'],
    ['no status', [{ op: 'remove', path: '/status' }], 422, 'DocumentReference.status'],
    ['not JSON', '[{"op":', 400, undefined],
  ])('refuses %s, and changes nothing', async (_title, operations, status, expression) => {
    const of = await made();
    const hospital = await asked('hospital', 'PATCH', `/DocumentReference/${of}`, { body: operations, headers: patching });
    expectOutcome(hospital, status, expression);
    expect((await asked('hospital', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe('W/"1"');
  });

  it.each(['application/fhir+json', 'application/json', 'application/xml-patch+xml', ''])('Content-Type %p: 415', async (type) => {
    expectOutcome(await patched(id, mask, { 'content-type': type }), 415, 'http.Content-Type');
  });
});

// https://hl7.org/fhir/R4/http.html#delete
describe('delete', () => {
  it.each([
    ['W/"1"', 204],
    ['W/"2"', 412],
    ['*', 204],
  ])('If-Match %s: %p', async (match, status) => {
    const of = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
    const reply = await asked('hospital', 'DELETE', `/DocumentReference/${of}`, { headers: { 'if-match': match } });
    if (status === 204) expect(reply.status).toBe(204);
    else expectOutcome(reply, status, 'http.If-Match');
    expect((await asked('hospital', 'GET', `/DocumentReference/${of}`)).status).toBe(status === 204 ? 410 : 200);
  });

  it('leaves 410, and nothing to find', async () => {
    const of = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
    const reply = await asked('hospital', 'DELETE', `/DocumentReference/${of}`);
    expect([reply.status, reply.bytes.length, reply.headers.etag]).toEqual([204, 0, 'W/"2"']);
    for (const method of ['GET', 'DELETE']) expectOutcome(await asked('hospital', method, `/DocumentReference/${of}`), 410);
    expect((await asked('hospital', 'GET', `/DocumentReference?_id=${of}&_total=accurate`)).body).toMatchObject({ total: 0 });
    expectOutcome(await asked('hospital', 'DELETE', '/DocumentReference/never-was'), 404);
  });
});

// https://hl7.org/fhir/R4/http.html#capabilities
describe('metadata', () => {
  it('is the capability statement of this server', async () => {
    const { body, headers } = await ask(ground.carnet.address, { path: '/fhir/metadata' });
    expect(headers['content-type']).toBe(fhirJson);
    expect(body).toMatchObject({ resourceType: 'CapabilityStatement', kind: 'instance', fhirVersion: '4.0.1', implementation: { url: 'http://carnet.test/fhir' } });
  });
});

// https://hl7.org/fhir/R4/http.html#update, #vread, #history, #transaction: other interactions than these are refused, never ignored
describe('what is not offered', () => {
  it.each([
    ['PUT', '/DocumentReference/x', 'GET, HEAD, PATCH, DELETE'],
    ['PUT', '/DocumentReference', 'GET, HEAD, POST'],
    ['PUT', '/DocumentReference?identifier=x', 'GET, HEAD, POST'],
    ['DELETE', '/DocumentReference?identifier=x', 'GET, HEAD, POST'],
    ['DELETE', '/DocumentReference', 'GET, HEAD, POST'],
    ['PATCH', '/DocumentReference?identifier=x', 'GET, HEAD, POST'],
    ['POST', '/DocumentReference/x', 'GET, HEAD, PATCH, DELETE'],
    ['OPTIONS', '/DocumentReference/x', 'GET, HEAD, PATCH, DELETE'],
    ['TRACE', '/DocumentReference/x', 'GET, HEAD, PATCH, DELETE'],
    ['DELETE', '/Patient/x', 'GET, HEAD'],
    ['PATCH', '/Patient/x', 'GET, HEAD'],
    ['GET', '/Binary', 'POST'],
    ['DELETE', '/Binary/x', 'GET, HEAD'],
    ['POST', '/AuditEvent', 'GET, HEAD'],
    ['DELETE', '/AuditEvent/x', 'GET, HEAD'],
    ['GET', '/DocumentReference/_search', 'POST'],
    ['PUT', '/DocumentReference/_search', 'POST'],
    ['PATCH', '/DocumentReference/_search', 'POST'],
    ['POST', '/metadata', 'GET, HEAD'],
  ])('%s %s: 405, Allow: %s', async (method, path, allow) => {
    const reply = await asked('doctor', method, path);
    expectOutcome(reply, 405);
    expect(reply.headers.allow).toBe(allow);
  });

  it.each([
    ['GET', '/DocumentReference/x/_history'],
    ['GET', '/DocumentReference/x/_history/1'],
    ['GET', '/DocumentReference/_history/1'],
    ['GET', '/_history'],
    ['POST', '/'],
    ['POST', '/_search'],
    ['GET', '/Patient/x/$everything'],
    ['GET', '/Patient/x/DocumentReference'],
    ['POST', '/Binary/_search'],
    ['GET', '/DocumentReference/x/y/z/a'],
  ])('%s %s: nothing at this address', async (method, path) => {
    const reply = await asked('doctor', method, path);
    expectOutcome(reply, 404);
  });

  it.each(['Observation', 'List', 'Encounter', 'Bundle', 'OperationOutcome'])('%s is of R4, but not served', async (type) => {
    for (const path of [`/${type}`, `/${type}/x`]) {
      const reply = await asked('doctor', 'GET', path);
      expectOutcome(reply, 404);
      expect(reply.body.issue[0]).toMatchObject({ code: 'not-supported', diagnostics: 'Resource type not supported' });
    }
  });
});
