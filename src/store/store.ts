// The one door to the data: no function here returns a resource without a Permission.
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { refuse } from '../fhir/outcome.ts';
import type { Moments } from '../filter/bind.ts';
import type { Vouched } from '../identity/caller.ts';
import { type Activations, activationsOf } from './activation.ts';
import { type ByteRange, type Bytes, getBytes, putBytes, sweepBytes } from './attachment.ts';
import { type Awaiting, awaitingOf } from './awaiting.ts';
import { claim } from './claim.ts';
import { commit, transaction, type Work } from './commit.ts';
import { type Database, within } from './database.ts';
import { firstsKnown } from './notice.ts';
import { type Outbox, outboxOf } from './outbox.ts';
import { ageTraces } from './pointing.ts';
import { Reading, Stale } from './reading.ts';
import { type Records, recordsOf } from './records.ts';
import { judgeVouched } from './revocation.ts';
import { type Submissions, submissionsOf } from './submission.ts';
import { type Account, relabelTraces, traceWriter, writeTogether } from './trace.ts';
import { takingTurns } from './turns.ts';

export type Store = {
  readonly records: Records;
  readonly reading: (moments: Moments) => Reading;
  readonly commit: (work: Work) => Promise<void>;
  /** All that `run` reads and writes with the store it is given is one transaction; it runs again after a conflict. `claims`: names that nobody else may have meanwhile. */
  readonly transaction: <T>(run: (inside: Store) => Promise<T>, claims?: readonly string[]) => Promise<T>;
  readonly submissions: Submissions;
  readonly activations: Activations;
  /** Durable when it resolves. */
  readonly trace: (account: Account) => Promise<void>;
  /** Runs the request again while the rules change under it: three times, then 503. */
  readonly steady: <T>(request: () => Promise<T>) => Promise<T>;
  readonly term: () => number;
  readonly putBytes: (source: Readable | Buffer) => Promise<Bytes>;
  /** `file`: of a Binary row that a Permission gave. */
  readonly bytesOf: (file: string, range?: ByteRange) => Readable;
  readonly sweepBytes: (now: Date) => Promise<number>;
  /** A secret of this database, 32 bytes, made at the first call. */
  readonly secret: (name: string) => Promise<Buffer>;
  readonly isEmpty: () => Promise<boolean>;
  /** What is still held after two weeks. */
  readonly awaiting: Awaiting;
  readonly outbox: Outbox;
  /** Of one request whose token rests on what may have been revoked: what it reads, writes or traces proves that it was not. */
  readonly under: (vouched: Vouched) => Store;
  /** Waits for what runs behind the answers. */
  readonly settle: () => void;
};

const attempts = 3;
const lateTraces = 60_000;

export function openStore(database: Database): Store {
  const records = recordsOf(database);
  const timers = new Set<NodeJS.Timeout>();
  const turns = takingTurns();
  const firsts = firstsKnown();
  const settled = (works: readonly Work[]): void => {
    records.forget(works.flatMap(({ record }) => record?.key ?? []));
    const pointed = works.filter(({ line, relabelled }) => line ?? relabelled);
    firsts.forget(pointed.flatMap(({ line, relabelled }) => [line?.rec ?? [], relabelled?.rec ?? []].flat()));
    if (pointed.length > 0) later(timers, async () => await Promise.all(pointed.map((work) => relabelLate(database, work))));
  };
  const writing = (vouched?: Vouched): Pick<Store, 'commit' | 'transaction'> => ({
    commit: async (work) => {
      await commit(database, { ...work, ...(vouched === undefined ? {} : { vouched }) });
      settled([work]);
    },
    transaction: async (run, claims = []) => {
      const { value, works } = await turns(claims, async () =>
        transaction(database, async (inside) => {
          const done: Work[] = [];
          await judgeVouched(inside, vouched);
          await claim(inside, claims);
          return { value: await run(storeWithin(inside, done)), works: done };
        }),
      );
      settled(works);
      return value;
    },
  });
  const store: Store = {
    ...common(database, records),
    ...writing(),
    trace: traceWriter(database, firsts),
    under: (vouched) => {
      let isProved = false;
      const proved = (): void => {
        isProved = true;
      };
      return {
        ...store,
        ...writing(vouched),
        reading: (moments) => new Reading(database, moments, vouched, proved),
        // Every request ends with its trace: what neither read nor wrote is proved here.
        trace: async (account) => {
          if (!isProved) await judgeVouched(database, vouched);
          await store.trace(account);
        },
      };
    },
    steady: async (request) => await steady(records, request),
    settle: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
  return store;
}

/** Inside a transaction: what was written before is seen, and whatever has changed meanwhile ends the whole of it. */
function storeWithin(inside: Database, done: Work[]): Store {
  const records = recordsOf(inside);
  const store: Store = {
    ...common(inside, records),
    commit: async (work) => {
      await commit(inside, work);
      if (work.record) records.forget([work.record.key]);
      done.push(work);
    },
    transaction: async (run, claims = []) => {
      await claim(inside, claims);
      return await run(store);
    },
    trace: async (account) => {
      await writeTogether(inside, account);
      // What was touched first may be hidden since by the same transaction.
      for (const work of done.filter(mayHide)) await relabelLate(inside, work);
    },
    steady: async (request) => await request(),
    // Proved when the transaction began.
    under: () => store,
    settle: () => undefined,
  };
  return store;
}

type Common = Omit<Store, 'commit' | 'transaction' | 'trace' | 'steady' | 'settle' | 'under'>;

function common(database: Database, records: Records): Common {
  return {
    records,
    reading: (moments) => new Reading(database, moments),
    submissions: submissionsOf(database),
    activations: activationsOf(database),
    term: database.term,
    putBytes: async (source) => await putBytes(database, source),
    bytesOf: (file, range) => getBytes(database, file, range),
    sweepBytes: async (now) => await sweepBytes(database, now),
    secret: async (name) => await secretOf(database, name),
    awaiting: awaitingOf(database),
    outbox: outboxOf(database),
    isEmpty: async () => (await database.records.findOne({ version: { $exists: true } }, { projection: { _id: 1 } })) === null,
  };
}

async function steady<T>(records: Records, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      records.forget(error.keys);
      if (attempt === attempts) throw refuse('busy', 'The record is being changed; try again');
    }
  }
}

/** A new resource that has no relatives hides nothing else. */
function mayHide({ replace = [], line }: Work): boolean {
  return replace.length > 0 || (line !== undefined && line.lines.length > 1);
}

/** Traces that were under way when labels or days changed, or were written after in the same transaction, follow once more. */
async function relabelLate(database: Database, { line, relabelled }: Work): Promise<void> {
  if (relabelled) {
    await relabelTraces(database, relabelled.rec, relabelled.refs);
    await ageTraces(database, relabelled);
  }
  if (!line) return;
  const rows = await database
    .of('DocumentReference')
    .find({ rec: line.rec, line: { $in: [...line.lines] } }, { ...within(database), projection: { _id: 1 } })
    .toArray();
  const ids = rows.map(({ _id }) => _id);
  const bytes = await database
    .of('Binary')
    .find({ rec: line.rec, of: { $in: ids } }, { ...within(database), projection: { _id: 1 } })
    .toArray();
  await relabelTraces(database, line.rec, [
    ...ids.map((id) => `DocumentReference/${id}`),
    ...bytes.map(({ _id }) => `Binary/${_id}`),
  ]);
}

function later(timers: Set<NodeJS.Timeout>, run: () => Promise<unknown>): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    run().catch(() => undefined);
  }, lateTraces);
  timer.unref();
  timers.add(timer);
}

async function secretOf({ settings }: Database, name: string): Promise<Buffer> {
  await settings.updateOne({ _id: name }, { $setOnInsert: { value: randomBytes(32).toString('base64') } }, { upsert: true });
  const found = await settings.findOne({ _id: name });
  return Buffer.from(found?.value ?? '', 'base64');
}
