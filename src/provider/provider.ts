// The embedded OpenID provider: tokens for the clients that the operator has registered.
// https://hl7.org/fhir/smart-app-launch/backend-services.html
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { callerOf } from '../identity/claims.ts';
import { verifyToken } from '../identity/token.ts';
import { type Issuer, type Trust, withOwn } from '../identity/trust.ts';
import type { SigningKeys } from '../store/signing-key.ts';
import type { Kept } from './adapter.ts';
import { addressesOf, smartConfiguration } from './addresses.ts';
import { configurationOf, signature } from './configuration.ts';
import { registerExchange } from './exchange.ts';
import { readGiven, speakOfGiven } from './given-token.ts';
import { openKeyring } from './keyring.ts';
import type { Upstreams } from './upstream.ts';

export type Start = Kept & {
  readonly baseUrl: string;
  readonly keys: SigningKeys;
  /** Who professionals are, by what their issuers say. */
  readonly trust: Trust;
  readonly upstreams: Upstreams;
  readonly report: (error: unknown) => void;
};

export type OpenIdProvider = {
  /** Whose tokens are believed: of what a client can be registered as, and of nobody else. */
  readonly issuer: Issuer;
  readonly path: string;
  readonly smartConfiguration: JsonObject;
  /** Of the addresses that the provider has; `url` is without `path`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly has: (url: string) => boolean;
};

const served = ['/token', '/token/revocation', '/token/introspection', '/jwks'];

export async function openProvider({ baseUrl, keys, trust, upstreams, report, ...kept }: Start): Promise<OpenIdProvider> {
  const addresses = addressesOf(baseUrl);
  const keyring = await openKeyring(keys, kept.clock);
  const issuer: Issuer = {
    issuer: addresses.issuer,
    audience: baseUrl,
    kinds: new Set(['structure', 'feeder', 'agent', 'operator', 'tester', 'professional', 'delegate']),
    keys: keyring.verification,
    own: true,
  };
  const believed = withOwn(trust, issuer);
  const accept = async (token: string): Promise<void> =>
    void callerOf(believed, await verifyToken(believed, token, kept.clock()));
  const given = async (name: string) => await readGiven({ trust: believed, clock: kept.clock, stands: kept.rows.stands }, name);
  let made: { readonly of: string; readonly callback: ReturnType<Provider['callback']> } | undefined;
  /** Another one when the keys are others. */
  const current = async (): Promise<ReturnType<Provider['callback']>> => {
    const signing = await keyring.signing();
    const of = signing.map(({ _id }) => _id).join(' ');
    if (made?.of !== of) {
      const provider = new Provider(addresses.issuer, configurationOf({ ...kept, baseUrl, keys: signing, given }));
      speakOfGiven(provider);
      registerExchange(provider, { ...kept, baseUrl, upstreams, accept, sign: { alg: signature, kid: signing[0]?._id } });
      // Whatever address the request came by: behind a proxy it is not this one.
      provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () => new Set([addresses.token, addresses.issuer]);
      provider.on('server_error', (_ctx, error) => report(error));
      made = { of, callback: provider.callback() };
    }
    return made.callback;
  };
  return {
    issuer,
    path: addresses.path,
    smartConfiguration: smartConfiguration(addresses, { exchanges: upstreams.size > 0 }),
    handle: async (request, response) => await (await current())(request, response),
    has: (url) => served.includes(url.replace(/\?.*$/, '')),
  };
}
