// Traces of reads by group commit, and those that come too late to be relabelled with what they point at.
import type { Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';
import { relabelPointing } from './pointing.ts';

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

/** Traces that were under way when the labels of what they point at changed: everything else that points was in the transaction. */
export async function relabelTraces(database: Database, rec: string, ids: readonly string[]): Promise<void> {
  await relabelPointing(database, rec, ids, ['AuditEvent']);
}
