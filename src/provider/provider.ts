// The embedded OpenID provider: tokens for the clients that the operator has registered, and for the apps that a patient uses.
// https://hl7.org/fhir/smart-app-launch/
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { callerOf } from '../identity/claims.ts';
import { verifyToken } from '../identity/token.ts';
import { type Issuer, type Trust, withOwn } from '../identity/trust.ts';
import type { SigningKeys } from '../store/signing-key.ts';
import type { Kept } from './adapter.ts';
import { addressesOf, smartConfiguration } from './addresses.ts';
import { rewriteBodies } from './body.ts';
import { configurationOf, type Setting, signature } from './configuration.ts';
import { shieldIn } from './error-page.ts';
import { type Exchange, registerExchange } from './exchange.ts';
import { readGiven, underAnotherName } from './given-token.ts';
import type { Holders } from './holder.ts';
import { interact, type Login } from './interaction.ts';
import { openKeyring } from './keyring.ts';
import { launchFrom } from './launch.ts';
import { type Leaving, logoutFrom } from './logout.ts';
import type { Forms } from './page/form.ts';
import { type Page, sendPage } from './page/layout.ts';
import { nameClientsIn, withItsClient } from './refresh-token.ts';
import { logTokens, type TokenEntry } from './token-log.ts';
import type { Upstreams } from './upstream.ts';

export type Start = Kept & {
  readonly baseUrl: string;
  readonly keys: SigningKeys;
  /** Who professionals are, by what their issuers say. */
  readonly trust: Trust;
  readonly upstreams: Upstreams;
  readonly holders: Holders;
  readonly login: Login;
  readonly forms: Forms;
  readonly leavePages: Leaving['leavePages'];
  /** What a person reads of it; tells it to whoever must know. */
  readonly failurePage: (error: unknown) => Page;
  readonly report: (error: unknown) => void;
  readonly log: (entry: TokenEntry) => void;
};

export type OpenIdProvider = {
  /** Whose tokens are believed: of what a client can be registered as, of who signs in, and of nobody else. */
  readonly issuer: Issuer;
  readonly path: string;
  readonly smartConfiguration: JsonObject;
  /** Below the path, what a page of any origin may read. */
  readonly open: readonly string[];
  /** Of the addresses that the provider has; `url` is without `path`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly has: (url: string) => boolean;
};

const configurationPath = '/.well-known/openid-configuration';
const served =
  /^\/(?:auth(?:\/[\w-]+)?|token(?:\/(?:revocation|introspection))?|jwks|session\/end(?:\/(?:confirm|success))?|\.well-known\/openid-configuration)$/;
const asked = /^\/interaction\/[\w-]+$/;

export async function openProvider({ baseUrl, keys, trust, upstreams, report, log, ...kept }: Start): Promise<OpenIdProvider> {
  const addresses = addressesOf(baseUrl);
  const keyring = await openKeyring(keys, kept.clock);
  const issuer: Issuer = {
    issuer: addresses.issuer,
    audience: baseUrl,
    kinds: new Set(['holder', 'structure', 'feeder', 'agent', 'operator', 'tester', 'professional', 'delegate']),
    keys: keyring.verification,
    own: true,
  };
  const believed = withOwn(trust, issuer);
  const accept = async (token: string): Promise<void> =>
    void callerOf(believed, await verifyToken(believed, token, kept.clock()));
  const given = async (name: string) => await readGiven({ trust: believed, clock: kept.clock, stands: kept.rows.stands }, name);
  let made: { readonly of: string; readonly provider: Provider; readonly callback: ReturnType<Provider['callback']> } | undefined;
  /** Another one when the keys are others. */
  const current = async (): Promise<NonNullable<typeof made>> => {
    const signing = await keyring.signing();
    const of = signing.map(({ _id }) => _id).join(' ');
    if (made?.of !== of) {
      const provider = providerOf(
        { ...kept, baseUrl, keys: signing, given },
        { upstreams, accept, report, log, leavePages: kept.leavePages },
      );
      made = { of, provider, callback: provider.callback() };
    }
    return made;
  };
  /** A person reads a page whatever happens. */
  const asking = async (answer: () => ReturnType<typeof interact>): ReturnType<typeof interact> => {
    try {
      return await answer();
    } catch (error) {
      return kept.failurePage(error);
    }
  };
  return {
    issuer,
    path: addresses.path,
    smartConfiguration: smartConfiguration(addresses, { exchanges: upstreams.size > 0 }),
    open: [configurationPath, '/jwks'],
    handle: async (request, response) => {
      const { provider, callback } = await current();
      // As it was sent to whatever stands in front: cookies are for TLS alone where that is spoken there.
      request.headers['x-forwarded-proto'] = new URL(baseUrl).protocol.replace(':', '');
      if (!asked.test(pathOf(request.url))) await callback(request, response);
      else sendPage(response, await asking(async () => await interact({ ...kept, provider, baseUrl }, request, response)));
    },
    has: (url) => served.test(pathOf(url)) || asked.test(pathOf(url)),
  };
}

const pathOf = (url = ''): string => url.replace(/\?.*$/s, '');

type Around = Pick<Exchange, 'upstreams' | 'accept'> & Pick<Start, 'report' | 'log' | 'leavePages'>;

function providerOf(setting: Setting, { upstreams, accept, report, log, leavePages }: Around): Provider {
  const { issuer, token } = addressesOf(setting.baseUrl);
  const provider = new Provider(issuer, configurationOf(setting));
  registerExchange(provider, { ...setting, upstreams, accept, sign: { alg: signature, kid: setting.keys[0]?._id } });
  rewriteBodies(provider, [underAnotherName, withItsClient]);
  nameClientsIn(provider);
  shieldIn(provider);
  logoutFrom(provider, { ...setting, leavePages });
  launchFrom(provider, setting);
  // Whatever address the request came by: behind a proxy it is not this one.
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () => new Set([token, issuer]);
  provider.OIDCContext.prototype.urlFor = (name: string, options?: { readonly [name: string]: unknown }) =>
    provider.urlFor(name, options);
  provider.proxy = true;
  provider.on('server_error', (_ctx, error) => report(error));
  logTokens(provider, log);
  return provider;
}
