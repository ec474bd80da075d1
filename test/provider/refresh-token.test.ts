// An app reads on while it is allowed to, by refresh tokens that are used once each.
// https://datatracker.ietf.org/doc/html/rfc9700#section-4.14, https://hl7.org/fhir/smart-app-launch/app-launch.html#refresh-access-token
import { describe, expect, it } from '@jest/globals';
import { clientOf } from '../carnet.ts';
import { fullScope, openForFile, readBy, refresh, registerApp, tokens } from './apps.ts';

const { apps, app } = await openForFile();

const as = (token: string) => clientOf(apps.ground.carnet.address, token);
const read = async (token: string): Promise<number> => await readBy(apps, token);

describe('a refresh token', () => {
  it('is exchanged for another, and the app reads on', async () => {
    const first = await tokens(apps, app);
    const { status, body } = await refresh(apps, app, first.refresh_token);
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        id_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        scope: fullScope,
        patient: apps.ground.key,
      },
    ]);
    expect(body.refresh_token).not.toBe(first.refresh_token);
    expect([await read(first.access_token), await read(body.access_token)]).toEqual([200, 200]);
  });

  it('says whose it is where the app does not, and only of a public one', async () => {
    const first = await tokens(apps, app);
    const { status, body } = await refresh(apps, app, first.refresh_token, { client_id: undefined });
    expect([status, await read(body.access_token)]).toEqual([200, 200]);
    const [, secret] = body.refresh_token.split('~');
    const other = await registerApp(apps);
    for (const token of [`${other}~${secret}`, `~${secret}`, secret, `${body.refresh_token}~`])
      expect((await refresh(apps, app, token, { client_id: undefined })).status).not.toBe(200);
    expect((await refresh(apps, app, body.refresh_token)).status).toBe(200);
  });

  it('that is used twice ends all that came of it', async () => {
    const first = await tokens(apps, app);
    const { body: second } = await refresh(apps, app, first.refresh_token);
    expect((await refresh(apps, app, first.refresh_token)).body.error).toBe('invalid_grant');
    expect([await read(first.access_token), await read(second.access_token)]).toEqual([401, 401]);
    expect((await refresh(apps, app, second.refresh_token)).body.error).toBe('invalid_grant');
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['more', { scope: `${fullScope} user/*.rs` }, 'invalid_scope'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['another client', { client_id: 'other' }, 'invalid_grant'],
  ])('gives nothing for %s', async (_, more, error) => {
    const named = more.client_id === 'other' ? { client_id: await registerApp(apps) } : {};
    const { refresh_token: token } = await tokens(apps, app, { scope: 'launch/patient offline_access patient/*.rs' });
    expect((await refresh(apps, app, token, { ...more, ...named })).body.error).toBe(error);
  });

  it('gives less where less is asked', async () => {
    const first = await tokens(apps, app, { scope: 'launch/patient offline_access patient/Patient.rs patient/Observation.rs' });
    const { body } = await refresh(apps, app, first.refresh_token, { scope: 'patient/Observation.rs' });
    expect([body.scope, body.patient, (await as(body.access_token).get('/Observation')).status]).toEqual([
      'patient/Observation.rs',
      undefined,
      200,
    ]);
    expect((await as(body.access_token).get('/Patient')).status).toBe(403);
  });

  it('is given for offline_access and online_access alone', async () => {
    const online = await registerApp(apps, { scope: 'launch/patient online_access patient/*.rs' });
    expect((await tokens(apps, online, { scope: 'launch/patient online_access patient/*.rs' })).refresh_token).toBeDefined();
    expect((await tokens(apps, online, { scope: 'launch/patient patient/*.rs' })).refresh_token).toBeUndefined();
  });
});

// The last: nothing goes on after it.
it('a refresh token lasts no longer than ninety days, however often it is exchanged', async () => {
  const day = 24 * 3600;
  const first = await tokens(apps, app);
  apps.wait(89 * day);
  const { body } = await refresh(apps, app, first.refresh_token);
  expect(body.refresh_token).toBeDefined();
  apps.wait(2 * day);
  expect((await refresh(apps, app, body.refresh_token)).status).toBe(400);
});
