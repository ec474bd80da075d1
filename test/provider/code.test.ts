// SMART App Launch, standalone: a patient signs in, allows an app what it asks, and the app reads his record; every other way is shut.
// https://hl7.org/fhir/smart-app-launch/app-launch.html, https://datatracker.ietf.org/doc/draft-ietf-oauth-v2-1/
import { describe, expect, it } from '@jest/globals';
import { type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { clientOf } from '../carnet.ts';
import { idIn, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { newBrowser } from './app-browser.ts';
import {
  authorized,
  authorizeUrl,
  challengeOf,
  exchange,
  fullScope,
  issuer,
  openForFile,
  ownIns,
  post,
  readBy,
  redirect,
  refresh,
  registerApp,
  tokens,
  upToConsent,
} from './apps.ts';

const { apps, app } = await openForFile();

const patientExpression = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';
const payloadOf = (token: string): JsonObject =>
  parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JsonObject;
const as = (token: string) => clientOf(apps.ground.carnet.address, token);
const read = async (token: string): Promise<number> => await readBy(apps, token);

describe('the standalone launch', () => {
  it('gives a token of the holder, his record and who he is', async () => {
    const body = await tokens(apps, app, { nonce: 'une-fois' });
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: fullScope,
      patient: apps.ground.key,
    });
    const token = payloadOf(body.access_token);
    expect(token).toEqual({
      iss: issuer,
      aud: 'http://carnet.test/fhir',
      sub: apps.person.account._id,
      sub_ins: ownIns,
      client_id: app,
      scope: fullScope,
      patient: apps.ground.key,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(token.iat) + 600,
      registration: expect.any(String),
      grant: expect.any(String),
    });
    expect(payloadOf(body.id_token)).toMatchObject({
      iss: issuer,
      aud: app,
      sub: apps.person.account._id,
      nonce: 'une-fois',
      fhirUser: `http://carnet.test/fhir/Patient/${apps.ground.key}`,
    });
  });

  it('reads and writes as the holder does, and is traced under him and the app', async () => {
    const id = idIn(written(await apps.ground.as('hospital').post('/DocumentReference', document(apps.ground.key, '34112-3'))));
    const { access_token: token } = await tokens(apps, app);
    expect((await as(token).get(`/DocumentReference/${id}`)).status).toBe(200);
    const wishes = { ...document(apps.ground.key, ''), type: { coding: [{ system: patientExpression, code: 'EXPPAT_1' }] } };
    written(await as(token).post('/DocumentReference', wishes));
    const { body } = await as(token).get(`/AuditEvent?patient=Patient/${apps.ground.key}&_count=1`);
    expect(JSON.stringify(body)).toContain(app);
  });

  it('gives no more than the registration has, and says so', async () => {
    const narrow = await registerApp(apps, { scope: 'launch/patient patient/DocumentReference.rs' });
    const body = await tokens(apps, narrow, { scope: 'openid launch/patient offline_access patient/*.cruds system/*.rs' });
    expect([body.scope, body.id_token, body.refresh_token]).toEqual([
      'launch/patient patient/DocumentReference.rs',
      undefined,
      undefined,
    ]);
    expect((await as(body.access_token).get('/DocumentReference')).status).toBe(200);
    expect((await as(body.access_token).get('/Observation')).status).toBe(403);
    expect((await as(body.access_token).post('/DocumentReference', document(apps.ground.key, '42348-3'))).status).toBe(403);
  });

  it('takes scopes of the first version', async () => {
    const body = await tokens(apps, app, { scope: 'launch/patient patient/Patient.read' });
    expect([body.scope, await read(body.access_token)]).toEqual(['launch/patient patient/Patient.read', 200]);
  });

  it('keeps what is granular within it', async () => {
    const laboratory = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
    const body = await tokens(apps, app, { scope: `launch/patient ${laboratory}` });
    expect(body.scope).toBe(`launch/patient ${laboratory}`);
    const answers = ['/Observation', '/DocumentReference'].map(async (path) => (await as(body.access_token).get(path)).status);
    expect(await Promise.all(answers)).toEqual([200, 403]);
  });

  it('names no record that was not asked for', async () => {
    const body = await tokens(apps, app, { scope: 'patient/*.rs' });
    expect([body.patient, payloadOf(body.access_token).patient, await read(body.access_token)]).toEqual([
      undefined,
      undefined,
      200,
    ]);
  });

  it('goes without state, and with what it is to be given back', async () => {
    expect((await authorized(apps, app, { state: undefined })).get('state')).toBeNull();
    const given = await authorized(apps, app, { state: 'é&<">' });
    expect([given.get('state'), given.get('iss')]).toEqual(['é&<">', issuer]);
  });

  it('takes resource in place of aud', async () => {
    const given = await authorized(apps, app, { aud: undefined, resource: 'http://carnet.test/fhir' });
    expect(given.get('code')).not.toBeNull();
  });

  it('tells who has no record that he has none, and opens none', async () => {
    const other = await apps.somebody();
    const browser = newBrowser(apps.ground.carnet.address);
    const page = await upToConsent({ ...apps, person: other }, browser, app);
    expect(page.text).toContain('Vous n’avez pas de dossier médical partagé');
    expect((await browser.submit(page, { choice: 'accept' })).status).toBe(200);
    expect((await browser.submit(page, { choice: 'refuse' })).url.searchParams.get('error')).toBe('access_denied');
    // What asks for no record he may still have.
    const body = await tokens({ ...apps, person: other }, app, { scope: 'openid fhirUser patient/*.rs' }, browser);
    expect(payloadOf(body.id_token)).not.toHaveProperty('fhirUser');
    expect(await read(body.access_token)).toBe(404);
  });

  it('opens a closed record as well, for the holder alone', async () => {
    const holder = apps.ground.as('holder');
    expect((await holder.post(`/Patient/${apps.ground.key}/$close`, { resourceType: 'Parameters' })).status).toBe(200);
    const { access_token: token, patient } = await tokens(apps, app);
    expect([patient, await read(token)]).toEqual([apps.ground.key, 200]);
    expect((await apps.ground.as('doctor').get(`/Patient/${apps.ground.key}`)).status).toBe(404);
    expect((await as(token).post(`/Patient/${apps.ground.key}/$reopen`, { resourceType: 'Parameters' })).status).toBe(200);
  });

  it('is the choice of the person, each time', async () => {
    const browser = newBrowser(apps.ground.carnet.address);
    const page = await upToConsent(apps, browser, app);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Mon carnet')]);
    expect(page.text).toContain('lire, ajouter, modifier et supprimer toutes les données de votre dossier');
    expect(page.text).toContain('app.example');
    const { url } = await browser.submit(page, { choice: 'refuse' });
    expect([url.origin + url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      redirect,
      { error: 'access_denied', error_description: 'the person has refused', state: 'etat', iss: issuer },
    ]);
    expect((await browser.submit(await browser.open(authorizeUrl(app)), { choice: 'accept' })).url.searchParams.has('code')).toBe(
      true,
    );
    // He is signed in, and is asked again all the same.
    expect((await browser.open(authorizeUrl(app))).text).toContain('value="accept"');
    expect((await browser.open(authorizeUrl(app, { prompt: 'none' }))).url.searchParams.get('error')).toBe('consent_required');
    expect((await browser.open(authorizeUrl(app, { prompt: 'login' }))).text).toContain('name="password"');
    expect((await browser.open(authorizeUrl(app, { max_age: '0' }))).text).toContain('name="password"');
  });
});

describe('a code', () => {
  const code = async (): Promise<string> => (await authorized(apps, app)).get('code') ?? '';

  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['another verifier', { code_verifier: challengeOf('x') }, 'invalid_grant'],
    ['no verifier', { code_verifier: undefined }, 'invalid_grant'],
    ['another address', { redirect_uri: 'https://evil.example/retour' }, 'invalid_grant'],
    ['no address', { redirect_uri: undefined }, 'invalid_request'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['another client', { client_id: 'other' }, 'invalid_grant'],
    ['an unknown client', { client_id: 'unknown' }, 'invalid_client'],
  ])('is no use with %s', async (_, more, error) => {
    const named = more.client_id === 'other' ? { client_id: await registerApp(apps) } : {};
    const { status, body } = await exchange(apps, app, await code(), { ...more, ...named });
    expect([status === 400 || status === 401, body.error]).toEqual([true, error]);
  });

  it('is over after a minute', async () => {
    const given = await code();
    apps.wait(61);
    expect((await exchange(apps, app, given)).body.error).toBe('invalid_grant');
  });

  it('that is used twice voids what it gave', async () => {
    const given = await code();
    const { body } = await exchange(apps, app, given);
    expect(await read(body.access_token)).toBe(200);
    expect((await exchange(apps, app, given)).body.error).toBe('invalid_grant');
    expect(await read(body.access_token)).toBe(401);
    expect((await refresh(apps, app, body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is used once of ten at the same time, and then by nobody', async () => {
    const given = await code();
    const replies = await Promise.all(Array.from({ length: 10 }, async () => await exchange(apps, app, given)));
    const won = replies.filter(({ status }) => status === 200);
    expect(won.length).toBeLessThanOrEqual(1);
    for (const { body } of won) expect(await read(body.access_token)).toBe(401);
  });
});

describe('the token endpoint', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['a password', { grant_type: 'password', username: 'a', password: 'b' }, ['unsupported_grant_type']],
    ['itself', { grant_type: 'client_credentials', scope: 'patient/*.rs' }, ['invalid_request']],
    ['nothing', {}, ['invalid_request']],
    [
      'a device',
      { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' },
      ['unsupported_grant_type', 'unauthorized_client'],
    ],
    [
      'an unknown code',
      { grant_type: 'authorization_code', code: 'x', redirect_uri: redirect, code_verifier: 'v' },
      ['invalid_grant'],
    ],
    ['a code of no text', { grant_type: 'authorization_code', 'code[$ne]': '', redirect_uri: redirect }, ['invalid_request']],
    ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, ['invalid_grant']],
  ])('gives nothing for %s', async (_, form, allowed) => {
    const { status, body, headers } = await post(apps, 'token', { client_id: app, ...form });
    expect([400, 401]).toContain(status);
    expect(allowed).toContain(body.error);
    expect([body.access_token, headers['cache-control']]).toEqual([undefined, 'no-store']);
  });
});
