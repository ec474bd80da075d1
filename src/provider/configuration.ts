// How oidc-provider is set up: systems by a signed assertion, apps by authorization code with PKCE, tokens as JWT for this server.
// https://hl7.org/fhir/smart-app-launch/, https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md
import { hkdfSync } from 'node:crypto';
import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Client, Clients } from '../store/client.ts';
import type { SigningKey } from '../store/signing-key.ts';
import { adapterFor, type Known } from './adapter.ts';
import { addressesOf, assertionAlgorithms } from './addresses.ts';
import { launchScopes, narrowed } from './app-scope.ts';
import { sessionCookie } from './app-session.ts';
import { assertedIn } from './asserted.ts';
import { judgeAssertion, skew } from './client-assertion.ts';
import { claimsOf, grantedOf } from './client-claims.ts';
import { errorPage, showIn } from './error-page.ts';
import { exchangedClaims } from './exchange.ts';
import { isItsOwn, mayIntrospect } from './given-token.ts';
import { type Holders, holderClaims, openIdAccounts } from './holder.ts';
import { audienceFor } from './launch.ts';
import { holderTokenLife, lives, tokenLife } from './lives.ts';
import { logoutPages } from './logout.ts';

export type Setting = Known & {
  /** The `aud` of tokens. */
  readonly baseUrl: string;
  readonly keys: readonly SigningKey[];
  readonly holders: Holders;
};

export const signature = 'ES256';

export function configurationOf(setting: Setting): Configuration {
  const { baseUrl, clients, keys, clock, holders } = setting;
  return {
    adapter: adapterFor(setting),
    jwks: { keys: keys.map(({ _id, jwk }) => ({ ...jwk, kid: _id, alg: signature, use: 'sig' })) as never },
    scopes: [...launchScopes],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
    findAccount: openIdAccounts(holders, baseUrl),
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms], idTokenSigningAlgValues: [signature] },
    clientDefaults: { id_token_signed_response_alg: signature },
    clockTolerance: skew,
    ttl: lives,
    responseTypes: ['code'],
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    extraParams: { aud: audienceFor(baseUrl) },
    // Which page may read is said before (http/cors.ts).
    clientBasedCORS: () => false,
    cookies: cookiesOf(setting),
    interactions: { url: (_ctx, { uid }) => `${addressesOf(baseUrl).issuer}/interaction/${uid}` },
    // Each time that the holder allows something it is a grant of its own.
    loadExistingGrant: async ({ oidc }) =>
      oidc.result?.consent?.grantId === undefined ? undefined : await oidc.provider.Grant.find(oidc.result.consent.grantId),
    issueRefreshToken: async (_ctx, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || scopes.has('online_access')),
    expiresWithSession: async (_ctx, { scopes }) => !scopes.has('offline_access'),
    rotateRefreshToken: true,
    assertJwtClientAuthClaimsAndHeader: ({ oidc }, _claims, _header, { jwksUri }) =>
      judgeAssertion(oidc.params?.client_assertion, jwksUri, clock()),
    extraTokenClaims: async (ctx, token) => {
      const exchanged = exchangedClaims(token);
      if (exchanged !== undefined) return exchanged;
      const client = await registered(clients, token.clientId);
      return client.kind === 'app'
        ? await holderClaims(holders, client.registration, token as object, epochIn(ctx))
        : claimsOf(client, assertedIn(ctx));
    },
    renderError: (ctx, { error, error_description: description }) => showIn(ctx, errorPage(ctx.status, error, description)),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: true, ...logoutPages },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true, allowedPolicy: isItsOwn },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => baseUrl,
        getResourceServerInfo: async (ctx, resource, { clientId }) => {
          if (resource !== baseUrl) throw new errors.InvalidTarget();
          return resourceServer(setting, ctx, await registered(clients, clientId));
        },
      },
    },
  };
}

/** Of what is exchanged for the token: since when the account has not left everywhere. */
function epochIn({ oidc }: KoaContextWithOIDC): string | undefined {
  return (oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode)?.acr;
}

/** This server, as far as the client may ask. */
function resourceServer({ baseUrl, keys }: Setting, { oidc }: KoaContextWithOIDC, client: Client): ResourceServer {
  const { AuthorizationCode: code, RefreshToken: refresh } = oidc.entities;
  const asked = String(oidc.params?.scope ?? refresh?.scope ?? code?.scope ?? '');
  const scope = client.kind === 'app' ? narrowed(asked, client.scope) || undefined : grantedOf(asked, client.scope);
  if (scope === undefined) throw new errors.InvalidScope('requested scope is missing or exceeds the registration', asked);
  return {
    scope,
    audience: baseUrl,
    accessTokenTTL: client.kind === 'app' ? holderTokenLife : tokenLife,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: signature, kid: keys[0]?._id } },
  };
}

/** Signed with what the signing keys give, so that they change with them, on every process. */
function cookiesOf({ keys }: Setting): Configuration['cookies'] {
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true } as const;
  return {
    keys: keys.map(({ jwk }) => Buffer.from(hkdfSync('sha256', String(jwk.d), '', 'cookies', 32)).toString('base64url')),
    names: { session: sessionCookie, interaction: 'carnet-interaction', resume: 'carnet-resume' },
    long: cookie,
    short: cookie,
  };
}

async function registered(clients: Pick<Clients, 'find'>, id: string | undefined): Promise<Client> {
  const client = id === undefined ? undefined : await clients.find(id);
  if (client === undefined) throw new errors.InvalidClient('client is invalid', 'client not found');
  return client;
}
