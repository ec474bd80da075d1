// A line of documents and what hangs on it: effective labels, holds and categories recomputed inside the writing transaction.
import type { Envelope, Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';

export type Line = {
  readonly rec: string;
  /** Ids of the first of each chain of successors touched. */
  readonly lines: readonly string[];
  /** The effective envelope of each row of the lines, from all of them (access/inherit.ts). */
  readonly inherit: (rows: readonly Row[]) => ReadonlyMap<string, Envelope>;
};

/** Every row of the line is raised, changed or not: a concurrent change of labels conflicts. Returns what traces may point at. */
export async function relabelLine(database: Database, { rec, lines, inherit }: Line): Promise<readonly string[]> {
  const rows = await database
    .of('DocumentReference')
    .find({ rec, line: { $in: [...lines] } }, within(database))
    .toArray();
  const envelopes = inherit(rows);
  const touched: string[] = [];
  for (const row of rows) {
    const envelope = envelopes.get(row._id);
    if (envelope === undefined) continue;
    const change = changeTo(envelope);
    await database.of('DocumentReference').updateOne({ _id: row._id }, { ...change, $inc: { n: 1 } }, within(database));
    await database.history.updateMany({ rec, type: 'DocumentReference', id: row._id }, change, within(database));
    touched.push(`DocumentReference/${row._id}`, ...(await relabelBytes(database, row, envelope)));
  }
  return touched;
}

/** A Binary is visible exactly where its document is. */
async function relabelBytes(database: Database, document: Row, envelope: Envelope): Promise<readonly string[]> {
  const mine = { rec: document.rec ?? '', of: document._id };
  const found = await database
    .of('Binary')
    .find(mine, { ...within(database), projection: { _id: 1 } })
    .toArray();
  if (found.length === 0) return [];
  const { $set, $unset } = changeTo(envelope);
  const asDocument = { ...$set, date: document.date, dhi: document.dhi, line: document.line, idx: document.idx.filter(isRuled) };
  await database.of('Binary').updateMany(mine, { $set: asDocument, $unset, $inc: { n: 1 } }, within(database));
  return found.map(({ _id }) => `Binary/${_id}`);
}

/** Tokens that a provision can speak about. */
export function isRuled(token: string): boolean {
  return token.startsWith('_security|') || token.startsWith('category|');
}

export function changeTo({ rd, hold, tc, tcs }: Envelope): { $set: Partial<Row>; $unset: Record<string, ''> } {
  const absent = Object.entries({ hold, tc, tcs }).filter(([, value]) => value === undefined);
  return {
    $set: {
      rd,
      ...(hold === undefined ? {} : { hold }),
      ...(tc === undefined ? {} : { tc }),
      ...(tcs === undefined ? {} : { tcs }),
    },
    $unset: Object.fromEntries(absent.map(([name]) => [name, '' as const])),
  };
}
