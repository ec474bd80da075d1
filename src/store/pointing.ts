// What points follows what it points at: envelopes recomputed inside the writing transaction, transitively, without a new version.
// https://www.mongodb.com/docs/manual/core/transactions/
import { isSameEnvelope, noticeAt, ownOfTrace, pointedAt, pointing, pointingTypes } from '../filter/envelope.ts';
import type { Envelope, Row } from '../filter/row.ts';
import { type Database, within } from './database.ts';
import { changeTo } from './line.ts';
import { redate } from './outbox.ts';

type Pointer = {
  readonly type: string;
  readonly id: string;
  readonly refs: readonly string[];
  /** As it is before anything that it points at is known, and what follows from that. */
  readonly own: Envelope;
  readonly follow: (targets: readonly Envelope[]) => Envelope;
  readonly deleted: boolean;
  /** As it stands in the database. */
  readonly was: Envelope;
};

const envelope = { rd: 1, hold: 1, tc: 1, tcs: 1 } as const;
/** The tombstone of what is deleted now. */
const last = { deleted: true, until: { $exists: false } } as const;
const everyPointer = { ...envelope, refs: 1, own: 1, by: 1 } as const;
/** Written by the server alone: nothing but their labels ever changes, and a Communication of somebody else points at nothing. */
export const following: readonly string[] = ['AuditEvent', 'Communication'];
const everyType = [...pointingTypes, 'Communication'];

/**
 * Everything of the record that points at one of these (`Type/id`), and these themselves where they point, takes the strictest of
 * all that it points at. `types`: which of it is written.
 */
export async function relabelPointing(
  database: Database,
  rec: string,
  changed: readonly string[],
  types: readonly string[] = everyType,
): Promise<void> {
  if (changed.length === 0) return;
  const pointers = await pointersTo(database, rec, changed);
  const outside = [...pointers.values()].flatMap(({ refs }) => refs).filter((ref) => !pointers.has(ref));
  const effective = settled(pointers, await envelopesOf(database, [...new Set(outside)]));
  for (const type of types) {
    const moved = [...pointers].filter(
      ([name, one]) => one.type === type && !isSameEnvelope(one.was, effective.get(name) ?? one.was),
    );
    await relabelRows(
      database,
      rec,
      type,
      moved.map(([name, one]) => [one, effective.get(name) ?? one.was] as const),
    );
  }
}

/** `feed`: the day with which they leave the claims window. */
export type Relabelled = { readonly rec: string; readonly refs: readonly string[]; readonly feed?: Date };

/** What tells of what leaves the claims window sooner now goes with it. */
export async function ageTraces(database: Database, { rec, refs, feed }: Relabelled): Promise<void> {
  if (feed === undefined) return;
  for (const type of following)
    await database
      .of(type)
      .updateMany({ rec, refs: { $in: [...refs] }, feed: { $gt: feed } }, { $set: { feed } }, within(database));
}

/** A concurrent change of the labels of what a new row points at conflicts with this. */
export async function raiseTargets(database: Database, refs: readonly string[]): Promise<void> {
  for (const [type, ids] of byType(refs)) {
    await database.of(type).updateMany({ _id: { $in: [...ids] } }, { $inc: { n: 1 } }, within(database));
  }
}

/** Of the changed ones those that point, and upward whatever points at them: traces are pointed at by nothing. */
async function pointersTo(database: Database, rec: string, changed: readonly string[]): Promise<ReadonlyMap<string, Pointer>> {
  const found = new Map<string, Pointer>();
  let next: readonly string[] = changed;
  let first = true;
  while (next.length > 0) {
    const rows = await pointersAt(database, rec, next, first);
    const fresh = rows.filter((row) => !found.has(nameOf(row)));
    for (const row of fresh) found.set(nameOf(row), row);
    next = fresh.flatMap((row) => (row.type === 'AuditEvent' || changed.includes(nameOf(row)) ? [] : [nameOf(row)]));
    first = false;
  }
  return found;
}

async function pointersAt(
  database: Database,
  rec: string,
  names: readonly string[],
  themselves: boolean,
): Promise<readonly Pointer[]> {
  const found: Pointer[] = [];
  const named = byType(themselves ? names : []);
  const points = { refs: { $in: [...names] } };
  for (const type of everyType) {
    const ids = [...(following.includes(type) ? [] : (named.get(type) ?? []))];
    const rows = await database
      .of(type)
      .find({ rec, $or: [points, { _id: { $in: ids } }] }, { ...within(database), projection: everyPointer })
      .toArray();
    for (const row of rows) found.push(pointerOf(type, row._id, row, false));
  }
  const types = pointingTypes.filter((type) => type !== 'AuditEvent');
  const gone = await database.history
    .find(
      { rec, type: { $in: types }, ...last, ...points },
      { ...within(database), projection: { ...everyPointer, id: 1, type: 1 } },
    )
    .toArray();
  return [...found, ...gone.map((row) => pointerOf(row.type, row.id, row, true))];
}

function pointerOf(type: string, id: string, row: Omit<Row, '_id'>, deleted: boolean): Pointer {
  const own = type === 'Communication' ? noticeAt([], true) : (row.own ?? ownOfTrace);
  const follow =
    type === 'Communication'
      ? (targets: readonly Envelope[]): Envelope => noticeAt(targets, row.by === undefined)
      : (targets: readonly Envelope[]): Envelope => pointing(own, targets);
  return { type, id, refs: row.refs ?? [], own, follow, deleted, was: envelopeOf(row) };
}

function nameOf({ type, id }: Pick<Pointer, 'type' | 'id'>): string {
  return `${type}/${id}`;
}

/** From the most open downward until nothing moves: circles settle as well. */
function settled(pointers: ReadonlyMap<string, Pointer>, targets: ReadonlyMap<string, Envelope>): ReadonlyMap<string, Envelope> {
  const effective = new Map([...pointers].map(([name, { own }]) => [name, own] as const));
  for (let moved = true; moved; ) {
    moved = false;
    for (const [name, { own, follow, refs }] of pointers) {
      const next = follow(refs.flatMap((ref) => effective.get(ref) ?? targets.get(ref) ?? []));
      if (isSameEnvelope(next, effective.get(name) ?? own)) continue;
      effective.set(name, next);
      moved = true;
    }
  }
  return effective;
}

async function relabelRows(
  database: Database,
  rec: string,
  type: string,
  moved: readonly (readonly [Pointer, Envelope])[],
): Promise<void> {
  if (moved.length === 0) return;
  const current = moved.filter(([{ deleted }]) => !deleted);
  const raised = following.includes(type) ? {} : { $inc: { n: 1 } };
  const changes = current.map(([{ id }, to]) => ({ updateOne: { filter: { _id: id }, update: { ...changeTo(to), ...raised } } }));
  if (changes.length > 0) await database.of(type).bulkWrite(changes, within(database));
  if (type === 'Communication') for (const [{ id }, { hold }] of current) await redate(database, id, hold);
  if (following.includes(type)) return;
  // A version is visible exactly where the current one is, or the last one was.
  for (const [{ id }, to] of moved) await database.history.updateMany({ rec, type, id }, changeTo(to), within(database));
}

async function envelopesOf(database: Database, refs: readonly string[]): Promise<ReadonlyMap<string, Envelope>> {
  const found = new Map<string, Envelope>();
  for (const [type, ids] of byType(refs)) {
    const rows = await database
      .of(type)
      .find({ _id: { $in: [...ids] } }, { ...within(database), projection: envelope })
      .toArray();
    for (const row of rows) found.set(`${type}/${row._id}`, pointedAt(type, row));
    const gone = ids.filter((id) => !found.has(`${type}/${id}`));
    if (gone.length === 0) continue;
    // What is deleted hides as it did at the end.
    const tombstones = await database.history
      .find({ type, id: { $in: gone }, ...last }, { ...within(database), projection: { ...envelope, id: 1 } })
      .toArray();
    for (const row of tombstones) found.set(`${type}/${row.id}`, pointedAt(type, row));
  }
  return found;
}

function byType(refs: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const types = Map.groupBy(refs, (ref) => ref.slice(0, ref.indexOf('/')));
  return new Map([...types].map(([type, names]) => [type, names.map((name) => name.slice(type.length + 1))]));
}

function envelopeOf({ rd, hold, tc, tcs }: Envelope): Envelope {
  return {
    rd,
    ...(hold === undefined ? {} : { hold }),
    ...(tc === undefined ? {} : { tc }),
    ...(tcs === undefined ? {} : { tcs }),
  };
}
