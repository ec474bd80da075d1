// Tokens that were given out are kept nowhere: where a client asks of one, or takes it back, it is read from what it says itself.
// https://www.rfc-editor.org/rfc/rfc7662, https://www.rfc-editor.org/rfc/rfc7009, https://www.rfc-editor.org/rfc/rfc9068
import type { AdapterPayload, Client } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal } from '../fhir/outcome.ts';
import type { Vouched } from '../identity/caller.ts';
import { callerOf } from '../identity/claims.ts';
import { verifyToken } from '../identity/token.ts';
import type { Trust } from '../identity/trust.ts';
import type { Rewriting } from './body.ts';

/** By which the adapter knows that a token is meant, and not the name of a row. */
const mark = 'given:';
const endpoints: readonly (string | undefined)[] = ['revocation', 'introspection'];
/** Of every token, or of no concern to the client. */
const own = ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'scope', 'client_id', 'registration', 'grant'];

/** oidc-provider refuses to speak of what is signed; under another name it asks the adapter. */
export const underAnotherName: Rewriting = (route, body) => {
  const { token } = body;
  return endpoints.includes(route) && typeof token === 'string' && token.includes('.') ? { ...body, token: mark + token } : body;
};

/** Nobody is told of a token that is another client's: it is as if there were none. A public client is not recognised at all. */
export function isItsOwn(_ctx: unknown, client: Client, token: { readonly clientId?: string | undefined }): boolean {
  return client.clientId === token.clientId;
}

export function mayIntrospect(ctx: unknown, client: Client, token: { readonly clientId?: string | undefined }): boolean {
  return client.clientAuthMethod !== 'none' && isItsOwn(ctx, client, token);
}

export type Given = {
  readonly trust: Trust;
  readonly clock: () => Date;
  /** Whether nothing of it has been revoked. */
  readonly stands: (vouched: Vouched | undefined) => Promise<boolean>;
};

/** undefined for what is no token of ours in force. */
export async function readGiven({ trust, clock, stands }: Given, name: string): Promise<AdapterPayload | undefined> {
  if (!name.startsWith(mark)) return undefined;
  try {
    const verified = await verifyToken(trust, name.slice(mark.length), clock());
    const { claims, issuer } = verified;
    if (issuer.own === undefined || !(await stands(callerOf(trust, verified).vouched))) return undefined;
    return payloadOf(claims);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function payloadOf(claims: JsonObject): AdapterPayload {
  const { jti, client_id, sub, grant } = claims;
  const extra = Object.fromEntries(Object.entries(claims).filter(([name]) => !own.includes(name)));
  const { aud, exp, iat, scope } = claims as AdapterPayload;
  return {
    kind: 'AccessToken',
    jti: String(jti),
    clientId: String(client_id),
    ...(sub === client_id ? {} : { accountId: String(sub) }),
    ...(typeof grant === 'string' ? { grantId: grant } : {}),
    ...{ aud, exp, iat, scope, extra },
  };
}
