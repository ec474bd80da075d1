// What the operator's log says of the tokens asked for: to which client one was given, and from which one was refused; no token, no assertion, no person.
// https://www.rfc-editor.org/rfc/rfc9700#section-2, https://profiles.ihe.net/ITI/TF/Volume2/ITI-20.html
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { tokenExchange } from './addresses.ts';

export type TokenEntry = {
  readonly token: 'given' | 'refused';
  /** The X-Request-Id of the answer. */
  readonly request: string;
  /** Of a registered one alone; of a refusal, the one that was named. */
  readonly client?: string;
  readonly grant?: string;
  /** An error code of OAuth. */
  readonly error?: string;
};

const grants: readonly unknown[] = ['client_credentials', 'authorization_code', 'refresh_token', tokenExchange];

export function logTokens(provider: Provider, log: (entry: TokenEntry) => void): void {
  provider.on('grant.success', (ctx) => log({ token: 'given', ...asked(ctx) }));
  provider.on('grant.error', (ctx, { error }) => log({ token: 'refused', ...asked(ctx), error }));
}

/** Whatever else was sent may be a secret in the wrong place. */
function asked({ oidc, res }: KoaContextWithOIDC): Omit<TokenEntry, 'token' | 'error'> {
  const { client, params } = oidc;
  const grant = params?.grant_type;
  return {
    request: String(res.getHeader('X-Request-Id') ?? '-'),
    ...(client === undefined ? {} : { client: client.clientId }),
    ...(typeof grant === 'string' && grants.includes(grant) ? { grant } : {}),
  };
}
