// The Authorization header → Caller, or 401.
// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
import type { Caller } from './caller.ts';
import { callerOf } from './claims.ts';
import { verifyToken } from './token.ts';
import type { Trust } from './trust.ts';
import { invalidToken, tokenRequired } from './unauthorized.ts';

/** Throws a Refusal `unauthorized`, with its challenge, for anybody who is not wholly recognised. */
export async function authenticate(trust: Trust, authorizationHeader: string | undefined, now: Date): Promise<Caller> {
  const [scheme, token, ...more] = authorizationHeader?.trim().split(/ +/, 3) ?? [];
  if (scheme?.toLowerCase() !== 'bearer') throw tokenRequired();
  if (token === undefined || more.length > 0) throw invalidToken();
  return callerOf(trust, await verifyToken(trust, token, now));
}
