// A line of documents and what hangs on it: effective labels, holds and categories recomputed inside the writing transaction.
import { isSameEnvelope } from '../filter/envelope.ts';
import type { Envelope, Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';

export type Line = {
  readonly rec: string;
  /** Ids of the documents of the chains of successors touched. */
  readonly lines: readonly string[];
  /** Ids of what the row succeeds. */
  readonly targets: (row: Row) => readonly string[];
  /** The effective envelope of each row of the lines, from all of them and from what they succeed that is deleted (access/inherit.ts). */
  readonly inherit: (rows: readonly Row[], gone: readonly Row[]) => ReadonlyMap<string, Envelope>;
};

/**
 * Every row of the line is raised, changed or not: a concurrent change of labels conflicts. Returns what traces and lists may point at
 * and is hidden otherwise now. `replaced`: ids of those whose new text has changed their envelope already.
 */
export async function relabelLine(database: Database, line: Line, replaced: ReadonlySet<string>): Promise<readonly string[]> {
  const { rec, lines } = line;
  const rows = await database
    .of('DocumentReference')
    .find({ rec, line: { $in: [...lines] } }, { ...within(database), projection: { w: 0, f: 0 } })
    .toArray();
  const envelopes = line.inherit(rows, await goneFrom(database, line, rows));
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

/** What the rows succeed and is deleted, each as it last was. */
async function goneFrom(database: Database, { rec, targets }: Line, rows: readonly Row[]): Promise<readonly Row[]> {
  const known = new Set(rows.map(({ _id }) => _id));
  const gone: Row[] = [];
  for (let next: readonly Row[] = rows; next.length > 0; ) {
    const lacking = [...new Set(next.flatMap(targets))].filter((id) => !known.has(id));
    for (const id of lacking) known.add(id);
    next = lacking.length === 0 ? [] : await lastOf(database, rec, lacking);
    gone.push(...next);
  }
  return gone;
}

async function lastOf(database: Database, rec: string, ids: readonly string[]): Promise<readonly Row[]> {
  const type = 'DocumentReference';
  const tombstones = await database.history
    .find(
      { type, id: { $in: [...ids] }, rec, deleted: true, until: { $exists: false } },
      { ...within(database), projection: { id: 1, v: 1 } },
    )
    .toArray();
  const names = tombstones.map(({ id, v }) => `${type}/${id}/${v - 1}`);
  const last = await database.history.find({ _id: { $in: names } }, within(database)).toArray();
  return last.map((row) => ({ ...row, _id: row.id }));
}

/** Of an envelope, beside the readers. */
const optional = ['hold', 'tc', 'tcs', 'kin', 'heirs'] as const;
const envelopeAlone = Object.fromEntries(['rd', ...optional].map((name) => [name, 1]));

/** A Binary is visible exactly where its document is. */
async function relabelBytes(database: Database, document: Row, envelope: Envelope): Promise<readonly string[]> {
  const mine = { rec: document.rec ?? '', of: document._id };
  const found = await database
    .of('Binary')
    .find(mine, { ...within(database), projection: envelopeAlone })
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

export function changeTo({ rd, ...rest }: Envelope): { $set: Partial<Row>; $unset: Record<string, ''> } {
  const given = optional.filter((name) => rest[name] !== undefined);
  const absent = optional.filter((name) => rest[name] === undefined);
  return {
    $set: { rd, ...Object.fromEntries(given.map((name) => [name, rest[name]])) },
    $unset: Object.fromEntries(absent.map((name) => [name, '' as const])),
  };
}
