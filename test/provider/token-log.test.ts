// The operator's log says which client was given a token and which was refused one, and nothing that was sent.
// https://www.rfc-editor.org/rfc/rfc9700#section-2
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Apps, openApps, registerApp, tokens } from './apps.ts';
import { askToken, assertion, newKeys, register } from './backend.ts';

const keys = newKeys();
let apps: Apps;
let hospital: string;
beforeAll(async () => {
  apps = await openApps();
  hospital = await register(apps.clients, keys);
}, 60_000);
afterAll(async () => await apps.stop());

const scope = 'system/*.rs';
/** What is logged of tokens while it runs, without the ids of the requests. */
async function said(run: () => Promise<unknown>): Promise<readonly JsonObject[]> {
  const { lines } = apps.ground.carnet;
  const before = lines.length;
  await run();
  const entries = lines.slice(before).map((line) => JSON.parse(line));
  return entries.filter(({ token }) => token !== undefined).map(({ request: _, ...entry }) => entry);
}

it('a token is given', async () => {
  const ask = async () => await askToken(apps.ground.carnet, { scope, client_assertion: assertion(hospital, keys) });
  expect(await said(ask)).toEqual([{ token: 'given', client: hospital, grant: 'client_credentials' }]);
  const app = await registerApp(apps);
  expect(await said(async () => await tokens(apps, app))).toEqual([{ token: 'given', client: app, grant: 'authorization_code' }]);
});

it.each<[name: string, form: () => Readonly<Record<string, string>>, entry: () => JsonObject]>([
  [
    'a wrong key',
    () => ({ client_assertion: assertion(hospital, { ...newKeys(), kid: keys.kid }) }),
    () => ({ client: hospital, grant: 'client_credentials', error: 'invalid_client' }),
  ],
  [
    'too much',
    () => ({ client_assertion: assertion(hospital, keys), scope: 'user/*.rs' }),
    () => ({ client: hospital, grant: 'client_credentials', error: 'invalid_scope' }),
  ],
  [
    'nobody',
    () => ({ client_assertion: assertion('2790351215189', keys) }),
    () => ({ grant: 'client_credentials', error: 'invalid_client' }),
  ],
  [
    'a grant that there is not, which may be anything',
    () => ({ client_assertion: assertion(hospital, keys), grant_type: 'a password' }),
    () => ({ client: hospital, error: 'unsupported_grant_type' }),
  ],
])('a token is refused: %s', async (_name, form, entry) => {
  const sent = { scope, ...form() };
  expect(await said(async () => await askToken(apps.ground.carnet, sent))).toEqual([{ token: 'refused', ...entry() }]);
});

it('is told by the id of the answer', async () => {
  const { headers } = await askToken(apps.ground.carnet, { scope, client_assertion: assertion(hospital, keys) });
  const told = apps.ground.carnet.lines.map((line) => JSON.parse(line)).filter(({ token }) => token === 'given');
  expect(told.at(-1).request).toBe(headers['x-request-id']);
});

it('tells nothing that was sent', () => {
  const log = apps.ground.carnet.lines.join('\n');
  for (const sent of ['eyJ', 'a password', '2790351215189']) expect(log).not.toContain(sent);
});
