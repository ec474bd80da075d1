import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { authenticate } from '../../src/identity/authenticate.ts';
import { loadTrust } from '../../src/identity/trust.ts';
import { type Claims, claims, testIssuer } from './issuer.ts';
import { trustOf, trustOptions } from './trust-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'trust-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(content: unknown): string {
  const file = join(folder, 'issuers.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const rsa = (modulusLength: number, publicExponent = 65537): JsonWebKey =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
const curve = (namedCurve: string): JsonWebKey => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
const withSecret: JsonWebKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const [rsaKey, p256, p384] = [rsa(2048), curve('P-256'), curve('P-384')];
const issuer = 'https://a.example';
const entry = { issuer, jwks: { keys: [p256] }, kinds: ['structure'] };
const keyed = (...keys: readonly unknown[]): unknown => [{ ...entry, jwks: { keys } }];

describe('a trust list that is right', () => {
  test.each<[string, Claims, string]>([
    ['RSA', rsaKey, 'RS256'],
    ['RSA for RS384', { ...rsaKey, alg: 'RS384' }, 'RS384'],
    ['RSA for PS256', { ...rsaKey, alg: 'PS256', use: 'sig', key_ops: ['verify'] }, 'PS256'],
    ['P-256', p256, 'ES256'],
    ['P-384', { ...p384, alg: 'ES384' }, 'ES384'],
  ])('%s', async (_name, key, algorithm) => {
    const trust = loadTrust(written(keyed({ ...key, kid: 'k' }, { kty: 'OKP', use: 'enc' })), [], trustOptions);
    expect((await trust.issuers.get(issuer)?.keys.find('k', new Date()))?.algorithm).toBe(algorithm);
    expect(await trust.issuers.get(issuer)?.keys.find('other', new Date())).toBeUndefined();
  });

  test('the audience of an entry replaces our base URL', async () => {
    const other = testIssuer({ baseUrl: 'https://audience.example' });
    const trust = trustOf([{ ...other.trusted, audience: 'https://audience.example' }]);
    expect((await authenticate(trust, `Bearer ${other.token(claims.feeder())}`, new Date())).who.kind).toBe('feeder');
  });

  test('a lone key needs no kid', async () => {
    const lone = testIssuer();
    const [, key] = lone.trusted.jwks?.keys ?? [];
    const trust = trustOf([{ ...lone.trusted, jwks: { keys: [{ ...Object(key), kid: undefined }] } }]);
    const token = lone.token(claims.feeder(), { header: { kid: undefined } });
    expect((await authenticate(trust, `Bearer ${token}`, new Date())).who.kind).toBe('feeder');
  });
});

describe('a trust list that is wrong stops the start with one line', () => {
  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /is not JSON$/],
    ['no array', {}, /must hold a JSON array/],
    ['a name twice', '[{"issuer":"https://a.example","issuer":"https://b.example"}]', /same name twice/],
    ['an entry that is no object', [7], /entry 1: must be a JSON object/],
    ['an unknown member', [entry, { ...entry, jwks_uri: 'x' }], /entry 2: `jwks_uri` is not one of/],
    ['no issuer', [{ ...entry, issuer: undefined }], /entry 1: `issuer`/],
    ['an issuer that is no URL', [{ ...entry, issuer: 'a' }], /`issuer`/],
    ['an issuer with a bar', [{ ...entry, issuer: 'https://a.example/|' }], /`issuer`/],
    ['an issuer twice', [entry, entry], /entry 2: https:\/\/a\.example is listed twice/],
    ['an audience that is a list', [{ ...entry, audience: ['x'] }], /`audience`/],
    ['no kinds', [{ ...entry, kinds: [] }], /`kinds`/],
    ['an unknown kind', [{ ...entry, kinds: ['structure', 'insurer'] }], /`kinds`/],
    ['no keys', [{ ...entry, jwks: undefined }], /either `jwks` or `jwksUri`/],
    ['keys twice', [{ ...entry, jwksUri: 'https://a.example/jwks' }], /either `jwks` or `jwksUri`/],
    ['keys over plain http', [{ ...entry, jwks: undefined, jwksUri: 'http://a.example/jwks' }], /`jwksUri`/],
    ['keys in a file', [{ ...entry, jwks: undefined, jwksUri: 'file:///etc/passwd' }], /`jwksUri`/],
    ['a set that is none', [{ ...entry, jwks: [] }], /JSON Web Key Set/],
    ['an empty set', keyed(), /no key/],
    ['several keys without kid', keyed(p256, p384), /need a `kid`/],
    ['a kid twice', keyed({ ...p256, kid: 'k' }, { ...p384, kid: 'k' }), /need a `kid`/],
    ['a weak RSA key', keyed(rsa(1024)), /jwks\.keys\[0\]: RSA keys need 2048 bits/],
    ['a weak RSA exponent', keyed(rsa(2048, 3)), /exponent/],
    ['a symmetric key', keyed({ kty: 'oct', k: 'c2VjcmV0' }), /secret/],
    ['a private key', keyed(withSecret), /secret/],
    ['EdDSA', keyed({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }), /`kty`/],
    ['another curve', keyed(curve('P-521')), /must be RSA/],
    ['an algorithm of another key', keyed({ ...p256, alg: 'ES384' }), /must be RSA/],
    ['HS256', keyed({ ...rsaKey, alg: 'HS256' }), /must be RSA/],
    ['none', keyed({ ...rsaKey, alg: 'none' }), /must be RSA/],
    ['RS512', keyed({ ...rsaKey, alg: 'RS512' }), /must be RSA/],
    ['a point off the curve', keyed({ ...p256, y: p256.x }), /no valid public key/],
    ['a key without its numbers', keyed({ kty: 'RSA', e: 'AQAB' }), /`n` is missing/],
    ['a key for encryption', keyed({ ...p256, use: 'enc' }), /no key/],
    ['a key for signing only', keyed({ ...p256, key_ops: ['sign'] }), /key_ops/],
  ])('%s', (_name, content, message) => {
    const file = written(content);
    expect(() => loadTrust(file, [], trustOptions)).toThrow(message);
    expect(() => loadTrust(file, [], trustOptions)).toThrow(new RegExp(`^TRUSTED_ISSUERS ${file}(, entry \\d)?: [^\\n]+$`));
  });

  test('no file', () => {
    expect(() => loadTrust(join(folder, 'none.json'), [], trustOptions)).toThrow(/none\.json: cannot be read \(ENOENT\)$/);
  });

  test('the file and the server name the same issuer', () => {
    expect(() => loadTrust(written([entry]), [{ issuer, jwks: { keys: [p256] }, kinds: ['holder'] }], trustOptions)).toThrow(
      /listed twice/,
    );
  });
});
