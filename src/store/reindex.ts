// Indexes the stored rows of a type anew, from their own text, while the server reads and writes them; what was interrupted goes on where it was.
// https://www.mongodb.com/docs/manual/reference/method/db.collection.bulkWrite/
import { createHash } from 'node:crypto';
import type { Row } from '../filter/row.ts';
import { transaction } from './commit.ts';
import { type Database, within } from './database.ts';
import { type Definition, setMade } from './index-state.ts';
import { isRuled } from './line.ts';

export type Index = Pick<Row, 'idx' | 'p' | 's' | 'c' | 'w'>;
export type Reindex = {
  readonly type: string;
  readonly definition: Definition;
  /** What a write would index by, from the exact text of the resource. */
  readonly index: (text: string) => Index;
  /** `all`: about how many there are. */
  readonly progress: (done: number, all: number) => void;
};

type Old = Pick<Row, '_id' | 'v' | 'n' | 'rec' | 'idx' | 'j'>;

const mostRows = 200;
/** Characters of text in memory at once, but for one row. */
const mostText = 8_000_000;

/** Gives how many rows are done. */
export async function reindex(database: Database, { type, definition, index, progress }: Reindex): Promise<number> {
  const digest = createHash('sha256')
    .update(JSON.stringify([...definition]))
    .digest('base64url');
  let { after, done } = await interrupted(database, type, digest);
  const all = await database.of(type).estimatedDocumentCount();
  progress(done, all);
  for (;;) {
    const rows = await rowsAfter(database, type, after);
    const last = rows.at(-1);
    if (last === undefined) break;
    // One that was written meanwhile is read again.
    if ((await rewrite(database, type, rows, index)) < rows.length) continue;
    after = last._id;
    done += rows.length;
    await database.indexes.updateOne({ _id: type }, { $set: { job: { digest, after, done } } }, { upsert: true });
    progress(done, all);
  }
  await setMade(database, type, definition);
  return done;
}

type Place = { readonly after: string; readonly done: number };

/** Where it stopped, if it was for the same definition. */
async function interrupted(database: Database, type: string, digest: string): Promise<Place> {
  const job = (await database.indexes.findOne({ _id: type }))?.job;
  return job?.digest === digest ? job : { after: '', done: 0 };
}

async function rowsAfter(database: Database, type: string, after: string): Promise<readonly Old[]> {
  const projection = { v: 1, n: 1, rec: 1, idx: 1, j: 1 };
  const cursor = database
    .of(type)
    .find<Old>({ _id: { $gt: after } }, { projection, sort: { _id: 1 }, limit: mostRows, batchSize: 50 });
  const rows: Old[] = [];
  let size = 0;
  for await (const row of cursor) {
    rows.push(row);
    size += row.j.length;
    if (size > mostText) break;
  }
  return rows;
}

/** How many still were as they had been read. */
async function rewrite(database: Database, type: string, rows: readonly Old[], index: Reindex['index']): Promise<number> {
  const anew = rows.map((row) => ({ row, to: index(row.j) }));
  const alike = anew.filter(({ row, to }) => isAlikeRuled(row, to));
  const updates = alike.map(({ row, to }) => ({ updateOne: { filter: asRead(row), update: updateTo(to) } }));
  const { matchedCount } =
    updates.length === 0 ? { matchedCount: 0 } : await database.of(type).bulkWrite(updates, { ordered: false });
  let moved = 0;
  for (const { row, to } of anew) if (!isAlikeRuled(row, to)) moved += await moveRuled(database, type, row, to);
  return matchedCount + moved;
}

const asRead = ({ _id, v, n }: Old): Pick<Row, '_id' | 'v' | 'n'> => ({ _id, v, n });

function updateTo(to: Index): { readonly $set: Index; readonly $unset?: Record<string, ''> } {
  const absent = (['c', 'w'] as const).filter((name) => to[name] === undefined);
  return absent.length === 0 ? { $set: to } : { $set: to, $unset: Object.fromEntries(absent.map((name) => [name, '' as const])) };
}

function isAlikeRuled({ idx }: Old, to: Index): boolean {
  const [before, after] = [idx, to.idx].map((tokens) => tokens.filter(isRuled).toSorted().join('\n'));
  return before === after;
}

/** Tokens that rules speak about go to the old versions and the bytes of the resource too, at once. */
async function moveRuled(database: Database, type: string, row: Old, to: Index): Promise<number> {
  return await transaction(database, async (inside) => {
    const { matchedCount } = await inside.of(type).updateOne(asRead(row), updateTo(to), within(inside));
    if (matchedCount === 0) return 0;
    const $set = { idx: to.idx.filter(isRuled) };
    await inside.history.updateMany({ type, id: row._id }, { $set }, within(inside));
    if (type === 'DocumentReference' && row.rec !== undefined)
      await inside.of('Binary').updateMany({ rec: row.rec, of: row._id }, { $set, $inc: { n: 1 } }, within(inside));
    return 1;
  });
}
