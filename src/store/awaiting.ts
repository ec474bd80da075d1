// What was deposited two weeks ago and is still held: of it the store gives names alone, and writes one notice of it.
// https://www.mongodb.com/docs/manual/core/index-partial/
import type { Filter as Query } from 'mongodb';
import { type Row, server } from '../filter/row.ts';
import { transaction } from './commit.ts';
import { type Database, heldTypes, within } from './database.ts';
import { insertNotices, type Made } from './notice.ts';

/** `deposited`: what was deposited until then; `again`: whoever had notice since has none now. */
export type Term = { readonly now: Date; readonly deposited: Date; readonly again: Date };
/** `refs`: `Type/id`. */
export type ToTell = { readonly rec: string; readonly secret: boolean; readonly refs: readonly string[] };

export type Awaiting = {
  /** Of records in which something awaits that the holder has no notice of, each once. */
  readonly records: (term: Term) => AsyncGenerator<string>;
  readonly tell: (rec: string, term: Term, make: (what: ToTell) => Promise<Made>) => Promise<void>;
};

export function awaitingOf(database: Database): Awaiting {
  const held = heldTypes(database.types);
  return {
    records: async function* (term) {
      const seen = new Set<string>();
      for (const type of held) {
        const rows = database.of(type).find(due(term), { projection: { _id: 0, rec: 1 }, batchSize: 500 });
        for await (const { rec } of rows) {
          if (rec === undefined || seen.has(rec)) continue;
          seen.add(rec);
          yield rec;
        }
      }
    },
    tell: async (rec, term, make) => await transaction(database, async (inside) => await tell(inside, held, rec, term, make)),
  };
}

const untold = { told: { $exists: false } } as const;

/** What the feeder deposits is announced to nobody. */
function due({ now, deposited }: Term): Query<Row> {
  return { ...untold, hold: { $gt: now }, made: { $lte: deposited }, rd: 'PAT', dep: /^[^f]/ };
}

type Found = { readonly type: string; readonly id: string; readonly secret: boolean };

/** Representatives are told of what they will see alone, as if the rest were not there; the holder once of both. */
async function tell(
  database: Database,
  types: readonly string[],
  rec: string,
  term: Term,
  make: (what: ToTell) => Promise<Made>,
): Promise<void> {
  const found = await dueIn(database, types, rec, term);
  const [secret, open] = [found.filter((one) => one.secret), found.filter((one) => !one.secret)];
  const had = await database
    .of('Communication')
    .find({ rec, dep: server, by: { $exists: false }, lu: { $gt: term.again } }, { ...within(database), projection: { rd: 1 } })
    .toArray();
  const tellsOpen = open.length > 0 && !had.some(({ rd }) => rd.includes('REP'));
  const tellsSecret = secret.length > 0 && had.length === 0;
  const told = [...(tellsOpen ? open : []), ...(tellsSecret || tellsOpen ? secret : [])];
  const refs = (some: readonly Found[]): readonly string[] => some.map(({ type, id }) => `${type}/${id}`);
  const made = [
    ...(tellsOpen ? [await make({ rec, secret: false, refs: refs(open) })] : []),
    ...(tellsSecret && !tellsOpen ? [await make({ rec, secret: true, refs: refs(secret) })] : []),
  ];
  for (const [type, of] of Map.groupBy(told, (one) => one.type))
    await database.of(type).updateMany({ _id: { $in: of.map(({ id }) => id) } }, { $set: { told: true } }, within(database));
  await insertNotices(database, made);
}

/** Two processes that tell of the same write the same rows: one of them begins again. */
async function dueIn(database: Database, types: readonly string[], rec: string, term: Term): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const type of types) {
    const rows = await database
      .of(type)
      .find({ rec, ...due(term) }, { ...within(database), projection: { rd: 1 } })
      .toArray();
    for (const { _id, rd } of rows) found.push({ type, id: _id, secret: !rd.includes('REP') });
  }
  return found;
}
