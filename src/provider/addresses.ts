// Where the provider is: beside the FHIR base.
// https://hl7.org/fhir/smart-app-launch/conformance.html
import type { JsonObject } from '../fhir/json.ts';
import { launchScopes } from './app-scope.ts';

export type Addresses = { readonly issuer: string; readonly token: string; readonly jwks: string; readonly path: string };

export const assertionAlgorithms = ['RS384', 'ES384'] as const;

export function addressesOf(baseUrl: string): Addresses {
  const { href, pathname } = new URL('oidc', baseUrl);
  return { issuer: href, token: `${href}/token`, jwks: `${href}/jwks`, path: pathname };
}

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** `[base]/.well-known/smart-configuration`: what backend services and apps need. `exchanges`: tokens of other issuers for ours. */
export function smartConfiguration(
  { issuer, token, jwks }: Addresses,
  { exchanges }: { readonly exchanges: boolean },
): JsonObject {
  return {
    issuer,
    jwks_uri: jwks,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: token,
    revocation_endpoint: `${token}/revocation`,
    introspection_endpoint: `${token}/introspection`,
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token', ...(exchanges ? [tokenExchange] : [])],
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: [...assertionAlgorithms],
    scopes_supported: [
      ...launchScopes,
      'patient/*.cruds',
      'patient/*.rs',
      'user/*.cruds',
      'user/*.rs',
      'system/*.cruds',
      'system/*.rs',
    ],
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'launch-standalone',
      'client-public',
      'client-confidential-asymmetric',
      'context-standalone-patient',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
      'sso-openid-connect',
    ],
  };
}
