// `npm run clients` and `npm run keys`: what is judged before the database is asked, and what comes of it there.
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import { changeClients } from '../../src/command/clients/clients.ts';
import type { ProviderStore } from '../../src/command/provider-store.ts';
import { clientsOf } from '../../src/store/client.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { signingKeysOf } from '../../src/store/signing-key.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';

const database = await takeDatabase();
const folder = mkdtempSync(join(tmpdir(), 'carnet-clients-'));
let mongo: MongoClient;
let store: ProviderStore;
beforeAll(async () => {
  mongo = await connect(uriOf(database));
  const databases = [await openDatabase(mongo, database, []), await openDatabase(mongo, `${database}-htest`, [])] as const;
  store = { clients: clientsOf(databases[0], databases), keys: signingKeysOf(databases[0], databases) };
});
afterAll(async () => {
  await mongo.close();
  giveBack(database);
  rmSync(folder, { recursive: true });
});

let files = 0;
function file(content: unknown): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const ec = (curve: string, more: object = {}): JsonWebKey => ({
  ...generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' }),
  kid: 'one',
  ...more,
});
const rsa = (bits: number): JsonWebKey => ({
  ...generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }),
  kid: 'rsa',
});
const good = file({ keys: [ec('P-384', { alg: 'ES384', note: 'ours' }), rsa(2048)] });
const run = async (...args: readonly string[]): Promise<readonly string[]> =>
  await changeClients(args, async (change) => await change(store));

describe('npm run clients', () => {
  it('adds a structure, lists it, gives it other keys and revokes it', async () => {
    const [id = ''] = await run('add', 'structure', 'Hôpital de la Colline', '--finess', '750712184', '--jwks', good);
    const added = await store.clients.find(id);
    expect(added).toMatchObject({ kind: 'structure', finess: '750712184', scope: 'system/*.cruds' });
    expect(added && 'jwks' in added && added.jwks.keys.map((key) => Object.keys(key).sort().join(' '))).toEqual([
      'alg crv kid kty use x y',
      'alg e kid kty n use',
    ]);
    expect((await run('list')).map((line) => line.split('\t').slice(0, 6))).toContainEqual([
      id,
      'structure',
      'Hôpital de la Colline',
      '750712184',
      'system/*.cruds',
      'one rsa',
    ]);
    await run('rotate', id, '--jwks-uri', 'https://colline.example/jwks');
    const rekeyed = await store.clients.find(id);
    expect(rekeyed).toMatchObject({ jwksUri: 'https://colline.example/jwks' });
    expect([rekeyed && 'jwks' in rekeyed, rekeyed?.registration === added?.registration]).toEqual([false, false]);
    await run('revoke', id);
    expect(await store.clients.find(id)).toBeUndefined();
    expect((await run('list')).find((line) => line.startsWith(id))).toMatch(/\trevoked 20/);
    for (const again of ['revoke', 'rotate'])
      await expect(run(again, id, ...(again === 'rotate' ? ['--jwks', good] : []))).rejects.toThrow('There is no client');
    const rows = await mongo.db(`${database}-htest`).collection<{ _id: string }>('records').find().toArray();
    expect(rows.map(({ _id }) => _id).sort()).toEqual(
      [`revoked|registration|${added?.registration}`, `revoked|registration|${rekeyed?.registration}`].sort(),
    );
  });

  it.each(['feeder', 'agent', 'operator', 'tester'])('adds a %s, within scopes', async (kind) => {
    const [id = ''] = await run(
      'add',
      kind,
      'Caisse',
      '--jwks',
      good,
      '--scope',
      'system/Patient.c  system/Consent.c?status=active',
    );
    expect(await store.clients.find(id)).toMatchObject({ kind, scope: 'system/Patient.c system/Consent.c?status=active' });
  });

  it('adds a software that professionals use, with what it is called at their issuers', async () => {
    const upstream = ['https://idp.example|logiciel', 'https://other.example|42'];
    const names = upstream.flatMap((one) => ['--upstream', one]);
    const [id = ''] = await run('add', 'software', 'Logiciel', '--jwks', good, ...names);
    expect(await store.clients.find(id)).toMatchObject({ kind: 'software', scope: 'user/*.cruds', upstream });
  });

  it('adds an app without a secret, with the addresses that it comes back to, and finds it by their origins', async () => {
    const addresses = ['https://carnet-app.example/retour', 'http://localhost:3000/'];
    const [id = ''] = await run('add', 'app', 'Mon carnet', ...addresses.flatMap((one) => ['--redirect', one]));
    expect(await store.clients.find(id)).toMatchObject({
      kind: 'app',
      public: true,
      redirect: addresses,
      scope: 'openid fhirUser launch/patient offline_access online_access patient/*.rs',
    });
    const known = async (...origins: readonly string[]): Promise<readonly boolean[]> =>
      await Promise.all(origins.map(async (origin) => await store.clients.hasOrigin(origin)));
    const origins = ['https://carnet-app.example', 'http://localhost:3000', 'http://localhost', 'https://app.example'];
    expect(await known(...origins)).toEqual([true, true, false, false]);
    await expect(run('rotate', id, '--jwks', good)).rejects.toThrow('There is no client');
    await run('revoke', id);
    expect(await known(...origins)).toEqual([false, false, false, false]);
  });

  it('adds an app with keys, within scopes', async () => {
    const scope = 'launch/patient patient/Observation.rs?category=laboratory patient/Patient.read';
    const [id = ''] = await run('add', 'app', 'App', '--redirect', 'https://a.example/cb', '--jwks', good, '--scope', scope);
    const client = await store.clients.find(id);
    expect([client?.scope, client && 'jwks' in client, client && 'public' in client]).toEqual([scope, true, false]);
  });

  it.each<[string, readonly string[], string]>([
    ['an app without addresses', ['add', 'app', 'A'], '--redirect'],
    ['another with addresses', ['add', 'agent', 'A', '--jwks', good, '--redirect', 'https://a.example'], '--redirect'],
    ['an address without TLS', ['add', 'app', 'A', '--redirect', 'http://a.example/cb'], 'whole https address'],
    ['an address of many', ['add', 'app', 'A', '--redirect', 'https://*.example/cb'], 'whole https address'],
    ['a fragment', ['add', 'app', 'A', '--redirect', 'https://a.example/#x'], 'whole https address'],
    ['a password', ['add', 'app', 'A', '--redirect', 'https://u:p@a.example/'], 'whole https address'],
    ['a script', ['add', 'app', 'A', '--redirect', 'javascript:alert(1)'], 'whole https address'],
    ['a path alone', ['add', 'app', 'A', '--redirect', '/cb'], 'whole https address'],
    [
      'an app that is a system',
      ['add', 'app', 'A', '--redirect', 'https://a.example', '--scope', 'system/*.rs'],
      '--scope of an app',
    ],
    ['an app with nothing', ['add', 'app', 'A', '--redirect', 'https://a.example', '--scope', ' '], '--scope of an app'],
    ['a software without issuers', ['add', 'software', 'L', '--jwks', good], '--upstream'],
    ['another with issuers', ['add', 'agent', 'L', '--jwks', good, '--upstream', 'https://idp.example|x'], '--upstream'],
    ['no issuer', ['add', 'software', 'L', '--jwks', good, '--upstream', 'logiciel'], 'URL of an issuer'],
    ['nothing', [], 'npm run clients -- add'],
    ['another command', ['remove', 'x'], 'npm run clients -- add'],
    ['an unknown option', ['list', '--all'], 'npm run clients -- add'],
    ['a person', ['add', 'professional', 'Dr Martin', '--jwks', good], 'KIND is one of structure, feeder'],
    ['a structure without FINESS', ['add', 'structure', 'CHU', '--jwks', good], '--finess'],
    ['another with FINESS', ['add', 'agent', 'CPAM', '--finess', '750712184', '--jwks', good], '--finess'],
    ['no FINESS', ['add', 'structure', 'CHU', '--finess', '75', '--jwks', good], 'nine characters'],
    ['no keys', ['add', 'agent', 'CPAM'], 'either --jwks'],
    ['two sets of keys', ['add', 'agent', 'CPAM', '--jwks', good, '--jwks-uri', 'https://x.example'], 'either --jwks'],
    ['an address without TLS', ['add', 'agent', 'CPAM', '--jwks-uri', 'http://x.example'], 'https'],
    ['a scope of persons', ['add', 'agent', 'CPAM', '--jwks', good, '--scope', 'user/Patient.r'], 'system/Type'],
    ['no scope', ['add', 'agent', 'CPAM', '--jwks', good, '--scope', ' '], 'system/Type'],
    ['a file that is not there', ['add', 'agent', 'CPAM', '--jwks', join(folder, 'none')], 'cannot be read'],
    ['no key set', ['add', 'agent', 'CPAM', '--jwks', file('[]')], 'no JSON Web Key Set'],
    [
      'a key without kid',
      ['add', 'agent', 'CPAM', '--jwks', file({ keys: [ec('P-384', { kid: undefined })] })],
      'key 1: has no kid',
    ],
    ['a private key', ['add', 'agent', 'CPAM', '--jwks', file({ keys: [ec('P-384', { d: 'x' })] })], 'key 1: holds a secret'],
    ['another curve', ['add', 'agent', 'CPAM', '--jwks', file({ keys: [ec('P-256')] })], 'key 1: must be'],
    ['another algorithm', ['add', 'agent', 'CPAM', '--jwks', file({ keys: [{ ...rsa(2048), alg: 'RS256' }] })], 'key 1: must be'],
    ['a short key', ['add', 'agent', 'CPAM', '--jwks', file({ keys: [rsa(1024)] })], 'key 1: RSA keys need 2048'],
    ['a kid twice', ['add', 'agent', 'CPAM', '--jwks', file({ keys: [ec('P-384'), ec('P-384')] })], 'same kid'],
  ])('refuses %s before it asks the database', async (_, args, text) => {
    await expect(changeClients(args, () => Promise.reject(new Error('asked')))).rejects.toThrow(text);
  });
});

describe('the signing keys', () => {
  it('are kept for what they have signed, and forgotten at once where they must be', async () => {
    const now = new Date();
    await store.keys.rotate(now);
    await store.keys.rotate(new Date(now.getTime() + 1));
    const [newest, before] = await store.keys.list(now);
    expect([newest?.gone, before?.gone !== undefined && before.gone > now]).toEqual([undefined, true]);
    expect(await store.keys.list(new Date(now.getTime() + 2 * 3600 * 1000))).toHaveLength(1);
    await store.keys.rotate(new Date(now.getTime() + 2), { forget: true });
    expect(await store.keys.list(now)).toHaveLength(1);
  });
});
