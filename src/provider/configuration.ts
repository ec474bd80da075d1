// How oidc-provider is set up: client_credentials by a signed assertion (SMART Backend Services), tokens as JWT for this server.
// https://hl7.org/fhir/smart-app-launch/backend-services.html, https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md
import { type Configuration, errors } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { parseIns } from '../identity/identifiers.ts';
import type { Client, Clients } from '../store/client.ts';
import type { SigningKey } from '../store/signing-key.ts';
import { adapterFor, type Known } from './adapter.ts';
import { assertionAlgorithms } from './addresses.ts';
import { assertedIn } from './asserted.ts';
import { claimsOf, grantedOf } from './client-claims.ts';
import { exchangedClaims } from './exchange.ts';
import { isItsOwn, mayIntrospect } from './given-token.ts';

export type Setting = Known & {
  /** The `aud` of tokens. */
  readonly baseUrl: string;
  readonly keys: readonly SigningKey[];
};

/** Seconds. */
const tokenLife = 300;
const longestAssertion = 300;
const skew = 60;
export const signature = 'ES256';

export function configurationOf(setting: Setting): Configuration {
  const { baseUrl, clients, keys, clock } = setting;
  return {
    adapter: adapterFor(setting),
    jwks: { keys: keys.map(({ _id, jwk }) => ({ ...jwk, kid: _id, alg: signature, use: 'sig' })) as never },
    scopes: [],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms] },
    clientDefaults: { id_token_signed_response_alg: signature },
    clockTolerance: skew,
    ttl: { ClientCredentials: tokenLife },
    responseTypes: [],
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims, header) => judgeAssertion(claims, header, clock()),
    extraTokenClaims: async (ctx, token) =>
      exchangedClaims(token) ?? claimsOf(await registered(clients, token.clientId), assertedIn(ctx)),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true, allowedPolicy: isItsOwn },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => baseUrl,
        getResourceServerInfo: async (ctx, resource, { clientId }) => {
          if (resource !== baseUrl) throw new errors.InvalidTarget();
          const asked = String(ctx.oidc.params?.scope ?? '');
          const scope = grantedOf(asked, (await registered(clients, clientId)).scope);
          if (scope === undefined) throw new errors.InvalidScope('requested scope is missing or exceeds the registration', asked);
          return {
            scope,
            audience: baseUrl,
            accessTokenTTL: tokenLife,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: signature, kid: keys[0]?._id } },
          };
        },
      },
    },
  };
}

async function registered(clients: Pick<Clients, 'find'>, id: string | undefined): Promise<Client> {
  const client = id === undefined ? undefined : await clients.find(id);
  if (client === undefined) throw new errors.InvalidClient('client is invalid', 'client not found');
  return client;
}

/** https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authentication-jwt-header-values */
function judgeAssertion(claims: JsonObject, { typ, kid }: JsonObject, now: Date): void {
  const { exp, vitale } = claims;
  if (typeof exp !== 'number' || exp > now.getTime() / 1000 + longestAssertion + skew)
    throw new errors.InvalidClientAuth('exp must be within five minutes');
  if (typ !== 'JWT' || typeof kid !== 'string') throw new errors.InvalidClientAuth('typ must be JWT, and kid name the key');
  if (vitale !== undefined && !isCard(vitale)) throw new errors.InvalidClientAuth('vitale must list INS');
}

function isCard(vitale: unknown): boolean {
  return Array.isArray(vitale) && vitale.every((one) => typeof one === 'string' && parseIns(one) !== undefined);
}
