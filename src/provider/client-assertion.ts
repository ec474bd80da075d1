// What a client assertion must be beyond what its signature says: read in the one strict way of tokens, short, and pointing at no key of its own.
// https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#authentication-jwt-header-values, https://www.rfc-editor.org/rfc/rfc8725
import { errors } from 'oidc-provider';
import type { JsonObject } from '../fhir/json.ts';
import { parseIns } from '../identity/identifiers.ts';
import { readJws } from '../identity/jws.ts';

/** Seconds. */
const longestAssertion = 300;
export const skew = 60;
const refusedHeaders = ['crit', 'b64', 'jwk', 'x5u', 'x5c', 'enc', 'zip'];

/** `jwksUri`: where the client publishes its keys, if it does. Throws `invalid_client`. */
export function judgeAssertion(assertion: unknown, jwksUri: string | undefined, now: Date): void {
  const jws = typeof assertion === 'string' ? readJws(assertion) : undefined;
  if (jws === undefined) throw new errors.InvalidClientAuth('it must be one compact JWS, each name once');
  judgeHeader(jws.header, jwksUri);
  judgeClaims(jws.payload, now.getTime() / 1000);
}

function judgeHeader(header: JsonObject, jwksUri: string | undefined): void {
  const { typ, kid, jku } = header;
  if (typ !== 'JWT' || typeof kid !== 'string') throw new errors.InvalidClientAuth('typ must be JWT, and kid name the key');
  if (refusedHeaders.some((name) => header[name] !== undefined) || (jku !== undefined && jku !== jwksUri))
    throw new errors.InvalidClientAuth('keys are those of the registration');
}

function judgeClaims({ iss, sub, exp, iat, vitale }: JsonObject, at: number): void {
  if (sub !== iss) throw new errors.InvalidClientAuth('iss and sub must be the client');
  if (typeof exp !== 'number' || exp > at + longestAssertion + skew)
    throw new errors.InvalidClientAuth('exp must be within five minutes');
  if (typeof iat === 'number' && iat > at + skew) throw new errors.InvalidClientAuth('iat must not be in the future');
  if (vitale !== undefined && !isCard(vitale)) throw new errors.InvalidClientAuth('vitale must list INS');
}

function isCard(vitale: unknown): boolean {
  return Array.isArray(vitale) && vitale.every((one) => typeof one === 'string' && parseIns(one) !== undefined);
}
