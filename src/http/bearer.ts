// How a token is sent: once, and in the header alone.
// https://www.rfc-editor.org/rfc/rfc6750#section-2, https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2
import type { Request } from 'express';
import { sentOtherwise } from '../identity/unauthorized.ts';
import type { Parameters } from '../search/query.ts';
import { queryOf } from './negotiation.ts';

/** Undefined where there is none. Refused before anything of the request is traced, address and all. */
export function authorizationOf(request: Request): string | undefined {
  const [header, ...more] = request.headersDistinct.authorization ?? [];
  if (more.length > 0) throw sentOtherwise();
  if (header !== undefined) refuseToken(queryOf(request));
  return header;
}

export function refuseToken(parameters: Parameters): void {
  if (parameters.some(([name]) => name === 'access_token')) throw sentOtherwise();
}
