// Pages of other origins: https://hl7.org/fhir/smart-app-launch/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { ask, type RawReply } from './raw.ts';

const app = 'https://app.example';
const strangers = [
  'https://evil.example',
  'http://app.example',
  'https://app.example:8443',
  'https://app.example.evil.example',
  'null',
];
let ground: Ground;
let id = '';
beforeAll(async () => {
  ground = await openGround({}, { appOrigins: [app] });
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
});
afterAll(async () => await ground.stop());

/** `ID` in a path is that of a document that is there. */
const from = async (origin: string, method: string, path: string, headers: object = {}): Promise<RawReply> =>
  await ask(ground.carnet.address, { method, path: path.replace('ID', id), headers: { origin, ...headers } });
const preflight = async (origin: string, path: string): Promise<RawReply> =>
  await from(origin, 'OPTIONS', path, {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  });
const corsOf = ({ headers }: RawReply): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
const allowing = (origin: string): object => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': expect.stringContaining('Location, ETag, Last-Modified'),
});
const discovery = ['/fhir/metadata', '/fhir/.well-known/smart-configuration'];
const others = ['/fhir/DocumentReference/ID', '/fhir/DocumentReference/nobody', '/fhir/nowhere', '/fhir/', '/oidc/token', '/'];

describe('a preflight', () => {
  it.each(others)('of %s is answered alike for a known app, and tells nothing to another origin', async (path) => {
    const { status, text, headers } = await preflight(app, path);
    expect([status, text, corsOf(await preflight(app, path))]).toEqual([
      204,
      '',
      {
        ...allowing(app),
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': expect.stringMatching(/Authorization, .*Content-Type, .*If-Match/),
        'access-control-max-age': '600',
      },
    ]);
    expect([headers.vary, headers['cache-control']]).toEqual([expect.stringContaining('Origin'), 'no-store']);
    for (const stranger of strangers) {
      const reply = await preflight(stranger, path);
      expect([stranger, reply.status, reply.text, corsOf(reply)]).toEqual([stranger, 204, '', {}]);
    }
  });

  it('is none without the method that it asks for: an ordinary request, refused as one', async () => {
    expect((await from(app, 'OPTIONS', '/fhir/DocumentReference')).status).toBe(401);
  });
});

describe('an answer', () => {
  it.each(discovery)('of %s is for every page', async (path) => {
    for (const origin of [app, ...strangers]) {
      const reply = await from(origin, 'GET', `${path}?_format=json`);
      expect([origin, reply.status, corsOf(reply)]).toEqual([origin, 200, allowing('*')]);
      expect((await preflight(origin, path)).headers['access-control-allow-origin']).toBe('*');
    }
  });

  it.each<[string, string, number, boolean]>([
    ['GET', '/fhir/DocumentReference/ID', 200, true],
    ['GET', '/fhir/DocumentReference/nobody', 404, true],
    ['GET', '/fhir/DocumentReference/ID', 401, false],
    ['DELETE', '/fhir/metadata/x', 404, true],
  ])('%s %s (%i) can be read by a page of a known app, and of no other origin', async (method, path, status, signed) => {
    const headers = signed ? { authorization: `Bearer ${ground.as('doctor').token}` } : {};
    const reply = await from(app, method, path, headers);
    expect([reply.status, corsOf(reply)]).toEqual([status, allowing(app)]);
    expect(reply.headers.vary).toContain('Origin');
    for (const stranger of strangers) {
      const refused = await from(stranger, method, path, headers);
      expect([stranger, refused.status, corsOf(refused)]).toEqual([stranger, status, {}]);
    }
  });

  it('of the token endpoint too', async () => {
    expect(corsOf(await from(app, 'POST', '/oidc/token'))).toEqual(allowing(app));
  });

  it('to who is no page says nothing of origins', async () => {
    expect(corsOf(await ask(ground.carnet.address, { path: '/fhir/metadata' }))).toEqual({});
  });
});
