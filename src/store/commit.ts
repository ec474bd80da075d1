// The one transaction of a write: refused if the rules it was computed under have changed, all or nothing otherwise.
// https://www.mongodb.com/docs/manual/core/transactions/
import { type Document, MongoServerError } from 'mongodb';
import type { AccessRecord } from '../access/record.ts';
import type { Row } from '../filter/row.ts';
import type { Ins, Vouched } from '../identity/caller.ts';
import { claim } from './claim.ts';
import { type Database, within } from './database.ts';
import { type Line, relabelLine } from './line.ts';
import { type Notice, writeNotices } from './notice.ts';
import { endTombstone, pastOf, ruleVersions } from './past.ts';
import { ageTraces, type Relabelled, raiseTargets, relabelPointing } from './pointing.ts';
import { Stale } from './reading.ts';
import { insKey, toStored } from './records.ts';
import { judgeVouched } from './revocation.ts';

export type Stored = { readonly type: string; readonly row: Row };
/** `was`: the row that is replaced or removed, as it was read. */
export type Replacement = Stored & { readonly was: Pick<Row, 'v' | 'n'> };
/** A version that the law itself writes (a declaration ends another): made from the row inside the transaction. */
export type Amendment = { readonly type: string; readonly id: string; readonly change: (row: Row) => Row };

/** `enterer`: who can only bind what he entered. */
export type Binding = {
  readonly id: string;
  readonly rec?: string;
  readonly depositor: string;
  readonly enterer?: string;
  readonly document: string;
};

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
  /** Names that two transactions may not both write at once. */
  readonly claims?: readonly string[];
  /** A Binary of the depositor's own, not bound yet, that a new document takes. */
  readonly bind?: readonly Binding[];
  /** Documents whose relatives and bytes inherit from what is written here. */
  readonly line?: Line;
  /** Whose labels changed, other than by the line, or whose day in the claims window did: traces follow. */
  readonly relabelled?: Relabelled;
  readonly traces: readonly Row[];
  /** Of what it delivers. */
  readonly notices: readonly Notice[];
  /** What the writer's token rests on. */
  readonly vouched?: Vouched;
};

/** Somebody else has it, or it is not there any more: the caller's refusal, not his business whose. */
export class Taken extends Error {
  override readonly name = 'Taken';
}

/** In the transaction that is open, else in one of its own. Throws Taken where somebody else has a name that must be one's own. */
export async function commit(database: Database, work: Work): Promise<void> {
  if (database.session === undefined) return await transaction(database, async (inside) => await commit(inside, work));
  try {
    await write(database, work);
  } catch (error) {
    throw isDuplicateKey(error) ? new Taken('duplicate key') : error;
  }
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}

/**
 * All or nothing of what `run` does with the database it is given. It runs again where somebody else wrote the same rows meanwhile;
 * Stale where he made the same key.
 */
export async function transaction<T>(database: Database, run: (inside: Database) => Promise<T>): Promise<T> {
  const session = database.client.startSession();
  try {
    return await session.withTransaction(async () => await run({ ...database, session }), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', j: true },
      maxCommitTimeMS: 20_000,
    });
  } catch (error) {
    throw isDuplicateKey(error) ? new Stale([]) : error;
  } finally {
    await session.endSession();
  }
}

async function write(database: Database, work: Work): Promise<void> {
  await checkVersions(database, work);
  await judgeVouched(database, work.vouched);
  if (work.ins) await database.keys.insertOne({ _id: insKey(work.ins), ids: [work.record?.key ?? ''] }, within(database));
  if (work.claims) await claim(database, work.claims);
  if (work.record) await writeRecord(database, work.record);
  for (const [type, rows] of byType(work.insert ?? [])) await database.of(type).insertMany(rows, within(database));
  for (const { type, row } of work.insert ?? []) if (row.v > 1) await endTombstone(database, type, row);
  for (const replacement of work.replace ?? []) await replace(database, replacement);
  for (const removal of work.remove ?? []) await remove(database, removal);
  for (const amendment of work.amend ?? []) await amend(database, amendment);
  for (const binding of work.bind ?? []) await bind(database, binding);
  if (work.traces.length > 0) await database.of('AuditEvent').insertMany([...work.traces], within(database));
  await writeNotices(database, work.notices);
  for (const { type, row } of [...(work.insert ?? []), ...(work.replace ?? [])]) await point(database, type, row);
  if (work.line) {
    const touched = await relabelLine(database, work.line, new Set((work.replace ?? []).map(({ row }) => row._id)));
    await relabelPointing(database, work.line.rec, touched);
  }
  if (work.relabelled) {
    await relabelPointing(database, work.relabelled.rec, work.relabelled.refs);
    await ageTraces(database, work.relabelled);
  }
}

/** What it points at may have been relabelled since it was read, or is relabelled at this moment. */
async function point(database: Database, type: string, { _id, rec, refs = [], own }: Row): Promise<void> {
  if (rec === undefined || own === undefined) return;
  await raiseTargets(database, refs);
  await relabelPointing(database, rec, [`${type}/${_id}`]);
}

async function checkVersions(database: Database, { expects, record }: Work): Promise<void> {
  // A row that is about to be replaced is checked by its replacement.
  const keys = [...expects.keys()].filter((key) => key !== record?.key);
  if (keys.length === 0) return;
  const found = await database.records
    .find({ _id: { $in: keys } }, { ...within(database), projection: { version: 1 } })
    .toArray();
  const versions = new Map(found.map(({ _id, version }) => [_id, version]));
  const changed = keys.filter((key) => versions.get(key) !== expects.get(key));
  if (changed.length > 0) throw new Stale(changed);
}

async function writeRecord(database: Database, record: AccessRecord): Promise<void> {
  if (record.version === 1) {
    await database.records.insertOne(toStored(record), within(database));
    return;
  }
  const { matchedCount } = await database.records.replaceOne(
    { _id: record.key, version: record.version - 1 },
    toStored(record),
    within(database),
  );
  if (matchedCount !== 1) throw new Stale([record.key]);
}

async function replace(database: Database, { type, row, was }: Replacement): Promise<void> {
  const old = await database.of(type).findOneAndUpdate({ _id: row._id, v: was.v, n: was.n }, succeeding(row), {
    ...within(database),
    returnDocument: 'before',
    projection: { w: 0, f: 0 },
  });
  if (old === null) throw new Stale(row.rec === undefined ? [] : [row.rec]);
  await supersede(database, type, old, row);
}

/** What its attachments say stays what it was, unless the row brings it anew; and that the holder has had notice. */
function succeeding(row: Row): Document[] {
  return [{ $replaceWith: { $mergeObjects: [{ f: '$f', told: '$told' }, { $literal: row }] } }];
}

async function supersede(database: Database, type: string, old: Row, row: Row): Promise<void> {
  await database.history.insertOne(pastOf(type, old, row.lu), within(database));
  await ruleVersions(database, type, row);
}

async function remove(database: Database, { type, row, was }: Replacement): Promise<void> {
  const old = await database.of(type).findOneAndDelete({ _id: row._id, v: was.v, n: was.n }, within(database));
  if (old === null) throw new Stale(row.rec === undefined ? [] : [row.rec]);
  await database.history.insertMany(
    [pastOf(type, old, row.lu), { ...pastOf(type, { ...old, v: row.v, lu: row.lu, j: '' }), deleted: true }],
    within(database),
  );
  if (type !== 'DocumentReference' || row.rec === undefined) return;
  // A document takes its bytes with it.
  for (const bytes of await database.of('Binary').find({ rec: row.rec, of: row._id }, within(database)).toArray()) {
    await remove(database, { type: 'Binary', row: { ...bytes, v: bytes.v + 1, lu: row.lu }, was: bytes });
  }
}

async function amend(database: Database, { type, id, change }: Amendment): Promise<void> {
  const old = await database.of(type).findOne({ _id: { $eq: id } }, within(database));
  if (old === null) return;
  const row = change(old);
  await database.of(type).replaceOne({ _id: id, v: old.v }, row, within(database));
  await supersede(database, type, old, row);
}

async function bind(database: Database, { id, rec, depositor, enterer, document }: Binding): Promise<void> {
  const free = {
    _id: id,
    dep: depositor,
    ...(enterer === undefined ? {} : { ent: enterer }),
    rec: rec === undefined ? { $exists: false } : { $eq: rec },
    of: { $exists: false },
  };
  const { matchedCount } = await database
    .of('Binary')
    .updateOne(free, { $set: { of: document }, $inc: { n: 1 }, $unset: { f: '' } }, within(database));
  if (matchedCount !== 1) throw new Taken('not an unbound Binary of the depositor');
}

function byType(stored: readonly Stored[]): ReadonlyMap<string, Row[]> {
  const types = new Map<string, Row[]>();
  for (const { type, row } of stored) types.set(type, [...(types.get(type) ?? []), row]);
  return types;
}
