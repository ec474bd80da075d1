// A JSON Web Key as the one algorithm it verifies: fixed by the key, never by the token that names it.
// https://www.rfc-editor.org/rfc/rfc7517#section-4, https://www.rfc-editor.org/rfc/rfc8725#section-3.1
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isObject, type JsonObject } from '../fhir/json.ts';

export type Algorithm = 'RS256' | 'RS384' | 'PS256' | 'ES256' | 'ES384';
export type VerificationKey = { readonly kid?: string; readonly algorithm: Algorithm; readonly key: KeyObject };

const rsaAlgorithms: readonly Algorithm[] = ['RS256', 'RS384', 'PS256'];
const curves: ReadonlyMap<unknown, Algorithm> = new Map([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
]);

/** Throws an Error that says what is wrong with the key. */
export function readKey(jwk: unknown): VerificationKey {
  if (!isObject(jwk)) throw new Error('not a JSON object');
  if (jwk.d !== undefined || jwk.k !== undefined) throw new Error('holds a secret; only public keys are accepted');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new Error('`use` is not `sig`');
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) {
    throw new Error('`key_ops` lacks `verify`');
  }
  if (jwk.kid !== undefined && (typeof jwk.kid !== 'string' || jwk.kid === '')) throw new Error('`kid` is not a text');
  const algorithm = algorithmOf(jwk);
  const key = jwk.kty === 'RSA' ? rsaKey(jwk) : ellipticKey(jwk);
  return typeof jwk.kid === 'string' ? { kid: jwk.kid, algorithm, key } : { algorithm, key };
}

function algorithmOf(jwk: JsonObject): Algorithm {
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC') throw new Error('`kty` must be RSA or EC');
  const possible = jwk.kty === 'RSA' ? rsaAlgorithms : [curves.get(jwk.crv)];
  const algorithm = jwk.alg === undefined ? possible[0] : possible.find((name) => name === jwk.alg);
  if (algorithm === undefined) throw new Error('must be RSA with RS256, RS384 or PS256, P-256 with ES256, or P-384 with ES384');
  return algorithm;
}

function rsaKey({ n, e }: JsonObject): KeyObject {
  const key = publicKey({ kty: 'RSA', n: member(n, 'n'), e: member(e, 'e') });
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048) throw new Error('RSA keys need 2048 bits or more');
  if (publicExponent < 65537n) throw new Error('the RSA exponent must be 65537 or more');
  return key;
}

function ellipticKey({ crv, x, y }: JsonObject): KeyObject {
  return publicKey({ kty: 'EC', crv: member(crv, 'crv'), x: member(x, 'x'), y: member(y, 'y') });
}

function publicKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Error('is no valid public key');
  }
}

function member(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`\`${name}\` is missing`);
  return value;
}
