// The issuers whose tokens are believed, and for which kinds of caller: read once at start, whole or not at all.
import { readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { jsonFault } from '../fhir/json-fault.ts';
import type { Kind } from './caller.ts';
import { readKey, type VerificationKey } from './key.ts';
import { type FetchKeys, fetchKeySet, fixedKeys, type KeySet, remoteKeys } from './key-set.ts';
import { type Recent, recent } from './recent.ts';
import type { Narrow } from './scope.ts';

/** An entry of the trust list as it is written: either `jwks` or `jwksUri`; `audience` defaults to our base URL. */
export type TrustedIssuer = {
  readonly issuer: string;
  readonly jwks?: { readonly keys: readonly unknown[] };
  readonly jwksUri?: string;
  readonly audience?: string;
  readonly kinds: readonly Kind[];
};

export type Issuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly kinds: ReadonlySet<Kind>;
  readonly keys: KeySet;
  /** Our own provider: what its tokens rest on can be revoked. */
  readonly own?: true;
};

/** What a verified token says. Times in seconds since 1970. */
export type VerifiedClaims = {
  readonly issuer: Issuer;
  readonly key: VerificationKey;
  readonly subject: string;
  readonly expires: number;
  readonly issuedAt?: number;
  readonly notBefore?: number;
  readonly claims: JsonObject;
};

export type TrustOptions = {
  readonly baseUrl: string;
  /** `system|code` of every profession that the habilitation matrix knows. */
  readonly professions: ReadonlySet<string>;
  /** FINESS of the structures whose doctors may ask in the mode ETREAT. */
  readonly samu: ReadonlySet<string>;
  /** Reads the parameters of granular scopes; where it is absent they grant nothing. */
  readonly narrow?: Narrow;
  readonly fetchKeys?: FetchKeys;
  readonly log?: (line: string) => void;
};

export type Trust = {
  readonly baseUrl: string;
  readonly professions: ReadonlySet<string>;
  readonly samu: ReadonlySet<string>;
  readonly narrow: Narrow;
  readonly issuers: ReadonlyMap<string, Issuer>;
  /** Claims by the SHA-256 of their token. */
  readonly verified: Recent<VerifiedClaims>;
};

export const everyKind: readonly Kind[] = [
  'holder',
  'related',
  'professional',
  'delegate',
  'structure',
  'feeder',
  'agent',
  'operator',
  'tester',
];

const members = ['issuer', 'jwks', 'jwksUri', 'audience', 'kinds'];
const rememberedTokens = 1000;

/** Reads TRUSTED_ISSUERS and what the server adds itself; a fault is an Error of one line that names file and entry. */
export function loadTrust(file: string | undefined, extra: readonly TrustedIssuer[], options: TrustOptions): Trust {
  const { baseUrl, professions, samu, narrow = () => undefined } = options;
  const issuers = new Map<string, Issuer>();
  const add = (place: string, entry: unknown): void => {
    const issuer = inPlace(place, () => readIssuer(entry, options));
    if (issuers.has(issuer.issuer)) throw new Error(`${place}: ${issuer.issuer} is listed twice`);
    issuers.set(issuer.issuer, issuer);
  };
  if (file !== undefined)
    for (const [at, entry] of entriesOf('TRUSTED_ISSUERS', file).entries())
      add(`TRUSTED_ISSUERS ${file}, entry ${at + 1}`, entry);
  for (const entry of extra) add(`The issuer ${entry.issuer}`, entry);
  return { baseUrl, professions, samu, narrow, issuers, verified: recent(rememberedTokens) };
}

/** With our own provider among the issuers, whatever the list says of it. */
export function withOwn(trust: Trust, own: Issuer): Trust {
  return { ...trust, issuers: new Map([...trust.issuers, [own.issuer, own]]) };
}

/** Of the file that the environment variable `name` names. */
export function entriesOf(name: string, file: string): readonly unknown[] {
  return inPlace(`${name} ${file}`, () => {
    const text = textOf(file);
    const entries = parse(text);
    if (!Array.isArray(entries)) throw new Error('must hold a JSON array of issuers');
    if (jsonFault(text)?.kind === 'repeated') throw new Error('has the same name twice within one object');
    return entries;
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot be read (${isObject(error) && typeof error.code === 'string' ? error.code : 'unknown failure'})`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
}

export function inPlace<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${place}: ${Error.isError(error) ? error.message : 'unknown failure'}`);
  }
}

function readIssuer(entry: unknown, { baseUrl, fetchKeys = fetchKeySet, log = console.error }: TrustOptions): Issuer {
  if (!isObject(entry)) throw new Error('must be a JSON object');
  const unknown = Object.keys(entry).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is not one of ${members.join(', ')}`);
  const { issuer, audience = baseUrl } = entry;
  if (!isIssuerName(issuer)) throw new Error('`issuer` must be a URL');
  if (typeof audience !== 'string' || audience === '') throw new Error('`audience` must be a text');
  return { issuer, audience, kinds: kindsOf(entry.kinds), keys: keysOf(entry, fetchKeys, log) };
}

/** `|` separates issuer and subject in the names of callers. */
export function isIssuerName(issuer: unknown): issuer is string {
  return typeof issuer === 'string' && URL.canParse(issuer) && !/[\s|]/.test(issuer);
}

function kindsOf(value: unknown): ReadonlySet<Kind> {
  const fault = new Error(`\`kinds\` must list one or more of ${everyKind.join(', ')}`);
  if (!Array.isArray(value) || value.length === 0) throw fault;
  return new Set(
    value.map((name: unknown) => {
      const kind = everyKind.find((known) => known === name);
      if (kind === undefined) throw fault;
      return kind;
    }),
  );
}

export function keysOf({ jwks, jwksUri }: JsonObject, fetchKeys: FetchKeys, log: (line: string) => void): KeySet {
  if ((jwks === undefined) === (jwksUri === undefined)) throw new Error('needs either `jwks` or `jwksUri`');
  if (jwksUri === undefined) return fixedKeys(listedKeys(jwks));
  if (typeof jwksUri !== 'string' || !isSafe(jwksUri))
    throw new Error('`jwksUri` must be an https URL (http on this machine only)');
  return remoteKeys(jwksUri, fetchKeys, log);
}

/** https, or this machine. */
export function isSafe(uri: string): boolean {
  const url = URL.parse(uri);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
}

function listedKeys(jwks: unknown): readonly VerificationKey[] {
  if (!isObject(jwks) || !Array.isArray(jwks.keys)) throw new Error('`jwks` must be a JSON Web Key Set');
  const keys = jwks.keys.flatMap((jwk: unknown, at) =>
    isObject(jwk) && jwk.use === 'enc' ? [] : [inPlace(`jwks.keys[${at}]`, () => readKey(jwk))],
  );
  if (keys.length === 0) throw new Error('`jwks` has no key that verifies signatures');
  if (keys.length > 1 && new Set(keys.map(({ kid }) => kid ?? '')).size < keys.length) {
    throw new Error('the keys of `jwks` need a `kid` each, all different');
  }
  return keys;
}
