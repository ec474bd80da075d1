// What the provider remembers for a while, as texts that it alone understands; and how what it has granted ends.

import { randomUUID } from 'node:crypto';
import type { Vouched } from '../identity/caller.ts';
import { grantName, tokenName } from '../identity/claims.ts';
import { isDuplicateKey, transaction } from './commit.ts';
import { type Database, notGone, within } from './database.ts';
import { isRevoked, revoke } from './revocation.ts';

export type ProviderRow = {
  readonly _id: string;
  readonly text: string;
  /** By which it is found, or taken back, together with others. */
  readonly uid?: string;
  readonly grant?: string;
  readonly account?: string;
  readonly consumed?: Date;
  readonly gone?: Date;
};

export type Tie = { readonly grant: string; readonly session: string; readonly account: string; readonly gone: Date };

export type ProviderRows = {
  readonly find: (by: { readonly _id: string } | { readonly uid: string }, now: Date) => Promise<ProviderRow | undefined>;
  /** What was used stays used. */
  readonly put: (row: Omit<ProviderRow, 'consumed'>) => Promise<void>;
  /** False where there is one already: of however many at the same time one alone is told true. */
  readonly insert: (row: ProviderRow) => Promise<boolean>;
  /** Of however many at the same time one alone is told true. */
  readonly consume: (id: string, now: Date) => Promise<boolean>;
  readonly remove: (id: string) => Promise<void>;
  /** With all that rests on it, tokens that were given out included. */
  readonly endGrant: (grant: string, now: Date) => Promise<void>;
  /** Every grant and every session of the account. */
  readonly endAccount: (account: string, now: Date) => Promise<void>;
  /** The grant ends with the session, if not before. */
  readonly tieToSession: (tie: Tie) => Promise<void>;
  /** Every grant that is tied to it. */
  readonly endSession: (session: string, now: Date) => Promise<void>;
  /** A token that was given out, by its `jti`. */
  readonly endToken: (token: string, now: Date) => Promise<void>;
  /** Whether nothing that a token rests on has been revoked. */
  readonly stands: (vouched: Vouched | undefined) => Promise<boolean>;
};

/** `databases`: those in which tokens are used. */
export function providerRowsOf(database: Database, databases: readonly Database[]): ProviderRows {
  const { provider } = database;
  const end = async (by: Ended, now: Date): Promise<void> =>
    await transaction(database, async (inside) => await endWithin(inside, databases, by, now));
  return {
    find: async (by, now) => (await provider.findOne({ ...by, ...notGone(now) }, within(database))) ?? undefined,
    put: async (row) => void (await provider.updateOne({ _id: row._id }, inPlaceOf(row), { upsert: true, ...within(database) })),
    insert: async (row) => {
      try {
        await provider.insertOne(row, within(database));
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    consume: async (id, now) => {
      const unused = { _id: id, consumed: { $exists: false } };
      return (await provider.updateOne(unused, { $set: { consumed: now } }, within(database))).modifiedCount === 1;
    },
    remove: async (id) => void (await provider.deleteOne({ _id: id }, within(database))),
    endGrant: async (grant, now) => await end({ grant }, now),
    endAccount: async (account, now) => await end({ account }, now),
    tieToSession: async ({ session, ...tie }) =>
      void (await provider.insertOne({ _id: `Tie|${tie.grant}`, text: '', uid: tieOf(session), ...tie }, within(database))),
    endSession: async (session, now) => await end({ uid: tieOf(session) }, now),
    endToken: async (token, now) =>
      await transaction(database, async (inside) => await revoke(inside, databases, tokenName(token), now)),
    stands: async (vouched) => !(await isRevoked(database, vouched)),
  };
}

type Ended = { readonly grant: string } | { readonly account: string } | { readonly uid: string };

/** In the transaction that is open. */
export async function endWithin(inside: Database, databases: readonly Database[], by: Ended, now: Date): Promise<void> {
  const { provider, accounts } = inside;
  // What is about to rest on it does so in vain.
  if ('account' in by) await accounts.updateOne({ _id: { $eq: by.account } }, { $set: { epoch: randomUUID() } }, within(inside));
  const found = await provider.find(by, { projection: { grant: 1 }, ...within(inside) }).toArray();
  const grants = new Set([...('grant' in by ? [by.grant] : []), ...found.flatMap(({ grant }) => grant ?? [])]);
  for (const grant of grants) {
    await revoke(inside, databases, grantName(grant), now);
    await provider.deleteMany({ grant }, within(inside));
  }
  await provider.deleteMany(by, within(inside));
}

const tieOf = (session: string): string => `Tie|${session}`;
const optional = ['uid', 'grant', 'account', 'gone'] as const;

function inPlaceOf({ _id, ...row }: Omit<ProviderRow, 'consumed'>): object {
  const absent = optional.filter((name) => row[name] === undefined);
  return { $set: row, ...(absent.length === 0 ? {} : { $unset: Object.fromEntries(absent.map((name) => [name, ''])) }) };
}
