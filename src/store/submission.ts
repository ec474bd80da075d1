// What a depositor has published under which master identifier, and what he was answered: kept among the keys, in the transaction of the deposit.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { type Database, type Key, within } from './database.ts';

/** `ids`: what came of it; `digest`: of what was sent; `of`: the name of the set in which it was; `text`: the set's answer, without resources. */
export type Submission = { readonly name: string } & Pick<Key, 'ids' | 'digest' | 'of' | 'text'>;

export type Submissions = {
  readonly find: (names: readonly string[]) => Promise<readonly Submission[]>;
  /** Inside a transaction: of two who keep the same name at once one begins again. */
  readonly keep: (submissions: readonly Submission[]) => Promise<void>;
};

export function submissionsOf(database: Database): Submissions {
  const { keys } = database;
  return {
    find: async (names) => {
      const found = await keys.find({ _id: { $in: [...names] } }, within(database)).toArray();
      return found.map(({ _id, ...kept }) => ({ name: _id, ...kept }));
    },
    keep: async (submissions) => {
      const rows = submissions.map(({ name, ...kept }) => ({
        replaceOne: { filter: { _id: name }, replacement: kept, upsert: true },
      }));
      if (rows.length > 0) await keys.bulkWrite(rows, within(database));
    },
  };
}
