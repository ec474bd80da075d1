// Traces of reads by group commit, and what traces inherit from the things they point at.
import { pointedAt, pointingAt } from '../filter/envelope.ts';
import type { Envelope, Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';
import { changeTo } from './line.ts';

/** Inserts whatever waits as one write; each caller is answered when his own rows are durable. */
export function traceWriter(database: Database): (rows: readonly Row[]) => Promise<void> {
  if (database.session !== undefined) {
    return async (rows) => {
      if (rows.length > 0) await database.of('AuditEvent').insertMany([...rows], within(database));
    };
  }
  let waiting: Row[] = [];
  let next: Promise<void> | undefined;
  let current: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await current.catch(() => undefined);
    const batch = waiting;
    waiting = [];
    next = undefined;
    current = database
      .of('AuditEvent')
      .insertMany(batch, { ordered: false })
      .then(() => undefined);
    await current;
  };
  return async (rows) => {
    if (rows.length === 0) return;
    waiting.push(...rows);
    next ??= flush();
    await next;
  };
}

/** Every trace of the record that points at one of them takes the strictest of all it points at. */
export async function relabelTraces(database: Database, rec: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const traces = await database
    .of('AuditEvent')
    .find({ rec, refs: { $in: [...ids] } }, { ...within(database), projection: { refs: 1, rd: 1 } })
    .toArray();
  const targets = await envelopesOf(database, [...new Set(traces.flatMap(({ refs }) => refs ?? []))]);
  const changes = traces.map((trace) => {
    const { $set, $unset } = changeTo(pointingAt((trace.refs ?? []).flatMap((ref) => targets.get(ref) ?? [])));
    return { updateOne: { filter: { _id: trace._id }, update: { $set, $unset } } };
  });
  if (changes.length > 0) await database.of('AuditEvent').bulkWrite(changes, within(database));
}

async function envelopesOf(database: Database, refs: readonly string[]): Promise<ReadonlyMap<string, Envelope>> {
  const found = new Map<string, Envelope>();
  const byType = new Map<string, string[]>();
  for (const ref of refs) {
    const [type = '', id = ''] = ref.split('/');
    byType.set(type, [...(byType.get(type) ?? []), id]);
  }
  for (const [type, ids] of byType) {
    const rows = await database
      .of(type)
      .find({ _id: { $in: ids } }, { ...within(database), projection: { rd: 1, hold: 1, tc: 1, tcs: 1 } })
      .toArray();
    for (const row of rows) found.set(`${type}/${row._id}`, pointedAt(type, row));
    const gone = ids.filter((id) => !found.has(`${type}/${id}`));
    if (gone.length === 0) continue;
    // What is deleted hides as it did at the end.
    const tombstones = await database.history
      .find(
        { type, id: { $in: gone }, deleted: true },
        { ...within(database), projection: { id: 1, rd: 1, hold: 1, tc: 1, tcs: 1 } },
      )
      .toArray();
    for (const row of tombstones) found.set(`${type}/${row.id}`, pointedAt(type, row));
  }
  return found;
}
