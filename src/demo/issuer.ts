// The development issuer: signs the tokens of the demonstration's callers with a key of this installation's own.
// https://www.rfc-editor.org/rfc/rfc7518#section-3.4 (ES256)
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { everyKind, type TrustedIssuer } from '../identity/trust.ts';

export type DevelopmentIssuer = {
  /** Its entry for the trust list: it speaks for every kind. */
  readonly trusted: TrustedIssuer;
  /** A token for this server; `expiresIn` in seconds. */
  readonly sign: (claims: JsonObject, options: { readonly expiresIn: number }) => string;
};

/** Makes the key at the first call and keeps it in `dataDir`, readable by its owner only. Never call it in production. */
export async function createIssuer({
  dataDir,
  baseUrl,
}: {
  readonly dataDir: string;
  readonly baseUrl: string;
}): Promise<DevelopmentIssuer> {
  const key = await keptKey(dataDir);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('base64url');
  const issuer = new URL('/development-issuer', baseUrl).href;
  return {
    trusted: { issuer, jwks: { keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] }, kinds: everyKind },
    sign: (claims, { expiresIn }) =>
      jwt.sign({ iss: issuer, aud: baseUrl, jti: randomUUID(), ...claims }, key, { algorithm: 'ES256', keyid: kid, expiresIn }),
  };
}

async function keptKey(dataDir: string): Promise<KeyObject> {
  const file = join(dataDir, 'development-issuer.pem');
  const pem = (await read(file)) ?? (await make(dataDir, file));
  await chmod(file, 0o600);
  const key = privateKey(pem);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error(`${file} holds no P-256 key: delete it to have a new one made`);
  return key;
}

/** The file appears whole or not at all; of two processes that start together both use the first one's key. */
async function make(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    await link(draft, file).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return isObject(error) ? error.code : undefined;
}
