// What the provider remembers for a while, as texts that it alone understands.
import { isDuplicateKey } from './commit.ts';
import { type Database, notGone, within } from './database.ts';

export type ProviderRow = {
  readonly _id: string;
  readonly text: string;
  /** By which it is found, or taken back, together with others. */
  readonly uid?: string;
  readonly grant?: string;
  readonly consumed?: Date;
  readonly gone?: Date;
};

export type ProviderRows = {
  readonly find: (by: { readonly _id: string } | { readonly uid: string }, now: Date) => Promise<ProviderRow | undefined>;
  readonly put: (row: ProviderRow) => Promise<void>;
  /** False where there is one already: of however many at the same time one alone is told true. */
  readonly insert: (row: ProviderRow) => Promise<boolean>;
  readonly consume: (id: string, now: Date) => Promise<void>;
  readonly remove: (by: { readonly _id: string } | { readonly grant: string }) => Promise<void>;
};

export function providerRowsOf(database: Database): ProviderRows {
  const { provider } = database;
  return {
    find: async (by, now) => (await provider.findOne({ ...by, ...notGone(now) }, within(database))) ?? undefined,
    put: async ({ _id, ...row }) => void (await provider.replaceOne({ _id }, row, { upsert: true, ...within(database) })),
    insert: async (row) => {
      try {
        await provider.insertOne(row, within(database));
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    consume: async (id, now) => void (await provider.updateOne({ _id: id }, { $set: { consumed: now } }, within(database))),
    remove: async (by) => void (await provider.deleteMany(by, within(database))),
  };
}
