// A world laid into the database as the server would have written it, at a third of the cost; and whether what it wrote is the same.
// https://www.mongodb.com/docs/manual/reference/method/db.collection.insertMany/
import { isDeepStrictEqual } from 'node:util';
import type { Row } from '../../../src/filter/row.ts';
import type { Database, Past } from '../../../src/store/database.ts';
import { ruled, ruledOf } from '../../../src/store/past.ts';
import { insKey, toStored } from '../../../src/store/records.ts';
import { testIns } from '../../resources.ts';
import type { Compiled } from './compiled.ts';

export async function plant(database: Database, { record, rows, ins }: Compiled): Promise<void> {
  const kept = [...rows.values()];
  const past = kept.flatMap((one) => one.past.map((version) => ruledBy(one.row, version)));
  await Promise.all([
    database.records.insertOne(toStored(record)),
    database.keys.insertOne({ _id: insKey({ system: testIns, value: ins }), ids: [record.key] }),
    ...[...Map.groupBy(kept, ({ type }) => type)].map(
      async ([type, of]) => await database.of(type).insertMany(of.map(({ row }) => row)),
    ),
    ...(past.length === 0 ? [] : [database.history.insertMany(past)]),
  ]);
}

/** As visible as the current row. */
function ruledBy(row: Row, past: Past): Past {
  const own = Object.entries(past).filter(([name]) => !ruled.some((one) => one === name));
  return { ...(Object.fromEntries(own) as Past), ...ruledOf(row) };
}

/** How often it was raised, and what comes of the bytes of documents. */
const beside = new Set(['n', 'f', 'told']);
const besideDocument = new Set([...beside, 's', 'j']);

/** What was written otherwise than it would have been planted. */
export async function judgeWritten(database: Database, { record, rows }: Compiled): Promise<readonly string[]> {
  const { _id: _key, ...expected } = toStored(record);
  const stored = await database.records.findOne({ _id: record.key }, { projection: { _id: 0 } });
  const faults = isDeepStrictEqual(stored, expected) ? [] : [differing('records', stored ?? {}, expected)];
  for (const { type, row, past } of rows.values()) {
    const written = await database.of(type).findOne({ _id: row._id });
    const before: readonly Past[] = await database.history.find({ type, id: row._id }, { sort: { v: 1 } }).toArray();
    if (before.length !== past.length) faults.push(`${type}/${row._id}: ${before.length} former versions, not ${past.length}`);
    const pairs = [[written, row], ...past.map((one, at) => [before[at], ruledBy(row, one)])] as const;
    for (const [is, ought] of pairs) {
      const [one, other] = [told(type, is ?? {}), told(type, ought ?? {})];
      if (!isDeepStrictEqual(one, other)) faults.push(differing(`${type}/${row._id}`, one, other));
    }
  }
  return faults;
}

const sets: ReadonlySet<string> = new Set(['idx', 'rd', 'tcs', 'kin', 'refs', 'heirs']);
const isOfBytes = (text: string): boolean => text.startsWith('"location|');

function told(type: string, row: object): object {
  const untold = type === 'DocumentReference' ? besideDocument : beside;
  const plain = (name: string, value: unknown): unknown =>
    sets.has(name) && Array.isArray(value)
      ? value
          .map((one) => JSON.stringify(one))
          .filter((text) => !isOfBytes(text))
          .toSorted()
      : value;
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => (untold.has(name) ? [] : [[name, plain(name, value)]])),
  );
}

function differing(what: string, is: object, ought: object): string {
  const names = [...new Set([...Object.keys(is), ...Object.keys(ought)])];
  const of = (object: object, name: string): unknown => (object as Record<string, unknown>)[name];
  const parted = names.filter((name) => !isDeepStrictEqual(of(is, name), of(ought, name)));
  const lines = parted.map((name) => `${name}: ${JSON.stringify(of(is, name))}, planted ${JSON.stringify(of(ought, name))}`);
  return `${what} is written otherwise than planted: ${lines.join('; ')}`;
}
