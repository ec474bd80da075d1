// The issuers whose tokens are exchanged for ours (Pro Santé Connect, a Keycloak), and what they say of the bearer.
// https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
import { errors } from 'oidc-provider';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { fetchJson } from '../identity/fetch-json.ts';
import { fetchKeySet, type KeySet } from '../identity/key-set.ts';
import { type Bearer, inTime, readBearer, readSigned } from '../identity/token.ts';
import { entriesOf, inPlace, isIssuerName, isSafe, keysOf } from '../identity/trust.ts';

export type Upstream = {
  readonly issuer: string;
  readonly keys: KeySet;
  readonly userinfo: string;
  /** Whether it may say who is a professional, and who a secretary. */
  readonly kinds: ReadonlySet<UpstreamKind>;
  readonly log: (line: string) => void;
};
export type UpstreamKind = 'professional' | 'delegate';
export type Upstreams = ReadonlyMap<string, Upstream>;

const members = ['issuer', 'jwks', 'jwksUri', 'userinfo', 'kinds'];
const longestUserinfo = 64 * 1024;

/** Reads UPSTREAM_ISSUERS; a fault is an Error of one line that names file and entry. `own`: the name of our own provider. */
export function loadUpstreams(file: string | undefined, own: string, log: (line: string) => void): Upstreams {
  const upstreams = new Map<string, Upstream>();
  if (file === undefined) return upstreams;
  for (const [at, entry] of entriesOf('UPSTREAM_ISSUERS', file).entries())
    inPlace(`UPSTREAM_ISSUERS ${file}, entry ${at + 1}`, () => {
      const upstream = readUpstream(entry, log);
      if (upstream.issuer === own) throw new Error('`issuer` is this server itself');
      if (upstreams.has(upstream.issuer)) throw new Error(`${upstream.issuer} is listed twice`);
      upstreams.set(upstream.issuer, upstream);
    });
  return upstreams;
}

function readUpstream(entry: unknown, log: (line: string) => void): Upstream {
  if (!isObject(entry)) throw new Error('must be a JSON object');
  const unknown = Object.keys(entry).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new Error(`\`${unknown}\` is not one of ${members.join(', ')}`);
  const { issuer, userinfo, kinds = ['professional'] } = entry;
  if (!isIssuerName(issuer) || issuer.includes('#')) throw new Error('`issuer` must be a URL');
  if (typeof userinfo !== 'string' || !isSafe(userinfo))
    throw new Error('`userinfo` must be an https URL (http on this machine only)');
  if (!Array.isArray(kinds) || kinds.length === 0 || !kinds.every(isKind))
    throw new Error('`kinds` must list one or more of professional, delegate');
  return { issuer, keys: keysOf(entry, fetchKeySet, log), userinfo, kinds: new Set(kinds), log };
}

function isKind(value: unknown): value is UpstreamKind {
  return value === 'professional' || value === 'delegate';
}

export type Recognised = { readonly issuer: string; readonly subject: string; readonly userinfo: JsonObject };
export type Presented = {
  /** The parameter in which it came, for the error. */
  readonly name: 'subject_token' | 'actor_token';
  readonly token: string;
  readonly kind: UpstreamKind;
  /** What the client that presents it is called at issuers, `issuer|client id`: a token given to another is refused. */
  readonly clients: readonly string[];
};

/** What the issuer says of the bearer now. Throws `invalid_request` for a token that is not wholly right. */
export async function recognise(upstreams: Upstreams, presented: Presented, now: Date): Promise<Recognised> {
  const { name, token, kind, clients } = presented;
  const { upstream, claims, bearer } = await signedFor(upstreams, presented, now);
  // An ID token tells the client who has come; it is not made to be handed on.
  const isAccess = claims.typ === undefined || claims.typ === 'Bearer';
  if (!isAccess || !inTime(bearer, now)) throw new errors.InvalidRequest(`${name} is no access token in force`);
  if (!upstream.kinds.has(kind)) throw new errors.InvalidRequest(`the issuer of ${name} does not speak for this kind of person`);
  if (!clients.includes(`${upstream.issuer}|${claims.azp}`))
    throw new errors.InvalidRequest(`${name} was not given to this client`);
  const userinfo = await userinfoOf(upstream, token);
  if (userinfo?.sub !== bearer.subject) throw new errors.InvalidRequest(`the issuer of ${name} does not confirm it`);
  return { issuer: upstream.issuer, subject: bearer.subject, userinfo };
}

type SignedFor = { readonly upstream: Upstream; readonly claims: JsonObject; readonly bearer: Bearer };

async function signedFor(upstreams: Upstreams, { name, token }: Presented, now: Date): Promise<SignedFor> {
  try {
    const { issuer, payload } = await readSigned(upstreams, token, now);
    return { upstream: issuer, claims: payload, bearer: readBearer(payload) };
  } catch {
    throw new errors.InvalidRequest(`${name} is not a valid token of a known issuer`);
  }
}

async function userinfoOf({ issuer, userinfo, log }: Upstream, token: string): Promise<JsonObject | undefined> {
  try {
    const answer = await fetchJson(userinfo, longestUserinfo, { authorization: `Bearer ${token}` });
    return isObject(answer) ? answer : undefined;
  } catch (error) {
    log(`The userinfo of ${issuer} could not be had: ${Error.isError(error) ? error.name : 'unknown failure'}`);
    return undefined;
  }
}
