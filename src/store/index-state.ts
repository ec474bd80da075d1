// By which search parameters every stored row of a type is indexed: the servers of a database agree on it, whatever statement each has.
// https://hl7.org/fhir/R4/search.html
import type { Database } from './database.ts';

/** Code of a parameter → digest of its definition. */
export type Definition = ReadonlyMap<string, string>;
export type Definitions = ReadonlyMap<string, Definition>;
/** Type → the codes by which not every row is indexed; no type without any. */
export type Lacking = ReadonlyMap<string, ReadonlySet<string>>;

export type TypeIndex = {
  readonly _id: string;
  /** What every row of the type is indexed by. */
  readonly made: Readonly<Record<string, string>>;
  /** A reindex under way, or one that was interrupted: all rows up to `after` are done. */
  readonly job?: { readonly digest: string; readonly after: string; readonly done: number };
};

const everyMs = 2000;

/** `changed` is told what is lacking, at once and whenever a reindex or another server changes it. */
export async function watchIndexes(
  database: Database,
  definitions: Definitions,
  changed: (lacking: Lacking) => void,
): Promise<{ readonly stop: () => void }> {
  let last: string | undefined;
  const look = async (): Promise<void> => {
    const lacking = await lackingIndexes(database, definitions);
    const text = JSON.stringify([...lacking].map(([type, codes]) => [type, ...codes]));
    if (text === last) return;
    last = text;
    changed(lacking);
  };
  await look();
  const timer = setInterval(() => void look().catch(() => undefined), everyMs).unref();
  return { stop: () => clearInterval(timer) };
}

/** Takes away what this server, which may write from now on, does not index by as others did; a type without rows lacks nothing. */
export async function lackingIndexes(database: Database, definitions: Definitions): Promise<Lacking> {
  const stored = new Map((await database.indexes.find().toArray()).map(({ _id, made }) => [_id, made]));
  const lacking = new Map<string, ReadonlySet<string>>();
  for (const [type, definition] of definitions) {
    const made = stored.get(type) ?? {};
    const strange = Object.keys(made).filter((code) => made[code] !== definition.get(code));
    const codes = [...definition].filter(([code, digest]) => made[code] !== digest).map(([code]) => code);
    if (strange.length + codes.length === 0) continue;
    if (await isEmpty(database, type)) await setMade(database, type, definition);
    else {
      await takeAway(database, type, strange);
      if (codes.length > 0) lacking.set(type, new Set(codes));
    }
  }
  return lacking;
}

async function isEmpty(database: Database, type: string): Promise<boolean> {
  return (await database.of(type).findOne({}, { projection: { _id: 1 } })) === null;
}

async function takeAway(database: Database, type: string, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  const $unset = Object.fromEntries(codes.map((code) => [`made.${code}`, '' as const]));
  await database.indexes.updateOne({ _id: type }, { $unset });
}

export async function setMade(database: Database, type: string, definition: Definition): Promise<void> {
  const made = Object.fromEntries(definition);
  await database.indexes.updateOne({ _id: type }, { $set: { made }, $unset: { job: '' } }, { upsert: true });
}
