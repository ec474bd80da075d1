// Erases records: first the access state and the INS, at once, so that nobody finds the record; then what it held, batch by batch.
// https://www.mongodb.com/docs/manual/core/transactions/
import { ObjectId } from 'mongodb';
import type { Due } from '../access/closing.ts';
import type { AccessRecord } from '../access/record.ts';
import { keyOfId } from '../fhir/id.ts';
import type { Moments } from '../filter/bind.ts';
import type { Filter } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';
import type { Ins } from '../identity/caller.ts';
import { forgetAccount } from './account.ts';
import { activationName } from './activation.ts';
import { transaction } from './commit.ts';
import { type Database, type Erasure, type StoredRecord, within } from './database.ts';
import { toMongo } from './query.ts';
import { fromStored, insKey, UnreadableRecord } from './records.ts';

export type Judge = (record: AccessRecord) => Due | undefined;
/** `due` absent: its access state cannot be read, so it stays. */
export type Candidate = { readonly key: string; readonly due?: Due };
/** Names among the keys that a row of the type has claimed; an old version, whose index is gone, is known by its text alone. */
export type ClaimsOf = (type: string, row: Pick<Row, 'dep' | 'j'> & { readonly idx?: Row['idx'] }) => readonly string[];

const mostRecords = 500;
const mostRows = 200;
/** Characters of text in memory at once, but for one row. */
const mostText = 8_000_000;

/** Among them stand delegations and revocations, which are of no record. */
const ofRecord = /^[a-z2-9]{13}$/;

/** Among the records that the Filter finds. */
export async function* recordsDue(
  database: Database,
  filter: Filter,
  moments: Moments,
  judge: Judge,
): AsyncGenerator<Candidate, void> {
  for (let after = ''; ; ) {
    const page = await database.records
      .find(
        { $and: [{ _id: { $gt: after, $regex: ofRecord } }, toMongo(filter, moments)] },
        { sort: { _id: 1 }, limit: mostRecords },
      )
      .toArray();
    for (const stored of page) {
      const { due, readable } = judged(stored, judge);
      if (due !== undefined) yield { key: stored._id, due };
      else if (!readable) yield { key: stored._id };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last._id;
  }
}

function judged(stored: StoredRecord, judge: Judge): { readonly due?: Due; readonly readable: boolean } {
  try {
    const due = judge(fromStored(stored));
    return { readable: true, ...(due && { due }) };
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    return { readable: false };
  }
}

/** Whether it is gone now for every server: a record that was reopened meanwhile stays. */
export async function beginErasure(database: Database, key: string, judge: Judge, now: Date): Promise<boolean> {
  return await transaction(database, async (inside) => {
    const stored = await inside.records.findOne({ _id: { $eq: key } }, within(inside));
    const { due } = stored === null ? {} : judged(stored, judge);
    if (stored === null || due === undefined) return false;
    await inside.records.deleteOne({ _id: key, version: stored.version }, within(inside));
    if (stored.ins) await forgetIns(inside, stored.ins, key, now);
    const nothing = { resources: 0, versions: 0, traces: 0, files: 0 };
    await inside.erasures.insertOne({ _id: key, reason: due.reason, at: now, ...nothing }, within(inside));
    return true;
  });
}

/** Nobody makes an account with a code for what is gone, or signs in to one. */
async function forgetIns(database: Database, ins: Ins, key: string, now: Date): Promise<void> {
  await database.keys.deleteOne({ _id: insKey(ins), ids: key }, within(database));
  await database.activations.deleteOne({ _id: activationName(ins) }, within(database));
  await forgetAccount(database, ins, now);
}

export async function erasuresUnderWay({ erasures }: Database): Promise<readonly Erasure[]> {
  return await erasures.find({}, { sort: { _id: 1 } }).toArray();
}

/** Every row of the record, with its bytes, claims and e-mails. What was under way at the beginning may still come after it. */
export async function emptyRecord(database: Database, key: string, claimsOf: ClaimsOf): Promise<void> {
  await database.outbox.deleteMany({ rec: key });
  await database.keys.deleteMany({ _id: { $gte: `claim|notice|${key}|`, $lt: `claim|notice|${key}}` } });
  for (const collection of [...(await database.typesStored()), 'history']) {
    while (await removeSome(database, collection, key, claimsOf));
  }
}

type Old = Pick<Row, '_id' | 'dep' | 'file' | 'idx' | 'j'> & { readonly type?: string };

async function removeSome(database: Database, collection: string, key: string, claimsOf: ClaimsOf): Promise<boolean> {
  const rows = await rowsOf(database, collection, key);
  if (rows.length === 0) return false;
  const files = [...new Set(rows.flatMap(({ file }) => file ?? []))].map((file) => new ObjectId(file));
  // No transaction holds so much; a file without bytes is removed again.
  if (files.length > 0) await database.chunks.deleteMany({ files_id: { $in: files } });
  const claims = rows.flatMap(({ type, dep, idx, j }) =>
    type === undefined ? claimsOf(collection, { dep, idx, j }) : claimsOf(type, { dep, j }),
  );
  const names = [...new Set(claims)].map((name) => `claim|${name}`);
  const counted = collection === 'history' ? 'versions' : collection === 'AuditEvent' ? 'traces' : 'resources';
  await transaction(database, async (inside) => {
    const ids = rows.map(({ _id }) => _id);
    const gone = await inside.of(collection).deleteMany({ _id: { $in: ids }, rec: key }, within(inside));
    const emptied = await inside.files.deleteMany({ _id: { $in: files } }, within(inside));
    await inside.keys.deleteMany({ _id: { $in: names } }, within(inside));
    const $inc = { [counted]: gone.deletedCount, files: emptied.deletedCount };
    await inside.erasures.updateOne({ _id: { $eq: key } }, { $inc }, within(inside));
  });
  return true;
}

async function rowsOf(database: Database, collection: string, key: string): Promise<readonly Old[]> {
  const projection = { type: 1, dep: 1, file: 1, idx: 1, j: 1 };
  const rows: Old[] = [];
  let size = 0;
  for await (const row of database.of(collection).find<Old>({ rec: key }, { projection, limit: mostRows, batchSize: 50 })) {
    rows.push(row);
    size += row.j.length;
    if (size > mostText) break;
  }
  return rows;
}

const submissionNames = ['DocumentReference|', 'Submission|'].map((low) => ({ _id: { $gte: low, $lt: `${low.slice(0, -1)}}` } }));

/** What was published under which name, of all of these records in one pass. */
export async function forgetSubmissions({ keys }: Database, records: ReadonlySet<string>): Promise<void> {
  for await (const { _id, ids, text } of keys.find({ $or: submissionNames })) {
    const named = [...(ids ?? []), ...idsIn(text ?? '')].map(keyOfId);
    // Its name may be another record's by now.
    if (named.some((key) => key !== undefined && records.has(key))) await keys.deleteOne({ _id, ...(ids && { ids: [...ids] }) });
  }
}

function idsIn(text: string): readonly string[] {
  return [...text.matchAll(/\/([a-z2-9]{13}-[a-z2-9]{13})\//g)].flatMap(([, id]) => id ?? []);
}

/** Leaves the list of those under way, and its trace. */
export async function finishErasure(
  database: Database,
  key: string,
  traceOf: (erasure: Erasure) => Row,
): Promise<Erasure | undefined> {
  return await transaction(database, async (inside) => {
    const erasure = await inside.erasures.findOneAndDelete({ _id: { $eq: key } }, within(inside));
    if (erasure === null) return undefined;
    await inside.of('AuditEvent').insertOne(traceOf(erasure), within(inside));
    return erasure;
  });
}

/** How the record of the law in force was called when it was last asked, and since when it is: `opening|instant`. */
export async function openingRuleSince(
  { settings }: Database,
  opening: string,
  now: Date,
  isDry: boolean,
): Promise<Date | undefined> {
  const known = (await settings.findOne({ _id: 'opening' }))?.value;
  const [rule, since] = known?.split('|') ?? [];
  if (rule === opening) return since === undefined || since === '' ? undefined : new Date(since);
  const from = known === undefined ? undefined : now;
  if (!isDry)
    await settings.updateOne(
      { _id: 'opening' },
      { $set: { value: `${opening}|${from?.toISOString() ?? ''}` } },
      { upsert: true },
    );
  return from;
}
