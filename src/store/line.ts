// A line of documents and what hangs on it: effective labels, holds and categories recomputed inside the writing transaction.
import { isSameEnvelope } from '../filter/envelope.ts';
import type { Envelope, Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';

export type Line = {
  readonly rec: string;
  /** Ids of the first of each chain of successors touched. */
  readonly lines: readonly string[];
  /** The effective envelope of each row of the lines, from all of them (access/inherit.ts). */
  readonly inherit: (rows: readonly Row[]) => ReadonlyMap<string, Envelope>;
};

/**
 * Every row of the line is raised, changed or not: a concurrent change of labels conflicts. Returns what traces and lists may point at
 * and is hidden otherwise now. `replaced`: ids of those whose new text has changed their envelope already.
 */
export async function relabelLine(
  database: Database,
  { rec, lines, inherit }: Line,
  replaced: ReadonlySet<string>,
): Promise<readonly string[]> {
  const rows = await database
    .of('DocumentReference')
    .find({ rec, line: { $in: [...lines] } }, { ...within(database), projection: { w: 0, f: 0 } })
    .toArray();
  const envelopes = inherit(rows);
  const touched: string[] = [];
  for (const row of rows) {
    const envelope = envelopes.get(row._id);
    if (envelope === undefined) continue;
    const change = changeTo(envelope);
    await database.of('DocumentReference').updateOne({ _id: row._id }, { ...change, $inc: { n: 1 } }, within(database));
    const isMoved = !isSameEnvelope(row, envelope);
    if (isMoved) await database.history.updateMany({ rec, type: 'DocumentReference', id: row._id }, change, within(database));
    if (isMoved || replaced.has(row._id)) touched.push(`DocumentReference/${row._id}`);
    touched.push(...(await relabelBytes(database, row, envelope)));
  }
  return touched;
}

/** A Binary is visible exactly where its document is. */
async function relabelBytes(database: Database, document: Row, envelope: Envelope): Promise<readonly string[]> {
  const mine = { rec: document.rec ?? '', of: document._id };
  const found = await database
    .of('Binary')
    .find(mine, { ...within(database), projection: { rd: 1, hold: 1, tc: 1, tcs: 1 } })
    .toArray();
  if (found.length === 0) return [];
  const { $set, $unset } = changeTo(envelope);
  await database
    .of('Binary')
    .updateMany(mine, { $set: { ...$set, ...asBytesOf(document) }, $unset, $inc: { n: 1 } }, within(database));
  return found.filter((row) => !isSameEnvelope(row, envelope)).map(({ _id }) => `Binary/${_id}`);
}

/** What a Binary takes from its document beside the envelope. */
export function asBytesOf({ date, dhi, line, idx }: Row): Pick<Row, 'date' | 'dhi' | 'line' | 'idx'> {
  return { date, dhi, line, idx: idx.filter(isRuled) };
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
