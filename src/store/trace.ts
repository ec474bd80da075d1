// Traces of reads by group commit, with notices in a transaction of their own, and those that come too late to be relabelled with what they point at.
import type { Row } from '../filter/row.ts';
import { transaction } from './commit.ts';
import { type Database, within } from './database.ts';
import { type Firsts, isTold, type Notice, toldOf, writeNotices } from './notice.ts';
import { following, relabelPointing } from './pointing.ts';
import { Stale } from './reading.ts';

/** Traces, and notices of what they tell of. */
export type Account = { readonly traces: readonly Row[]; readonly notices: readonly Notice[] };

/**
 * Inserts whatever waits as one write; each caller is answered when his own rows are durable. Where a notice is due, it and the traces
 * that it tells of are one transaction.
 */
export function traceWriter(database: Database, firsts: Firsts): (account: Account) => Promise<void> {
  const together = groupWriter(database);
  return async ({ traces, notices }) => {
    const asked = firsts.lacking(notices);
    const told = await toldOf(database, asked);
    const due = asked.filter((notice) => !notice.once || !isTold(notice, told));
    if (due.length === 0) await together(traces);
    else await alone(database, { traces, notices: due });
    const known = asked.filter((notice) => notice.once && !due.includes(notice));
    firsts.keep(known, told);
  };
}

/** In the transaction that is open. */
export async function writeTogether(database: Database, { traces, notices }: Account): Promise<void> {
  if (traces.length > 0) await database.of('AuditEvent').insertMany([...traces], within(database));
  await writeNotices(database, notices);
}

const attempts = 3;

/** Whoever makes the same claim for the first time at the same time begins again. */
async function alone(database: Database, account: Account, attempt = 1): Promise<void> {
  try {
    await transaction(database, async (inside) => await writeTogether(inside, account));
  } catch (error) {
    if (!(error instanceof Stale) || attempt === attempts) throw error;
    await alone(database, account, attempt + 1);
  }
}

function groupWriter(database: Database): (rows: readonly Row[]) => Promise<void> {
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

/** Traces and notices that were under way when the labels of what they point at changed: everything else that points was in the transaction. */
export async function relabelTraces(database: Database, rec: string, ids: readonly string[]): Promise<void> {
  await relabelPointing(database, rec, ids, following);
}
