// From an accepted resource to its row: meta, envelope and index, all computed by the server.
// https://hl7.org/fhir/R4/resource.html#Meta
import { ownEnvelope } from '../access/inherit.ts';
import { depositorOf, entererOf, structureOf } from '../access/standing.ts';
import { type Interval, intervalOf, periodOf } from '../fhir/instant.ts';
import { isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import type { Row, Words } from '../filter/row.ts';
import type { Bytes } from '../store/attachment.ts';
import type { Found } from '../store/reading.ts';
import { type Context, indexed } from './context.ts';

/** Of a resource without its attachments, in bytes. */
export const longestText = 15_000_000;
const mostEntries = 10_000;

export type Draft = {
  readonly type: string;
  readonly id: string;
  readonly resource: JsonObject;
  readonly rec?: string;
  readonly bytes?: Bytes;
  readonly of?: string;
  readonly line?: readonly string[];
  /** What its attachments say; absent in a next version: what they said before. */
  readonly words?: Words;
  /** 1 where it is absent; later where what was deleted comes back. */
  readonly version?: number;
};

/** Deposited by the caller now. */
export function newRow(context: Context, draft: Draft): Row {
  const { caller, moments } = context;
  const structure = structureOf(caller.who);
  const enterer = entererOf(caller);
  const row = build(context, draft, {
    v: draft.version ?? 1,
    n: 0,
    made: moments.now,
    dep: depositorOf(caller),
    line: draft.line ?? [draft.id],
    ...(structure === undefined ? {} : { st: structure }),
    ...(enterer === undefined ? {} : { ent: enterer }),
  });
  // Until a document takes it, a Binary is its depositor's alone.
  return draft.type === 'Binary' ? { ...row, rd: caller.who.kind === 'holder' ? [row.dep, 'PAT'] : [row.dep] } : row;
}

/** The next version: a deposit stays what it was in everything but its text. */
export function nextRow(
  context: Context,
  type: string,
  was: Pick<Found, 'v' | 'n' | 'made' | 'dep' | 'line' | '_id'> & Partial<Found>,
  resource: JsonObject,
  words?: Words,
): Row {
  const { rec, file, size, sha1, of, st, ent } = was;
  return build(
    context,
    {
      type,
      id: was._id,
      resource,
      ...(rec === undefined ? {} : { rec }),
      ...(file === undefined || size === undefined || sha1 === undefined ? {} : { bytes: { file, size, sha1 } }),
      ...(of === undefined ? {} : { of }),
      ...(words === undefined ? {} : { words }),
    },
    {
      v: was.v + 1,
      n: was.n + 1,
      made: was.made,
      dep: was.dep,
      line: was.line,
      ...(st === undefined ? {} : { st }),
      ...(ent === undefined ? {} : { ent }),
    },
  );
}

type Deposit = Pick<Row, 'v' | 'n' | 'made' | 'dep' | 'line'> & Partial<Pick<Row, 'st' | 'ent'>>;

function build(context: Context, { type, id, resource, rec, bytes, of, words }: Draft, deposit: Deposit): Row {
  const { statute, moments } = context;
  const text = stamped(resource, id, deposit.v, moments.now);
  const { low, high } = intervalOfMain(statute.mainDateOf(text)) ?? { low: deposit.made, high: deposit.made };
  const j = JSON.stringify(text);
  const index = indexed(context, type, text);
  judgeSize(j, index, words);
  const row: Row = {
    _id: id,
    lu: moments.now,
    ...(rec === undefined ? {} : { rec }),
    date: low,
    dhi: high,
    rd: [],
    ...deposit,
    ...bytes,
    ...(of === undefined ? {} : { of }),
    ...index,
    ...(words === undefined ? {} : { f: words }),
    j,
  };
  return { ...row, ...ownEnvelope({ row, resource: text, category: statute.categoryOf(text) }) };
}

/** MongoDB takes 16 MB in one row, and each entry of the index is a write of its own. */
function judgeSize(j: string, index: Indexed, words: Words | undefined): void {
  if (entriesIn(index) > mostEntries) throw refuse('too-large', `A resource is found by ${mostEntries} values at most`);
  const size = Buffer.byteLength(j);
  // The index of a small text is small.
  const more = size < longestText / 15 ? 0 : Buffer.byteLength(JSON.stringify([index.idx, index.p, index.c, index.w, words]));
  if (size + more > longestText) throw refuse('too-large', 'A resource without its attachments takes 15 MB at most');
}

type Indexed = Pick<Row, 'idx' | 'p' | 'c' | 'w'>;

/** Those of what it contains too. */
function entriesIn({ idx, p, c = [] }: Indexed): number {
  const own = Object.values(p).reduce((sum, list) => sum + list.length, idx.length);
  return c.reduce((sum, one) => sum + entriesIn(one), own);
}

function stamped(resource: JsonObject, id: string, version: number, now: Date): JsonObject {
  const { resourceType, id: _id, meta, ...rest } = resource;
  const kept = isObject(meta) ? meta : {};
  return { resourceType, id, meta: { ...kept, versionId: String(version), lastUpdated: now.toISOString() }, ...rest };
}

function intervalOfMain(value: unknown): Interval | undefined {
  if (typeof value === 'string') return intervalOf(value);
  return isObject(value) ? periodOf(value) : undefined;
}

export function resourceOfRow({ j }: Pick<Row, 'j'>): JsonObject {
  const value = parseJson(j);
  if (!isObject(value)) throw new TypeError('a row holds a resource');
  return value;
}
