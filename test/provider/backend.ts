// A backend service: its keys, its registration and how it asks for a token.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import request from 'supertest';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Client, Clients } from '../../src/store/client.ts';
import type { Carnet, Reply } from '../carnet.ts';
import { base64url } from '../identity/issuer.ts';

export const issuer = 'http://carnet.test/oidc';
export const tokenUrl = `${issuer}/token`;

export type Keys = {
  readonly alg: 'ES384' | 'RS384';
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonObject;
};

export function newKeys(alg: Keys['alg'] = 'ES384'): Keys {
  const kid = randomUUID();
  const { privateKey, publicKey } =
    alg === 'ES384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

export function assertion(id: string, keys: Keys, more: JsonObject = {}, header: JsonObject = {}): string {
  const [head, claims] = assertionParts(id, keys);
  return signed(JSON.stringify({ ...head, ...header }), JSON.stringify({ ...claims, ...more }), keys);
}

export function assertionParts(id: string, keys: Keys): readonly [header: JsonObject, claims: JsonObject] {
  const now = Math.floor(Date.now() / 1000);
  return [
    { alg: keys.alg, typ: 'JWT', kid: keys.kid },
    { iss: id, sub: id, aud: tokenUrl, jti: randomUUID(), iat: now, exp: now + 60 },
  ];
}

/** Header and claims as they stand. */
export function signed(header: string, claims: string, keys: Keys): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  const signature = sign('sha384', Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

export async function askToken({ address }: Pick<Carnet, 'address'>, form: Readonly<Record<string, string>>): Promise<Reply> {
  const { status, headers, body, text } = await request(address)
    .post('/oidc/token')
    .type('form')
    .send({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...form,
    })
    .ok(() => true);
  return { status, headers, body, text };
}

export async function register(clients: Clients, keys: Keys, more: Partial<Client> = {}): Promise<string> {
  const _id = randomUUID();
  const registration = randomUUID();
  const fixed = {
    _id,
    registration,
    kind: 'structure',
    name: 'CHU',
    finess: '750712184',
    scope: 'system/*.cruds',
    made: new Date(),
  } as const;
  await clients.add({ ...fixed, jwks: { keys: [keys.jwk] }, ...more });
  return _id;
}
