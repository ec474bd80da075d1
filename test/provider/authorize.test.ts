// What an app may ask of the authorization endpoint: everything else goes back with an error, or nowhere.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code, https://datatracker.ietf.org/doc/draft-ietf-oauth-v2-1/
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { newBrowser } from './app-browser.ts';
import { authorizeUrl, issuer, openForFile, redirect, registerApp } from './apps.ts';
import { newKeys, register, tokenUrl } from './backend.ts';

const { apps, app } = await openForFile();

describe('an authorization request', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['for a token', { response_type: 'token' }, 'unsupported_response_type'],
    ['for an ID token', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['for a code and a token', { response_type: 'code token' }, 'unsupported_response_type'],
    ['answered by a form', { response_mode: 'form_post' }, 'unsupported_response_mode'],
    ['answered in the fragment', { response_mode: 'fragment' }, 'unsupported_response_mode'],
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with PKCE in the clear', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with PKCE of no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['with a short challenge', { code_challenge: 'court' }, 'invalid_request'],
    ['without aud', { aud: undefined }, 'invalid_request'],
    ['for another server', { aud: 'https://other.example/fhir' }, 'invalid_request'],
    ['for another resource', { aud: undefined, resource: 'https://other.example/fhir' }, 'invalid_target'],
    ['for this and another resource', { resource: 'https://other.example/fhir' }, 'invalid_target'],
    ['for nothing', { scope: undefined }, 'invalid_scope'],
    ['for what no app gets', { scope: 'system/*.rs' }, 'invalid_scope'],
    ['without a page, of nobody', { prompt: 'none' }, 'login_required'],
    ['with an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['as a signed object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['by reference', { request_uri: 'https://app.example/r' }, 'request_uri_not_supported'],
  ])('%s goes back with an error', async (_, more, error) => {
    const { url } = await newBrowser(apps.ground.carnet.address).open(authorizeUrl(app, more));
    // Where a token is asked for, the answer is in the fragment. https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html
    const answer = url.hash === '' ? url.searchParams : new URLSearchParams(url.hash.slice(1));
    expect([url.origin + url.pathname, answer.get('error'), answer.get('state')]).toEqual([redirect, error, 'etat']);
    expect([answer.has('code'), answer.has('access_token')]).toEqual([false, false]);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['of another address', { redirect_uri: 'https://evil.example/retour' }],
    ['of an address below', { redirect_uri: `${redirect}/plus` }],
    ['of an address with more', { redirect_uri: `${redirect}?x=1` }],
    ['of an address with a fragment', { redirect_uri: `${redirect}#x` }],
    ['of another port', { redirect_uri: redirect.replace('app.example', 'app.example:8443') }],
    ['without TLS', { redirect_uri: redirect.replace('https', 'http') }],
    ['of an address that leads elsewhere', { redirect_uri: 'https://app.example@evil.example/retour' }],
    ['of a path that leads elsewhere', { redirect_uri: 'https://app.example/retour/../vers' }],
    ['of other letters', { redirect_uri: redirect.toUpperCase() }],
    ['of a script', { redirect_uri: 'javascript:alert(1)' }],
    ['of no address', { redirect_uri: undefined }],
    ['of no client', { client_id: undefined }],
    ['of an unknown client', { client_id: '"><script>alert(1)</script>' }],
  ])('%s goes nowhere', async (_, more) => {
    const { url, status, headers, text } = await newBrowser(apps.ground.carnet.address).open(authorizeUrl(app, more));
    expect([url.origin, status]).toEqual(['http://carnet.test', 400]);
    expect(text).toContain('La demande de l’application ne peut pas aboutir');
    expect(text).not.toMatch(/<script|evil\.example|mongo|node_modules/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('of a client that is none for persons, or is revoked, goes nowhere', async () => {
    const structure = await register(apps.clients, newKeys());
    const gone = await registerApp(apps);
    await apps.clients.revoke(gone, new Date());
    for (const id of [structure, gone])
      expect((await newBrowser(apps.ground.carnet.address).open(authorizeUrl(id))).status).toBe(400);
  });

  it('with a parameter twice is refused', async () => {
    const { url } = await newBrowser(apps.ground.carnet.address).open(`${authorizeUrl(app)}&scope=openid`);
    expect(url.searchParams.get('error')).toBe('invalid_request');
  });
});

describe('what is published', () => {
  it('is the smart-configuration, to anybody', async () => {
    const { status, body, headers } = await request(apps.ground.carnet.address).get('/fhir/.well-known/smart-configuration');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({
      issuer,
      token_endpoint: tokenUrl,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      revocation_endpoint: `${tokenUrl}/revocation`,
      introspection_endpoint: `${tokenUrl}/introspection`,
      grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      code_challenge_methods_supported: ['S256'],
      capabilities: expect.arrayContaining(['client-confidential-asymmetric', 'permission-v2']),
    });
    for (const path of ['/oidc', '/oidc/me', '/oidc/reg', '/oidc/device', '/oidc/request', '/oidc/interaction', '/oidc/token/x'])
      expect([path, (await request(apps.ground.carnet.address).get(path)).status]).toEqual([path, 404]);
  });

  it('is what OpenID Connect asks for, which says the same', async () => {
    const { body: smart } = await request(apps.ground.carnet.address).get('/fhir/.well-known/smart-configuration');
    const { body, headers } = await request(apps.ground.carnet.address)
      .get('/oidc/.well-known/openid-configuration')
      .set('Origin', 'https://any.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    const names = [
      'issuer',
      'jwks_uri',
      'authorization_endpoint',
      'token_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
    ];
    for (const name of names) expect([name, body[name]]).toEqual([name, smart[name]]);
    expect(body).toMatchObject({
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      end_session_endpoint: `${issuer}/session/end`,
    });
  });
});
