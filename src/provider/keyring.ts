// The provider's signing keys as this process knows them: those that verify, and the one that signs.
// https://www.rfc-editor.org/rfc/rfc7517#section-5
import { readKey, type VerificationKey } from '../identity/key.ts';
import type { KeySet } from '../identity/key-set.ts';
import { publicJwk, type SigningKey, type SigningKeys } from '../store/signing-key.ts';

export type Keyring = {
  /** Of tokens that come back: asks the database for a key that it does not know, once a second at most. */
  readonly verification: KeySet;
  /** Newest first, as they are now. */
  readonly signing: () => Promise<readonly SigningKey[]>;
};

const freshFor = 60_000;
const retryAfter = 1000;

/** Makes the first key where there is none. */
export async function openKeyring(keys: SigningKeys, clock: () => Date): Promise<Keyring> {
  if ((await keys.list(clock())).length === 0) await keys.rotate(clock());
  let known: ReadonlyMap<string, VerificationKey> = new Map();
  let loaded = Number.NEGATIVE_INFINITY;
  const signing = async (): Promise<readonly SigningKey[]> => {
    loaded = performance.now();
    const current = await keys.list(clock());
    // The same object as long as it is the same key: by it a token that was seen before is known again.
    known = new Map(current.map((key) => [key._id, known.get(key._id) ?? readKey(publicJwk(key))]));
    return current;
  };
  const find: KeySet['find'] = async (kid) => {
    const age = performance.now() - loaded;
    if (age > freshFor || (kid !== undefined && !known.has(kid) && age > retryAfter)) await signing();
    return kid === undefined ? undefined : known.get(kid);
  };
  await signing();
  return { verification: { find }, signing };
}
