// The one transaction of a write: refused if the rules it was computed under have changed, all or nothing otherwise.
// https://www.mongodb.com/docs/manual/core/transactions/
import { type ClientSession, MongoServerError } from 'mongodb';
import type { AccessRecord } from '../access/record.ts';
import type { Row } from '../filter/row.ts';
import type { Ins } from '../identity/caller.ts';
import type { Database, Past } from './database.ts';
import { changeTo, type Line, relabelLine } from './line.ts';
import { Stale } from './reading.ts';
import { insKey, toStored } from './records.ts';
import { relabelTraces } from './trace.ts';

export type Stored = { readonly type: string; readonly row: Row };
/** `was`: the row that is replaced or removed, as it was read. */
export type Replacement = Stored & { readonly was: Pick<Row, 'v' | 'n'> };
/** A version that the law itself writes (a declaration ends another): made from the row inside the transaction. */
export type Amendment = { readonly type: string; readonly id: string; readonly change: (row: Row) => Row };

export type Binding = { readonly id: string; readonly rec?: string; readonly depositor: string; readonly document: string };

export type Work = {
  /** Versions of the access states under which all of this was computed. */
  readonly expects: ReadonlyMap<string, number>;
  readonly insert?: readonly Stored[];
  readonly replace?: readonly Replacement[];
  /** Replaced by a tombstone in history. */
  readonly remove?: readonly Replacement[];
  readonly amend?: readonly Amendment[];
  readonly record?: AccessRecord;
  /** A new record's INS: `Taken` where another record has it. */
  readonly ins?: Ins;
  /** A Binary of the depositor's own, not bound yet, that a new document takes. */
  readonly bind?: readonly Binding[];
  /** Documents whose relatives and bytes inherit from what is written here. */
  readonly line?: Line;
  /** Whose labels changed, other than by the line: traces follow. */
  readonly relabelled?: { readonly rec: string; readonly refs: readonly string[] };
  readonly traces: readonly Row[];
};

/** Somebody else has it, or it is not there any more: the caller's refusal, not his business whose. */
export class Taken extends Error {
  override readonly name = 'Taken';
}

export async function commit(database: Database, work: Work): Promise<void> {
  const session = database.client.startSession();
  try {
    await session.withTransaction(async () => await write(database, work, session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', j: true },
      maxCommitTimeMS: 20_000,
    });
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11000) throw new Taken('duplicate key');
    throw error;
  } finally {
    await session.endSession();
  }
}

async function write(database: Database, work: Work, session: ClientSession): Promise<void> {
  await checkVersions(database, work, session);
  if (work.ins) await database.keys.insertOne({ _id: insKey(work.ins), ids: [work.record?.key ?? ''] }, { session });
  if (work.record) await writeRecord(database, work.record, session);
  for (const [type, rows] of byType(work.insert ?? [])) await database.of(type).insertMany(rows, { session });
  for (const replacement of work.replace ?? []) await replace(database, replacement, session);
  for (const removal of work.remove ?? []) await remove(database, removal, session);
  for (const amendment of work.amend ?? []) await amend(database, amendment, session);
  for (const binding of work.bind ?? []) await bind(database, binding, session);
  if (work.traces.length > 0) await database.of('AuditEvent').insertMany([...work.traces], { session });
  if (work.line) {
    const touched = await relabelLine(database, work.line, session);
    await relabelTraces(database, work.line.rec, touched, session);
  }
  if (work.relabelled) await relabelTraces(database, work.relabelled.rec, work.relabelled.refs, session);
}

async function checkVersions({ records }: Database, { expects, record }: Work, session: ClientSession): Promise<void> {
  // A row that is about to be replaced is checked by its replacement.
  const keys = [...expects.keys()].filter((key) => key !== record?.key);
  if (keys.length === 0) return;
  const found = await records.find({ _id: { $in: keys } }, { session, projection: { version: 1 } }).toArray();
  const versions = new Map(found.map(({ _id, version }) => [_id, version]));
  const changed = keys.filter((key) => versions.get(key) !== expects.get(key));
  if (changed.length > 0) throw new Stale(changed);
}

async function writeRecord({ records }: Database, record: AccessRecord, session: ClientSession): Promise<void> {
  if (record.version === 1) {
    await records.insertOne(toStored(record), { session });
    return;
  }
  const { matchedCount } = await records.replaceOne({ _id: record.key, version: record.version - 1 }, toStored(record), {
    session,
  });
  if (matchedCount !== 1) throw new Stale([record.key]);
}

async function replace(database: Database, { type, row, was }: Replacement, session: ClientSession): Promise<void> {
  const old = await database
    .of(type)
    .findOneAndReplace({ _id: row._id, v: was.v, n: was.n }, row, { session, returnDocument: 'before' });
  if (old === null) throw new Stale(row.rec === undefined ? [] : [row.rec]);
  await database.history.insertOne(past(type, old), { session });
  await database.history.updateMany({ type, id: row._id }, changeTo(row), { session });
}

async function remove(database: Database, { type, row, was }: Replacement, session: ClientSession): Promise<void> {
  const old = await database.of(type).findOneAndDelete({ _id: row._id, v: was.v, n: was.n }, { session });
  if (old === null) throw new Stale(row.rec === undefined ? [] : [row.rec]);
  await database.history.insertMany(
    [past(type, old), { ...past(type, { ...old, v: row.v, lu: row.lu, j: '' }), deleted: true }],
    { session },
  );
  if (type !== 'DocumentReference' || row.rec === undefined) return;
  // A document takes its bytes with it.
  for (const bytes of await database.of('Binary').find({ rec: row.rec, of: row._id }, { session }).toArray()) {
    await remove(database, { type: 'Binary', row: { ...bytes, v: bytes.v + 1, lu: row.lu }, was: bytes }, session);
  }
}

async function amend(database: Database, { type, id, change }: Amendment, session: ClientSession): Promise<void> {
  const old = await database.of(type).findOne({ _id: { $eq: id } }, { session });
  if (old === null) return;
  await database.of(type).replaceOne({ _id: id, v: old.v }, change(old), { session });
  await database.history.insertOne(past(type, old), { session });
}

async function bind(database: Database, { id, rec, depositor, document }: Binding, session: ClientSession): Promise<void> {
  const free = { _id: id, dep: depositor, rec: rec === undefined ? { $exists: false } : { $eq: rec }, of: { $exists: false } };
  const { matchedCount } = await database.of('Binary').updateOne(free, { $set: { of: document }, $inc: { n: 1 } }, { session });
  if (matchedCount !== 1) throw new Taken('not an unbound Binary of the depositor');
}

function past(type: string, row: Row): Past {
  return { ...row, _id: `${type}/${row._id}/${row.v}`, id: row._id, type };
}

function byType(stored: readonly Stored[]): ReadonlyMap<string, Row[]> {
  const types = new Map<string, Row[]>();
  for (const { type, row } of stored) types.set(type, [...(types.get(type) ?? []), row]);
  return types;
}
