// What a client says in the assertion by which it is recognised.
// https://www.rfc-editor.org/rfc/rfc7523#section-3
import type { KoaContextWithOIDC } from 'oidc-provider';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { readJws } from '../identity/jws.ts';

/** It has been verified when this is asked. */
export function assertedIn({ oidc }: KoaContextWithOIDC): JsonObject {
  const payload = readJws(String(oidc.params?.client_assertion ?? ''))?.payload;
  return isObject(payload) ? payload : {};
}
