// The FHIR REST protocol: what every answer has, reads, and what is not offered. https://hl7.org/fhir/R4/http.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { asked, fhirJson, version } from './asked.ts';
import { expectOutcome } from './expect.ts';
import { ask } from './raw.ts';

let ground: Ground;
let id = '';
beforeAll(async () => {
  ground = await openGround();
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
});
afterAll(async () => await ground.stop());

describe('every answer', () => {
  it.each([
    ['GET', '/metadata'],
    ['GET', '/Patient/nobody'],
    ['GET', '/DocumentReference'],
    ['GET', '/nowhere'],
    ['PUT', '/Patient/x'],
  ])('%s %s: no cache keeps it, no browser guesses its type, it has a request id', async (method, path) => {
    const { headers } = await asked(ground, 'doctor', method, path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      vary: 'Authorization, Accept, Prefer, Origin',
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
    const reply = await asked(ground, 'doctor', 'GET', '/metadata', { headers: { 'x-request-id': sent } });
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
    const reply = await ask(ground.carnet.address, {
      method: 'POST',
      path: '/fhir/Patient',
      body: '{',
      headers: { 'content-type': 'application/fhir+json' },
    });
    expectOutcome(reply, 401);
  });
});

// https://hl7.org/fhir/R4/http.html#read
describe('read and HEAD', () => {
  it('gives the resource with its version', async () => {
    const reply = await asked(ground, 'doctor', 'GET', `/DocumentReference/${id}`);
    expect(reply.headers).toMatchObject({
      ...version(1),
      'content-type': fhirJson,
      'content-length': String(reply.bytes.length),
    });
    expect(reply.body).toMatchObject({ resourceType: 'DocumentReference', id, meta: { versionId: '1' } });
    const modified = new Date(reply.headers['last-modified'] ?? '').getTime();
    expect(Math.floor(new Date(reply.body.meta.lastUpdated).getTime() / 1000) * 1000).toBe(modified);
  });

  it.each(['/metadata', '/DocumentReference', 'read', '/DocumentReference/nobody', '/Binary'])(
    'HEAD %s is GET without its body',
    async (path) => {
      const address = path === 'read' ? `/DocumentReference/${id}` : path;
      const [head, get] = [await asked(ground, 'doctor', 'HEAD', address), await asked(ground, 'doctor', 'GET', address)];
      expect(head.bytes.length).toBe(0);
      const { date: _, 'x-request-id': __, ...told } = head.headers;
      expect(told).toEqual(Object.fromEntries(Object.keys(told).map((name) => [name, get.headers[name]])));
      expect([head.status, head.headers['content-length']]).toEqual([get.status, get.headers['content-length']]);
    },
  );
});

// https://hl7.org/fhir/R4/http.html#capabilities
describe('metadata', () => {
  it('is the capability statement of this server', async () => {
    const { body, headers } = await ask(ground.carnet.address, { path: '/fhir/metadata' });
    expect(headers['content-type']).toBe(fhirJson);
    expect(body).toMatchObject({
      resourceType: 'CapabilityStatement',
      kind: 'instance',
      fhirVersion: '4.0.1',
      implementation: { url: 'http://carnet.test/fhir' },
    });
  });
});

// https://hl7.org/fhir/R4/http.html: other interactions than those declared are refused, never ignored
describe('what is not offered', () => {
  it.each([
    ['POST', '/DocumentReference/x', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', '/DocumentReference/x', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['TRACE', '/DocumentReference/x', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', '/DocumentReference', 'GET, HEAD, POST, PUT, PATCH, DELETE'],
    ['GET', '/Binary', 'POST'],
    ['PUT', '/Binary?identifier=x', 'POST'],
    ['PUT', '/Binary/x', 'GET, HEAD, DELETE'],
    ['POST', '/AuditEvent', 'GET, HEAD'],
    ['PUT', '/AuditEvent/x', 'GET, HEAD'],
    ['PATCH', '/AuditEvent/x', 'GET, HEAD'],
    ['DELETE', '/AuditEvent/x', 'GET, HEAD'],
    ['GET', '/DocumentReference/_search', 'POST'],
    ['PUT', '/DocumentReference/_search', 'POST'],
    ['PATCH', '/DocumentReference/_search', 'POST'],
    ['POST', '/metadata', 'GET, HEAD'],
    ['PUT', '/', 'GET, HEAD, POST'],
    ['DELETE', '/', 'GET, HEAD, POST'],
    ['GET', '/_search', 'POST'],
    ['POST', '/Patient/x/DocumentReference', 'GET, HEAD'],
    ['GET', '/Patient/x/*/_search', 'POST'],
  ])('%s %s: 405, Allow: %s', async (method, path, allow) => {
    const reply = await asked(ground, 'doctor', method, path);
    expectOutcome(reply, 405);
    expect(reply.headers.allow).toBe(allow);
  });

  it.each([
    ['GET', '/DocumentReference/x/_history'],
    ['GET', '/DocumentReference/x/_history/1'],
    ['GET', '/DocumentReference/_history/1'],
    ['GET', '/Patient/x/$everything'],
    ['GET', '/Patient/x/Organization'],
    ['POST', '/Binary/_search'],
    ['GET', '/DocumentReference/x/y/z/a'],
  ])('%s %s: nothing at this address', async (method, path) => {
    const reply = await asked(ground, 'doctor', method, path);
    expectOutcome(reply, 404);
  });

  it.each(['Appointment', 'Task', 'Basic', 'Subscription', 'OperationOutcome'])('%s is of R4, but not served', async (type) => {
    for (const path of [`/${type}`, `/${type}/x`]) {
      const reply = await asked(ground, 'doctor', 'GET', path);
      expectOutcome(reply, 404);
      expect(reply.body.issue[0]).toMatchObject({ code: 'not-supported', diagnostics: 'Resource type not supported' });
    }
  });
});
