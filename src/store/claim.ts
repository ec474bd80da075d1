// Names that two transactions may not both write at once, kept among the keys.
// https://www.mongodb.com/docs/manual/core/write-operations-atomicity/
import { type Database, within } from './database.ts';

/** Of two transactions that claim the same name at once one begins again, and then sees what the other did. */
export async function claim(database: Database, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const claims = [...new Set(names)].toSorted().map((name) => ({
    updateOne: { filter: { _id: `claim|${name}` }, update: { $inc: { n: 1 } }, upsert: true },
  }));
  await database.keys.bulkWrite(claims, within(database));
}
