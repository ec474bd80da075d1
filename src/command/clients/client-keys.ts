// The public keys of a client, as its operator hands them over: a key set in a file, or its address.
// https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#registering-a-client-communicating-public-keys
import { readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../../fhir/json.ts';
import { readKey } from '../../identity/key.ts';
import type { ClientKeys } from '../../store/client.ts';
import { StartError } from '../start-error.ts';

const accepted = 'RSA of 2048 bits or more for RS384, or P-384 for ES384';

/** Throws StartError. */
export function keysIn(options: { readonly jwks?: string | undefined; readonly 'jwks-uri'?: string | undefined }): ClientKeys {
  const { jwks: file, 'jwks-uri': uri } = options;
  if ((file === undefined) === (uri === undefined)) throw new StartError('Give either --jwks FILE or --jwks-uri URL');
  if (uri !== undefined) return { jwksUri: addressOf(uri) };
  const set = parsed(file ?? '');
  const keys = isObject(set) && Array.isArray(set.keys) ? set.keys : [];
  if (keys.length === 0) throw new StartError('--jwks is no JSON Web Key Set with keys');
  const known = keys.map((key: unknown, at) => keyOf(key, at));
  if (new Set(known.map(({ kid }) => kid)).size < known.length) throw new StartError('--jwks: two keys have the same kid');
  return { jwks: { keys: known } };
}

function addressOf(uri: string): string {
  const url = URL.parse(uri);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw new StartError('--jwks-uri is an https address without a password');
  return uri;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new StartError('--jwks cannot be read as JSON');
  }
}

/** What verifies RS384 or ES384, with nothing beside. */
function keyOf(key: unknown, at: number): JsonObject {
  const fail = (text: string): StartError => new StartError(`--jwks, key ${at + 1}: ${text}`);
  if (!isObject(key)) throw fail('is no object');
  const { kty, crv, n, e, x, y, kid } = key;
  const alg = kty === 'RSA' ? 'RS384' : 'ES384';
  if (typeof kid !== 'string' || kid === '') throw fail('has no kid');
  try {
    if (readKey({ ...key, alg: key.alg ?? alg }).algorithm !== alg) throw new Error(`must be ${accepted}`);
  } catch (error) {
    throw fail(Error.isError(error) ? error.message : accepted);
  }
  return kty === 'RSA' ? { kty, n, e, kid, alg, use: 'sig' } : { kty, crv, x, y, kid, alg, use: 'sig' };
}
