// Token → verified claims: signed by a trusted issuer for this server, and in time. Nothing in a token chooses how it is verified.
// https://www.rfc-editor.org/rfc/rfc8725, https://www.rfc-editor.org/rfc/rfc9068#section-4
import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { JsonObject } from '../fhir/json.ts';
import { type Jws, readJws } from './jws.ts';
import type { VerificationKey } from './key.ts';
import type { Issuer, Trust, VerifiedClaims } from './trust.ts';
import { invalidToken } from './unauthorized.ts';

/** Seconds by which clocks may differ. */
const skew = 60;
const lastSecond = Date.UTC(9999, 11, 31) / 1000;
const tokenTypes: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Headers that point at a key or change what a signature covers. */
const refusedHeaders = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'enc', 'zip'];

/** Throws a Refusal (401) for every token that is not wholly right. */
export async function verifyToken(trust: Trust, token: string, now: Date): Promise<VerifiedClaims> {
  const digest = createHash('sha256').update(token).digest('base64url');
  const known = trust.verified.get(digest);
  const verified = known !== undefined && (await isCurrent(known, now)) ? known : await verify(trust, token, now);
  if (!inTime(verified, now)) {
    trust.verified.delete(digest);
    throw invalidToken('The access token has expired or is not valid yet');
  }
  if (verified !== known) trust.verified.set(digest, verified);
  return verified;
}

/** A key that its issuer has withdrawn no longer vouches for tokens seen before. */
async function isCurrent({ issuer, key }: VerifiedClaims, now: Date): Promise<boolean> {
  return (await issuer.keys.find(key.kid, now)) === key;
}

async function verify(trust: Trust, token: string, now: Date): Promise<VerifiedClaims> {
  const { issuer, key, payload } = await readSigned(trust.issuers, token, now);
  return readClaims(payload, issuer, key);
}

type Signed<T> = { readonly issuer: T; readonly key: VerificationKey; readonly payload: JsonObject };

/** What one of these issuers has signed, whatever it says and for whomever it is. Throws a Refusal (401). */
export async function readSigned<T extends Pick<Issuer, 'keys'>>(
  issuers: ReadonlyMap<string, T>,
  token: string,
  now: Date,
): Promise<Signed<T>> {
  const jws = readJws(token);
  if (jws === undefined || !isPlain(jws.header)) throw invalidToken();
  const issuer = typeof jws.payload.iss === 'string' ? issuers.get(jws.payload.iss) : undefined;
  if (issuer === undefined) throw invalidToken();
  const key = await keyFor(jws, issuer, now);
  if (key === undefined) throw invalidToken();
  checkSignature(token, key);
  return { issuer, key, payload: jws.payload };
}

function isPlain(header: JsonObject): boolean {
  const type = typeof header.typ === 'string' ? header.typ.toLowerCase() : header.typ;
  return tokenTypes.includes(type) && refusedHeaders.every((name) => header[name] === undefined);
}

async function keyFor({ header }: Jws, issuer: Pick<Issuer, 'keys'>, now: Date): Promise<VerificationKey | undefined> {
  const { kid, alg } = header;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  const key = await issuer.keys.find(kid, now);
  return key?.algorithm === alg ? key : undefined;
}

function checkSignature(token: string, { key, algorithm }: VerificationKey): void {
  try {
    // Times are checked by `inTime`, at every use of the token.
    jwt.verify(token, key, { algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true });
  } catch {
    throw invalidToken();
  }
}

function readClaims(claims: JsonObject, issuer: Issuer, key: VerificationKey): VerifiedClaims {
  const { aud } = claims;
  if (aud !== issuer.audience && !(Array.isArray(aud) && aud.includes(issuer.audience))) {
    throw invalidToken('The access token is not for this server');
  }
  return { issuer, key, claims, ...readBearer(claims) };
}

export type Bearer = Pick<VerifiedClaims, 'subject' | 'expires' | 'issuedAt' | 'notBefore'>;

/** Of any bearer token: whose it is, and when it may be used. Throws a Refusal (401). */
export function readBearer({ sub, exp, iat, nbf, cnf }: JsonObject): Bearer {
  // A token bound to its sender's key is no bearer token. https://www.rfc-editor.org/rfc/rfc7800#section-3
  if (cnf !== undefined) throw invalidToken('The access token is not a bearer token');
  if (typeof sub !== 'string' || !/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub)) throw invalidToken('The access token has no usable sub');
  if (!isTime(exp)) throw invalidToken('The access token has no exp');
  if (iat !== undefined && !isTime(iat)) throw invalidToken('The iat of the access token is no time');
  if (nbf !== undefined && !isTime(nbf)) throw invalidToken('The nbf of the access token is no time');
  return {
    subject: sub,
    expires: exp,
    ...(iat === undefined ? {} : { issuedAt: iat }),
    ...(nbf === undefined ? {} : { notBefore: nbf }),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= lastSecond;
}

export function inTime({ expires, issuedAt = 0, notBefore = 0 }: Bearer, now: Date): boolean {
  const at = now.getTime() / 1000;
  return at < expires + skew && issuedAt <= at + skew && notBefore <= at + skew;
}
