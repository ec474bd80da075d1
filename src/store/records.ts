// The access states: kept in a small cache, because every guarded read proves that the version used was the current one.
import type { AccessRecord, Actor } from '../access/record.ts';
import { isAccessRecord } from '../access/record-form.ts';
import type { Ins } from '../identity/caller.ts';
import { type Database, type StoredRecord, within } from './database.ts';
import { inTime, maxTimeMS } from './in-time.ts';

const cached = 10_000;

export type Records = {
  readonly get: (key: string) => Promise<AccessRecord | undefined>;
  /** With one command: a transaction takes no two at once. */
  readonly several: (keys: readonly string[]) => Promise<readonly AccessRecord[]>;
  /** As it now is, past the cache: for a write may be refused on it without any guarded read. */
  readonly current: (key: string) => Promise<AccessRecord | undefined>;
  /** Those that name one of the actors, by key; at most `limit`. */
  readonly naming: (actors: readonly Actor[], limit: number) => Promise<readonly AccessRecord[]>;
  readonly keyOf: (ins: Ins) => Promise<string | undefined>;
  readonly forget: (keys: Iterable<string>) => void;
};

/** What it says cannot be read: nothing is answered by it. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
}

export const insKey = ({ system, value }: Ins): string => `Patient||${system}|${value}`;

export function recordsOf(database: Database): Records {
  const { records, keys } = database;
  const options = { maxTimeMS, ...within(database) };
  const cache = new Map<string, AccessRecord>();
  const keep = (record: AccessRecord): AccessRecord => {
    cache.delete(record.key);
    cache.set(record.key, record);
    const [oldest] = cache.keys();
    if (cache.size > cached && oldest !== undefined) cache.delete(oldest);
    return record;
  };
  const current = async (key: string): Promise<AccessRecord | undefined> => {
    const stored = await inTime(records.findOne({ _id: { $eq: key } }, options));
    return stored === null ? undefined : keep(fromStored(stored));
  };
  return {
    get: async (key) => cache.get(key) ?? (await current(key)),
    several: async (asked) => {
      const known = new Map(asked.map((key) => [key, cache.get(key)]));
      const missing = asked.filter((key) => known.get(key) === undefined);
      const found = missing.length === 0 ? [] : await inTime(records.find({ _id: { $in: missing } }, options).toArray());
      for (const stored of found) known.set(stored._id, keep(fromStored(stored)));
      return asked.flatMap((key) => known.get(key) ?? []);
    },
    current,
    naming: async (actors, limit) => {
      const asked = records.find({ actors: { $in: [...actors] } }, { limit, sort: { _id: 1 }, ...options });
      return (await inTime(asked.toArray())).map((stored) => keep(fromStored(stored)));
    },
    keyOf: async (ins) => (await inTime(keys.findOne({ _id: { $eq: insKey(ins) } }, options)))?.ids?.[0],
    forget: (gone) => {
      for (const key of gone) cache.delete(key);
    },
  };
}

export function toStored({ key, ...record }: AccessRecord): StoredRecord {
  return { _id: key, ...record };
}

/** Throws UnreadableRecord. */
export function fromStored({ _id, ...stored }: StoredRecord): AccessRecord {
  const record = { key: _id, ...stored };
  if (!isAccessRecord(record)) throw new UnreadableRecord('an access state cannot be read');
  return record;
}
