// What the provider gives or takes, and is no access token; what is no assertion for how it is written; and an assertion used again at another process.
// https://www.rfc-editor.org/rfc/rfc8725#section-2.8, https://www.rfc-editor.org/rfc/rfc7523#section-3
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { clientOf } from '../carnet.ts';
import { uriOf } from '../database.ts';
import { expectOutcome } from '../http/expect.ts';
import { type ServerProcess, startProcess } from '../server-process.ts';
import { type Apps, openApps, refresh, registerApp, tokens } from './apps.ts';
import { askToken, assertion, assertionParts, newKeys, register, signed } from './backend.ts';

const keys = newKeys();
const scope = 'system/*.cruds';
const folder = mkdtempSync(join(tmpdir(), 'carnet-other-token-'));
let apps: Apps;
let app: string;
let hospital: string;
beforeAll(async () => {
  apps = await openApps();
  app = await registerApp(apps);
  hospital = await register(apps.clients, keys);
}, 60_000);
afterAll(async () => {
  await apps.stop();
  rmSync(folder, { recursive: true });
});

describe('no access token', () => {
  let given: Readonly<Record<string, string>>;
  beforeAll(async () => {
    given = await tokens(apps, app);
  });

  it.each<[name: string, token: () => string]>([
    ['an ID token', () => given.id_token ?? ''],
    ['a refresh token', () => given.refresh_token ?? ''],
    ['a client assertion', () => assertion(hospital, keys)],
    ['an assertion for the server itself', () => assertion(hospital, keys, { aud: apps.ground.carnet.baseUrl })],
    ['the id of a client', () => hospital],
  ])('%s', async (_name, token) => {
    const reply = await clientOf(apps.ground.carnet.address, token()).get(`/Patient/${apps.ground.key}`);
    expectOutcome(reply, 401);
    expect(reply.headers['www-authenticate']).toMatch(/error="invalid_token"/);
  });

  it('an access token is no refresh token and no assertion', async () => {
    expect((await refresh(apps, app, given.access_token ?? '')).body.error).toBe('invalid_grant');
    const { body } = await askToken(apps.ground.carnet, { scope, client_assertion: given.access_token ?? '' });
    expect(body.error).toMatch(/^invalid_(client|request)$/);
    expect((await clientOf(apps.ground.carnet.address, given.access_token ?? '').get('/Patient')).status).toBe(200);
  });
});

describe('no assertion, for how it is written', () => {
  const written = (change: (header: string, claims: string) => readonly [string, string]): string => {
    const [header, claims] = assertionParts(hospital, keys).map((part: JsonObject) => JSON.stringify(part));
    return signed(...change(header ?? '', claims ?? ''), keys);
  };
  const plain = (): string => written((header, claims) => [header, claims]);

  it.each<[name: string, text: () => string]>([
    ['a claim twice', () => written((header, claims) => [header, claims.replace('{', '{"aud":"https://other.example",')])],
    ['a claim twice, escaped', () => written((header, claims) => [header, claims.replace('{', '{"\\u0073ub":"other",')])],
    ['a header twice', () => written((header, claims) => [header.replace('{', '{"kid":"other",'), claims])],
    ['an assertion within', () => written((header) => [header, JSON.stringify(plain())])],
    ['padding', () => `${plain()}=`],
    ['four parts', () => `${plain()}.`],
    ['unsigned', () => plain().replace(/[^.]+$/, '')],
    ['a space', () => plain().replace('.', '. ')],
  ])('%s', async (_name, text) => {
    const { status, body } = await askToken(apps.ground.carnet, { scope, client_assertion: text() });
    expect([status >= 400 && status < 500, body.error]).toEqual([true, expect.stringMatching(/^invalid_(client|request)$/)]);
  });

  it('what they start from is one', async () => {
    expect((await askToken(apps.ground.carnet, { scope, client_assertion: plain() })).status).toBe(200);
  });
});

describe('with another process', () => {
  let other: ServerProcess;
  beforeAll(async () => {
    const trusted = join(folder, 'trusted.json');
    writeFileSync(trusted, JSON.stringify([apps.ground.carnet.issuer.trusted]));
    const { database, ground } = apps;
    const { baseUrl } = ground.carnet;
    const own = { NODE_ENV: 'production', MONGODB_URI: uriOf(database), TRUSTED_ISSUERS: trusted, BASE_URL: baseUrl };
    other = await startProcess(own);
  }, 60_000);
  afterAll(async () => await other.stop());

  it('an assertion gives one token, one after the other and at the same time, which both know', async () => {
    const addresses = [apps.ground.carnet.address, `http://127.0.0.1:${other.port}`];
    const used = assertion(hospital, keys);
    const [first, again] = [
      await askToken({ address: addresses[0] ?? '' }, { scope, client_assertion: used }),
      await askToken({ address: addresses[1] ?? '' }, { scope, client_assertion: used }),
    ];
    expect([first.status, again.status, again.body.error]).toEqual([200, 401, 'invalid_client']);
    for (const address of addresses)
      expect((await clientOf(address, first.body.access_token).get('/DocumentReference')).status).toBe(200);
    for (let round = 0; round < 5; round += 1) {
      const client_assertion = assertion(hospital, keys);
      const asked = [...addresses, ...addresses].map(async (address) => await askToken({ address }, { scope, client_assertion }));
      expect((await Promise.all(asked)).map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
    }
  });
});
