// What an app was given rests on the app, the account and what the person allowed: when one of them ends, so does it, at the next request.
// https://www.rfc-editor.org/rfc/rfc7009, https://openid.net/specs/openid-connect-rpinitiated-1_0.html
import { describe, expect, it } from '@jest/globals';
import { clientOf, startCarnet } from '../carnet.ts';
import { type Browser, newBrowser } from './app-browser.ts';
import {
  authorized,
  authorizeUrl,
  exchange,
  fullScope,
  openForFile,
  post,
  readBy,
  redirect,
  refresh,
  registerApp,
  tokens,
  typeIn,
  upToConsent,
} from './apps.ts';
import { assertion, newKeys } from './backend.ts';

const { apps, app } = await openForFile();

const read = async (token: string, address?: string): Promise<number> => await readBy(apps, token, address);
const online = 'launch/patient online_access openid patient/*.rs';
/** Of an app that is there while he is. */
const onlineApp = async (): Promise<string> => await registerApp(apps, { scope: online });
const fresh = (): Browser => newBrowser(apps.ground.carnet.address);

async function leave(browser: Browser, logout: 'here' | 'everywhere', more = ''): ReturnType<Browser['open']> {
  return await browser.submit(await browser.open(`/oidc/session/end${more}`), { logout });
}

describe('a token of a person is void at the next request', () => {
  it('when the app is revoked, read, write or refresh', async () => {
    const gone = await registerApp(apps);
    const { access_token: token, refresh_token: next } = await tokens(apps, gone);
    await apps.clients.revoke(gone, new Date());
    expect(await read(token)).toBe(401);
    expect((await clientOf(apps.ground.carnet.address, token).post('/Observation', { resourceType: 'Observation' })).status).toBe(
      401,
    );
    expect((await refresh(apps, gone, next)).body.error).toBe('invalid_client');
  });

  it('when the app takes back its access token, or its refresh token', async () => {
    const [one, other] = [await tokens(apps, app), await tokens(apps, app)];
    expect(await post(apps, 'token/revocation', { client_id: app, token: one.access_token })).toMatchObject({
      status: 200,
      text: '',
    });
    expect([await read(one.access_token), (await refresh(apps, app, one.refresh_token)).body.error]).toEqual([
      401,
      'invalid_grant',
    ]);
    expect(await read(other.access_token)).toBe(200);
    await post(apps, 'token/revocation', { client_id: app, token: other.refresh_token });
    expect([await read(other.access_token), (await refresh(apps, app, other.refresh_token)).status]).toEqual([401, 400]);
  });

  it("but not by another app's request", async () => {
    const [given, other] = [await tokens(apps, app), await registerApp(apps)];
    for (const token of [given.access_token, given.refresh_token])
      expect((await post(apps, 'token/revocation', { client_id: other, token })).status).toBe(200);
    expect([await read(given.access_token), (await refresh(apps, app, given.refresh_token)).status]).toEqual([200, 200]);
  });

  it('on every process', async () => {
    const second = await startCarnet({ database: apps.database, clock: apps.now });
    try {
      const { access_token: token } = await tokens(apps, app);
      expect([await read(token), await read(token, second.address)]).toEqual([200, 200]);
      await post(apps, 'token/revocation', { client_id: app, token });
      expect([await read(token, second.address), await read(token)]).toEqual([401, 401]);
    } finally {
      await second.server.stop();
    }
  });

  it('when its account ends all it has given, and nobody else’s', async () => {
    const [mine, hospital] = [await tokens(apps, app), apps.ground.as('hospital')];
    await apps.kept.accounts.endEverywhere(apps.person.account._id, apps.now());
    expect([await read(mine.access_token), (await refresh(apps, app, mine.refresh_token)).status]).toEqual([401, 400]);
    expect((await hospital.get('/DocumentReference')).status).toBe(200);
    expect((await apps.browser.open(authorizeUrl(app))).text).toContain('name="password"');
    expect(await read((await tokens(apps, app)).access_token)).toBe(200);
  });
});

describe('leaving', () => {
  it('this browser ends what was allowed in it while one is there, of every app and time', async () => {
    const browser = fresh();
    const [first, second] = [await onlineApp(), await onlineApp()];
    const given = [];
    for (const id of [first, first, second]) given.push(await tokens(apps, id, { scope: online }, browser));
    const offline = await tokens(apps, app, {}, browser);
    const elsewhere = await tokens(apps, first, { scope: online });
    const page = await leave(browser, 'here');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Vous êtes déconnecté')]);
    for (const { access_token: token } of given) expect(await read(token)).toBe(401);
    expect((await refresh(apps, second, given[2].refresh_token)).body.error).toBe('invalid_grant');
    // What is to last without him, and what is in another browser, stays.
    expect([await read(offline.access_token), await read(elsewhere.access_token)]).toEqual([200, 200]);
    expect((await browser.open(authorizeUrl(app))).text).toContain('name="password"');
  });

  it('everywhere ends all of it', async () => {
    const browser = fresh();
    const [offline, elsewhere] = [await tokens(apps, app, {}, browser), await tokens(apps, await onlineApp(), { scope: online })];
    await leave(browser, 'everywhere');
    expect([await read(offline.access_token), await read(elsewhere.access_token)]).toEqual([401, 401]);
    expect((await refresh(apps, app, offline.refresh_token)).body.error).toBe('invalid_grant');
    expect((await apps.browser.open(authorizeUrl(app))).text).toContain('name="password"');
  });

  it('leaves the pages of accounts as well, and they the apps', async () => {
    const enter = async (browser: Browser): Promise<void> => {
      const page = await browser.open('/compte/connexion');
      expect((await typeIn(apps, browser, page)).text).toContain('Mon compte');
    };
    const browser = fresh();
    await tokens(apps, app, {}, browser);
    await enter(browser);
    await leave(browser, 'here');
    expect((await browser.open('/compte/')).text).toContain('name="password"');
    const { access_token: token } = await tokens(apps, await onlineApp(), { scope: online }, browser);
    await enter(browser);
    const left = await browser.submit(await browser.open('/compte/'), {});
    expect([left.url.pathname, await read(token)]).toEqual(['/compte/deconnexion', 401]);
    expect((await browser.open(authorizeUrl(app))).text).toContain('name="password"');
  });

  it('everywhere ends what is under way: a session that is written again, a code that was given', async () => {
    const browser = fresh();
    const code = (await authorized(apps, app, {}, browser)).get('code') ?? '';
    const rows = await apps.provider.find({ account: apps.person.account._id }).toArray();
    await apps.kept.accounts.endEverywhere(apps.person.account._id, apps.now());
    await apps.provider.insertMany(rows);
    expect((await exchange(apps, app, code)).body.error).toBe('invalid_grant');
    expect((await browser.open(authorizeUrl(app))).text).toContain('n’est plus en cours');
    await apps.provider.deleteMany({ account: apps.person.account._id });
  });

  it('goes back to an address of the app, and to no other', async () => {
    const browser = fresh();
    const { id_token: hint } = await tokens(apps, app, {}, browser);
    const to = (address: string): string => `?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: address })}`;
    expect((await browser.open(`/oidc/session/end${to('https://evil.example/')}`)).status).toBe(400);
    expect((await leave(browser, 'here', to(redirect))).url.href).toBe(redirect);
    // Who is gone already is asked nothing.
    const back = await browser.open(`/oidc/session/end${to(redirect)}&state=etat`);
    expect(back.url.href).toBe(`${redirect}?state=etat`);
    const gone = await fresh().open('/oidc/session/end');
    expect([gone.status, gone.text]).toEqual([200, expect.stringContaining('Vous êtes déconnecté')]);
    expect(gone.text).not.toContain('<script');
  });

  it('is done by nobody else: the form is of this browser', async () => {
    const [browser, stranger] = [fresh(), fresh()];
    const { access_token: token } = await tokens(apps, await onlineApp(), { scope: online }, browser);
    await tokens(apps, app, {}, stranger);
    const page = await stranger.open('/oidc/session/end');
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page.text)?.[1] ?? '';
    const forged = await browser.send('/oidc/session/end/confirm', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
      body: `xsrf=${xsrf}&logout=everywhere`,
    });
    expect([forged.status, await read(token)]).toEqual([400, 200]);
  });
});

describe('introspection', () => {
  it('tells a confidential app of its own token, whose record it is for, and nothing once it is void', async () => {
    const keys = newKeys();
    const client = await registerApp(apps, { jwks: { keys: [keys.jwk] } });
    const proof = () => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(client, keys),
    });
    const page = await upToConsent(apps, apps.browser, client);
    const code = (await apps.browser.submit(page, { choice: 'accept' })).url.searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: apps.verifier };
    expect((await post(apps, 'token', { ...form, client_id: client })).body.error).toBe('invalid_client');
    const { body } = await post(apps, 'token', { ...form, ...proof() });
    const ask = async (token: string) => (await post(apps, 'token/introspection', { ...proof(), token })).body;
    expect(await ask(body.access_token)).toMatchObject({
      active: true,
      client_id: client,
      sub: apps.person.account._id,
      scope: fullScope,
      patient: apps.ground.key,
    });
    expect((await ask(body.refresh_token)).active).toBe(true);
    expect((await refresh(apps, client, body.refresh_token, { client_id: undefined })).body.error).toBe('invalid_client');
    expect(await ask((await tokens(apps, app)).access_token)).toEqual({ active: false });
    await post(apps, 'token/revocation', { ...proof(), token: body.refresh_token });
    expect([await ask(body.access_token), await ask(body.refresh_token)]).toEqual([{ active: false }, { active: false }]);
  });

  it('tells a public app nothing', async () => {
    const { access_token: token } = await tokens(apps, app);
    expect((await post(apps, 'token/introspection', { client_id: app, token })).body).toEqual({ active: false });
  });
});
