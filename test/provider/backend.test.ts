// SMART Backend Services: a registered client gets a short token for what it is, and is refused as soon as it is revoked.
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import request from 'supertest';
import { type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { type Client, type Clients, clientsOf } from '../../src/store/client.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { type SigningKeys, signingKeysOf } from '../../src/store/signing-key.ts';
import { clientOf, type Reply } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { claims as claimsFor, compact, cx } from '../identity/issuer.ts';
import { type Ground, ins, openGround, written } from '../interaction/ground.ts';
import { document, testIns } from '../resources.ts';
import { askToken, assertion, issuer, type Keys, newKeys, register } from './backend.ts';
import { wrongAssertions } from './wrong-assertions.ts';

const database = await takeDatabase();
const scope = 'system/*.cruds';
let ground: Ground;
let mongo: MongoClient;
let clients: Clients;
let signing: SigningKeys;
const keys = newKeys();

beforeAll(async () => {
  ground = await openGround({}, { database });
  mongo = await connect(uriOf(database));
  const [national, testers] = [await openDatabase(mongo, database, []), await openDatabase(mongo, `${database}-htest`, [])];
  clients = clientsOf(national, [national, testers]);
  signing = signingKeysOf(national, [national, testers]);
}, 60_000);
afterAll(async () => {
  await ground.carnet.server.stop();
  await mongo.close();
  giveBack(database);
});

const add = async (more: Partial<Client> = {}, with_: Keys = keys): Promise<string> => await register(clients, with_, more);
const ask = async (
  id: string,
  form: Readonly<Record<string, string>> = {},
  more: JsonObject = {},
  with_ = keys,
): Promise<Reply> => await askToken(ground.carnet, { scope, client_assertion: assertion(id, with_, more), ...form });
const tokenOf = async (id: string, more: JsonObject = {}, with_ = keys): Promise<string> =>
  (await ask(id, {}, more, with_)).body.access_token;
const payloadOf = (token: string): JsonObject =>
  parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
const as = (token: string) => clientOf(ground.carnet.address, token);

describe('a token', () => {
  it.each(['ES384', 'RS384'] as const)('is given for an assertion signed with %s, for five minutes', async (alg) => {
    const own = newKeys(alg);
    const id = await add({}, own);
    const { status, body, headers } = await ask(id, {}, {}, own);
    expect([status, body]).toEqual([200, { access_token: expect.any(String), token_type: 'Bearer', expires_in: 300, scope }]);
    expect(headers['cache-control']).toBe('no-store');
    const payload = payloadOf(body.access_token);
    expect(payload).toEqual({
      iss: issuer,
      aud: 'http://carnet.test/fhir',
      sub: id,
      client_id: id,
      scope,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(payload.iat) + 300,
      registration: expect.any(String),
      extensions: {
        ihe_iua: { subject_organization: 'CHU', subject_organization_id: 'https://finess.esante.gouv.fr|750712184' },
      },
    });
  });

  it('of a hospital deposits, and is traced under its FINESS', async () => {
    const hospital = as(await tokenOf(await add()));
    written(await hospital.post('/DocumentReference', document(ground.key, '34112-3')));
    expect((await hospital.get('/DocumentReference?_total=accurate')).body.total).toBeGreaterThan(0);
    expect((await hospital.get(`/Patient/${ground.key}`)).status).toBe(404);
  });

  it('of each kind is that kind', async () => {
    const operator = as(await tokenOf(await add({ kind: 'operator' })));
    written(await operator.post('/Organization', { resourceType: 'Organization', name: 'Clinique' }));
    const tester = as(await tokenOf(await add({ kind: 'tester' })));
    written(await tester.post('/Patient', { resourceType: 'Patient' }));
    const feeder = as(await tokenOf(await add({ kind: 'feeder' })));
    expect((await feeder.get(`/Claim?patient=${ground.key}`)).status).toBe(403);
  });

  it('of an agent has the card that the agency asserts', async () => {
    const id = await add({ kind: 'agent' });
    const body = {
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system: testIns, value: ins } }],
    };
    const path = '/Patient/$activation-code';
    expect((await as(await tokenOf(id, { vitale: [cx(ins)] })).post(path, body)).status).toBe(200);
    expect((await as(await tokenOf(id)).post(path, body)).status).toBe(403);
    expect((await ask(id, {}, { vitale: ['12'] })).body.error).toBe('invalid_client');
    // Of no other kind, whatever it asserts.
    expect(payloadOf(await tokenOf(await add(), { vitale: [cx(ins)], scope: 'x' }))).not.toHaveProperty('vitale');
  });

  it('has the scopes asked for, within the registration', async () => {
    const id = await add({ scope: 'system/DocumentReference.crs system/Patient.rs' });
    const scoped = async (text: string): Promise<readonly unknown[]> => {
      const { status, body } = await ask(id, { scope: text });
      return [status, body.error ?? body.scope];
    };
    expect(await scoped('system/DocumentReference.rs')).toEqual([200, 'system/DocumentReference.rs']);
    expect(await scoped('system/Patient.r system/DocumentReference.c')).toEqual([
      200,
      'system/Patient.r system/DocumentReference.c',
    ]);
    for (const more of ['system/DocumentReference.cruds', 'system/*.rs', 'user/Patient.r', 'openid', 'system/Patient.sr', ''])
      expect([more, ...(await scoped(more))]).toEqual([more, 400, 'invalid_scope']);
  });
});

describe('an assertion is refused', () => {
  it.each(wrongAssertions)('%s', async (_, more, header) => {
    const id = await add();
    const { status, body } = await askToken(ground.carnet, { scope, client_assertion: assertion(id, keys, more, header) });
    expect([400, 401]).toContain(status);
    expect(['invalid_client', 'invalid_request']).toContain(body.error);
    expect(JSON.stringify(body)).not.toMatch(/mongo|stack|node_modules/i);
  });

  it('signed by somebody else', async () => {
    const id = await add();
    const forged = { ...newKeys(), kid: keys.kid };
    expect((await ask(id, {}, {}, forged)).body.error).toBe('invalid_client');
  });

  it('the second time, of however many at the same time', async () => {
    const client_assertion = assertion(await add(), keys);
    const replies = await Promise.all(
      Array.from({ length: 8 }, async () => await askToken(ground.carnet, { scope, client_assertion })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['for another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['by a secret', { client_assertion: '', client_id: 'x', client_secret: 'y' }, 'invalid_client'],
    ['for another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['for a code', { grant_type: 'authorization_code' }, 'invalid_request'],
  ])('%s', async (_, form, error) => expect((await ask(await add(), form)).body.error).toBe(error));
});

describe('revoked', () => {
  const read = async (token: string): Promise<number> => (await as(token).get('/DocumentReference')).status;

  it('a client is refused at its next request, read, write or operation, and gets no other token', async () => {
    const id = await add();
    const token = await tokenOf(id);
    expect(await read(token)).toBe(200);
    expect(await clients.revoke(id, new Date())).toBe(true);
    const { status, headers } = await as(token).get('/DocumentReference');
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    expect((await as(token).post('/DocumentReference', document(ground.key, '34112-3'))).status).toBe(401);
    expect((await as(token).get('/Organization')).status).toBe(401);
    expect((await as(token).get(`/Patient?identifier=${testIns}|${ins}`)).status).toBe(401);
    expect((await as(token).get('/DocumentReference/$nothing')).status).toBe(401);
    expect((await as(token).get(`/Consent/${ground.key}-${'a'.repeat(13)}`)).status).toBe(401);
    const text = { ...document(ground.key, '34112-3') };
    expect((await as(token).post('/DocumentReference/$validate', text)).status).toBe(401);
    expect((await as(token).get('/Nothing')).status).toBe(401);
    expect((await ask(id)).body.error).toBe('invalid_client');
    expect(await clients.revoke(id, new Date())).toBe(false);
  });

  it('an agent gives no codes any more, a tester finds nothing in his database', async () => {
    const [agent, tester] = [await add({ kind: 'agent' }), await add({ kind: 'tester' })];
    const tokens = [await tokenOf(agent, { vitale: [cx(ins)] }), await tokenOf(tester)] as const;
    for (const id of [agent, tester]) await clients.revoke(id, new Date());
    const body = {
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system: testIns, value: ins } }],
    };
    expect((await as(tokens[0]).post('/Patient/$activation-code', body)).status).toBe(401);
    expect((await as(tokens[1]).get('/Patient')).status).toBe(401);
    expect((await as(tokens[1]).post('/Patient', { resourceType: 'Patient' })).status).toBe(401);
  });

  it("a client's keys: what they got is void, those in their place get another", async () => {
    const id = await add();
    const old = await tokenOf(id);
    const next = newKeys('RS384');
    expect(await clients.rekey(id, { jwks: { keys: [next.jwk] } }, new Date())).toBe(true);
    expect([await read(old), (await ask(id)).body.error]).toEqual([401, 'invalid_client']);
    expect(await read(await tokenOf(id, {}, next))).toBe(200);
  });

  it('nobody else is concerned', async () => {
    const [one, other] = [await add(), await add()];
    const token = await tokenOf(other);
    await clients.revoke(one, new Date());
    expect([await read(token), (await ground.as('hospital').get('/DocumentReference')).status]).toEqual([200, 200]);
  });
});

describe('the signing keys', () => {
  const jwks = async (): Promise<readonly string[]> =>
    (await request(ground.carnet.address).get('/oidc/jwks')).body.keys.map(({ kid }: { kid: string }) => kid);
  const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

  it('are published without their secret; another one takes over, and the one before still verifies', async () => {
    const id = await add();
    const before = await tokenOf(id);
    await signing.rotate(new Date());
    const after = await tokenOf(id);
    const { body } = await request(ground.carnet.address).get('/oidc/jwks');
    expect(JSON.stringify(body)).not.toMatch(/"[dpqk]"/);
    expect(await jwks()).toEqual([kidOf(after), kidOf(before)]);
    expect(kidOf(after)).not.toBe(kidOf(before));
    expect([(await as(before).get('/Organization')).status, (await as(after).get('/Organization')).status]).toEqual([200, 200]);
  });

  it('are forgotten at once where they must be', async () => {
    const id = await add();
    const before = await tokenOf(id);
    await signing.rotate(new Date(), { forget: true });
    expect((await as(before).get('/Organization')).status).toBe(401);
    const after = await tokenOf(id);
    expect([(await as(after).get('/Organization')).status, await jwks()]).toEqual([200, [kidOf(after)]]);
  });

  it('vouch for no holder, and for nobody without a registration', async () => {
    const kid = kidOf(await tokenOf(await add()));
    const [key] = (await signing.list(new Date())).filter(({ _id }) => _id === kid);
    expect(key).toBeDefined();
    const privateKey = createPrivateKey({ key: key?.jwk ?? {}, format: 'jwk' });
    const now = Math.floor(Date.now() / 1000);
    const common = { iss: issuer, aud: 'http://carnet.test/fhir', iat: now, exp: now + 300, registration: 'r' };
    const signed = (more: object): string => compact({ alg: 'ES256', typ: 'at+jwt', kid }, { ...common, ...more }, privateKey);
    const statusOf = async (more: object): Promise<number> => (await as(signed(more)).get('/Organization')).status;
    expect(await statusOf(claimsFor.structure('750712184'))).toBe(200);
    expect(await statusOf(claimsFor.holder(cx(ins)))).toBe(401);
    expect(await statusOf({ ...claimsFor.structure('750712184'), registration: undefined })).toBe(401);
    const professional = claimsFor.professional({ rpps: '10003461033' });
    expect(await statusOf({ ...professional, registration: undefined })).toBe(401);
  });
});

describe('by the commands of the operator', () => {
  const node = promisify(execFile);
  const command = async (name: string, ...args: readonly string[]): Promise<string> => {
    const program = join(import.meta.dirname, '../../src/command', `${name}.ts`);
    const env = { ...process.env, MONGODB_URI: uriOf(database), NODE_ENV: 'test' };
    return (await node(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], { env })).stdout.trim();
  };

  it('a client comes and goes while the server runs, and the keys change', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'carnet-backend-')), 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [keys.jwk] }));
    const id = await command('clients', 'add', 'structure', 'Clinique', '--finess', '130786049', '--jwks', file);
    rmSync(dirname(file), { recursive: true });
    const [first, organization] = [await tokenOf(id), async (token: string) => (await as(token).get('/Organization')).status];
    expect(await organization(first)).toBe(200);
    expect(await command('keys', 'rotate', '--forget')).toContain('void');
    const second = await tokenOf(id);
    expect([await organization(first), await organization(second)]).toEqual([401, 200]);
    await command('clients', 'revoke', id);
    expect([await organization(second), (await ask(id)).body.error]).toEqual([401, 'invalid_client']);
  });
});
