// Where an issuer's keys come from: written in the trust list, or fetched from the issuer and kept for a while.
// https://www.rfc-editor.org/rfc/rfc7517#section-5
import { isObject } from '../fhir/json.ts';
import { fetchJson } from './fetch-json.ts';
import { readKey, type VerificationKey } from './key.ts';

export type KeySet = {
  /** The one key that `kid` names (without `kid`: the only key there is); undefined for none or several. */
  readonly find: (kid: string | undefined, now: Date) => Promise<VerificationKey | undefined>;
};

/** Gets the JSON of a key set; throws where there is none to be had. */
export type FetchKeys = (uri: string) => Promise<unknown>;

const minute = 60_000;
const freshFor = 10 * minute;
const usableFor = 60 * minute;
const retryAfter = minute;
const longestKeySet = 256 * 1024;

export function fixedKeys(keys: readonly VerificationKey[]): KeySet {
  return { find: async (kid) => select(keys, kid) };
}

/** Fetches at the first token, when the keys are ten minutes old and at an unknown `kid`, never twice a minute. Keys an hour old are none. */
export function remoteKeys(uri: string, fetchKeys: FetchKeys, log: (line: string) => void): KeySet {
  let keys: readonly VerificationKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const fetchOnce = async (at: number): Promise<void> => {
    triedAt = at;
    try {
      keys = usableKeys(await fetchKeys(uri));
      fetchedAt = at;
    } catch (error) {
      log(`The keys of ${uri} could not be fetched: ${Error.isError(error) ? error.message : 'unknown failure'}`);
    }
  };
  const refresh = async (at: number): Promise<void> => {
    if (fetching === undefined && at - triedAt < retryAfter) return;
    fetching ??= fetchOnce(at).finally(() => {
      fetching = undefined;
    });
    await fetching;
  };
  const find = async (kid: string | undefined, now: Date): Promise<VerificationKey | undefined> => {
    const at = now.getTime();
    if (at - fetchedAt > freshFor) await refresh(at);
    if (select(keys, kid) === undefined) await refresh(at);
    return at - fetchedAt > usableFor ? undefined : select(keys, kid);
  };
  return { find };
}

export async function fetchKeySet(uri: string): Promise<unknown> {
  return await fetchJson(uri, longestKeySet);
}

function select(keys: readonly VerificationKey[], kid: string | undefined): VerificationKey | undefined {
  const candidates = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** An issuer publishes keys for other uses beside: what we would refuse in the trust list is left out here. */
function usableKeys(set: unknown): readonly VerificationKey[] {
  if (!isObject(set) || !Array.isArray(set.keys)) throw new Error('not a JSON Web Key Set');
  return set.keys.flatMap((jwk: unknown) => {
    try {
      return [readKey(jwk)];
    } catch {
      return [];
    }
  });
}
