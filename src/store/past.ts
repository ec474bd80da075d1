// Old versions and tombstones: each answers a Permission as the current row of its resource does, or as the last one did.
// https://hl7.org/fhir/R4/http.html#history
import type { Row } from '../filter/row.ts';
import { type Database, type Past, within } from './database.ts';
import { isRuled } from './line.ts';

/** What a Permission may ask of a row, its ruled tokens aside. */
export const ruled = [
  'rec',
  'date',
  'dhi',
  'tc',
  'tcs',
  'rd',
  'hold',
  'dep',
  'ent',
  'st',
  'by',
  'feed',
  'after',
  'of',
  'line',
  'kin',
  'heirs',
] as const satisfies readonly (keyof Row)[];

/** Old versions are not searched. `until`: the instant at which another version took its place. */
export function pastOf(type: string, row: Row, until?: Date): Past {
  const { c: _contained, w: _words, f: _ofBytes, ...rest } = row;
  const past = { ...rest, _id: `${type}/${row._id}/${row.v}`, id: row._id, type, idx: row.idx.filter(isRuled), p: {}, s: {} };
  return until === undefined ? past : { ...past, until };
}

/** What the old versions have of the current row. */
export function ruledOf(row: Row): Partial<Row> & Pick<Row, 'idx'> {
  const given = ruled.filter((name) => row[name] !== undefined);
  return { ...Object.fromEntries(given.map((name) => [name, row[name]])), idx: row.idx.filter(isRuled) };
}

/** All versions of the resource go with its current row. */
export async function ruleVersions(database: Database, type: string, row: Row): Promise<void> {
  const $unset = Object.fromEntries(ruled.filter((name) => row[name] === undefined).map((name) => [name, '' as const]));
  await database.history.updateMany({ type, id: row._id }, { $set: ruledOf(row), $unset }, within(database));
}

/** What was deleted comes back: its tombstone is a version that has ended. */
export async function endTombstone(database: Database, type: string, row: Row): Promise<void> {
  await database.history.updateOne({ _id: `${type}/${row._id}/${row.v - 1}` }, { $set: { until: row.lu } }, within(database));
  await ruleVersions(database, type, row);
}
