// Notices of accesses: each in the transaction of the traces that it tells of, and of two first accesses at once one is the first.
import type { Row } from '../filter/row.ts';
import { covers, type Sight, sightOf } from '../filter/sight.ts';
import { claim } from './claim.ts';
import { type Database, within } from './database.ts';
import type { Mail } from './outbox.ts';

/** What is written where a notice is due. */
export type Made = { readonly row: Row; readonly mails: readonly Mail[] };

export type Notice = {
  readonly rec: string;
  /** `p:<RPPS>` */
  readonly by: string;
  readonly now: Date;
  readonly sight: Sight;
  /** Due only where none of his accesses before has a notice that everybody sees who would see this one. */
  readonly once: boolean;
  readonly make: () => Promise<Made>;
};

/** What is told of already. Another process may have hidden it meanwhile: nothing is kept for longer than this. */
const keptMs = 60_000;
const mostKept = 10_000;

export type Firsts = {
  /** Those that may be due. */
  readonly lacking: (notices: readonly Notice[]) => readonly Notice[];
  readonly keep: (notices: readonly Notice[], told: readonly Told[]) => void;
  readonly forget: (records: readonly string[]) => void;
};

export type Told = Sight & Pick<Notice, 'rec' | 'by'>;

export function firstsKnown(): Firsts {
  const known = new Map<string, Map<string, { readonly told: readonly Told[]; readonly until: number }>>();
  return {
    lacking: (notices) =>
      notices.filter((notice) => {
        const kept = notice.once ? known.get(notice.rec)?.get(notice.by) : undefined;
        return kept === undefined || kept.until < performance.now() || !isTold(notice, kept.told);
      }),
    keep: (notices, told) => {
      const until = performance.now() + keptMs;
      for (const { rec, by } of notices) {
        const ofRecord = known.get(rec) ?? new Map();
        known.delete(rec);
        known.set(rec, ofRecord.set(by, { told: told.filter((one) => one.rec === rec && one.by === by), until }));
      }
      const [oldest] = known.keys();
      if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
    },
    forget: (records) => {
      for (const rec of records) known.delete(rec);
    },
  };
}

export function isTold({ rec, by, sight, now }: Notice, told: readonly Told[]): boolean {
  return told.some((one) => one.rec === rec && one.by === by && covers(one, sight, now));
}

/** As their envelopes are now. */
export async function toldOf(database: Database, notices: readonly Notice[]): Promise<readonly Told[]> {
  const first = notices.filter(({ once }) => once);
  if (first.length === 0) return [];
  const [by, rec] = [first.map((notice) => notice.by), first.map((notice) => notice.rec)].map((names) => [...new Set(names)]);
  const rows = await database
    .of('Communication')
    .find(
      { by: { $in: by ?? [] }, rec: { $in: rec ?? [] } },
      { ...within(database), projection: { rec: 1, by: 1, rd: 1, hold: 1, feed: 1 } },
    )
    .toArray();
  return rows.map((row) => ({ ...sightOf(row), rec: row.rec ?? '', by: row.by ?? '' }));
}

/** In the transaction that is open. */
export async function writeNotices(database: Database, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const told = await toldOf(database, notices);
  const due = notices.filter((notice) => !notice.once || !isTold(notice, told));
  await claim(
    database,
    due.filter(({ once }) => once).map(({ rec, by }) => `notice|${rec}|${by}`),
  );
  const made: Made[] = [];
  for (const notice of due) made.push(await notice.make());
  await insertNotices(database, made);
}

export async function insertNotices(database: Database, made: readonly Made[]): Promise<void> {
  if (made.length === 0) return;
  await database.of('Communication').insertMany(
    made.map(({ row }) => row),
    within(database),
  );
  const mails = made.flatMap((one) => one.mails);
  if (mails.length > 0) await database.outbox.insertMany(mails, within(database));
}
