// The keys with which the provider signs, shared by all of its processes.
// https://openid.net/specs/openid-connect-core-1_0.html#RotateSigningKeys
import { createHash, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { keyName } from '../identity/claims.ts';
import { transaction } from './commit.ts';
import { type Database, notGone, within } from './database.ts';
import { revoke } from './revocation.ts';

export type SigningKey = {
  /** Its `kid`. */
  readonly _id: string;
  /** Private. */
  readonly jwk: JsonWebKey;
  readonly made: Date;
  /** Until when tokens that it signed may be in use; absent: it signs. */
  readonly gone?: Date;
};

export type SigningKeys = {
  /** Newest first. */
  readonly list: (now: Date) => Promise<readonly SigningKey[]>;
  /** Another key signs from now on. `forget`: what the others have signed is void at once, else when it ends. */
  readonly rotate: (now: Date, options?: { readonly forget: boolean }) => Promise<void>;
};

/** Longer than any access token lives. */
const usableFor = 3600 * 1000;

export function signingKeysOf(database: Database, databases: readonly Database[]): SigningKeys {
  return {
    list: async (now) => await database.signingKeys.find(notGone(now)).sort({ made: -1, _id: 1 }).toArray(),
    rotate: async (now, { forget } = { forget: false }) => {
      const key = newKey(now);
      await transaction(database, async (inside) => {
        const old = await inside.signingKeys.find({}, within(inside)).toArray();
        if (forget) {
          await inside.signingKeys.deleteMany({}, within(inside));
          for (const { _id } of old) await revoke(inside, databases, keyName(_id), now);
        } else {
          const $set = { gone: new Date(now.getTime() + usableFor) };
          await inside.signingKeys.updateMany({ gone: { $exists: false } }, { $set }, within(inside));
        }
        await inside.signingKeys.insertOne(key, within(inside));
      });
    },
  };
}

function newKey(now: Date): SigningKey {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return { _id: createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('base64url'), jwk, made: now };
}

export function publicJwk({ _id, jwk }: SigningKey): JsonWebKey {
  return { ...createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' }), kid: _id, alg: 'ES256', use: 'sig' };
}
