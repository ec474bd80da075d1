// Reading one resource is a search by id under the caller's Permission.
// https://hl7.org/fhir/R4/http.html#read

import type { Permission } from '../access/permission.ts';
import { isDirectory } from '../access/type.ts';
import type { Conformance } from '../conformance/conformance.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { equals } from '../filter/filter.ts';
import type { Parameters } from '../search/query.ts';
import { parseSubset, type Subset } from '../search/subset.ts';
import type { ByteRange } from '../store/attachment.ts';
import type { Found, Reading } from '../store/reading.ts';
import { leave, type Telling, touchedBy, versionHeaders } from './answer.ts';
import { isHeld, type ReadCondition } from './condition.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { keysOfId, mayAsk, permissionFor } from './reach.ts';
import { cutDown, keeping } from './subset.ts';

/** `parameters`: `_summary` and `_elements`, and no other. */
export type ReadForm = ReadCondition & { readonly parameters?: Parameters; readonly lenient?: boolean; readonly tell?: Telling };

export async function read(context: Context, type: string, id: string, form: ReadForm = {}): Promise<Answer> {
  capabilityOf(context, type);
  const subset = subsetAsked(context.conformance, type, form.parameters ?? [], form.lenient ?? false);
  mayAsk(context, 'r', type);
  const { store, moments, trail } = context;
  return await store.steady(async () => {
    const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
    const permission = await permissionFor(context, 'r', type, keys);
    trail.record = await knownRecord(context, keys);
    const reading = store.reading(moments);
    const row = await findOne(reading, type, id, permission);
    const told = await form.tell?.(reading, [row]);
    const shown = told === undefined ? row : { ...row, j: told(row.j) };
    return await leave(context, reading, [touchedBy(type, row)], answerOf(context, type, shown, { subset, ...form }));
  });
}

/** 404, or 410 where its last version was visible. */
export async function findOne(reading: Reading, type: string, id: string, permission: Permission): Promise<Found> {
  const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1 });
  if (row) return row;
  if (await reading.tombstone(type, id, permission)) throw refuse('gone', 'Resource deleted');
  throw notFound();
}

export async function knownRecord({ store }: Context, keys: readonly string[] = []): Promise<string | undefined> {
  for (const key of keys) if (!key.startsWith('p:') && (await store.records.get(key))) return key;
  return undefined;
}

/** One version of a resource as it is asked for: nothing of it where the caller holds it already. */
export function answerOf(
  { conformance, store }: Context,
  type: string,
  row: Found,
  { subset, ...condition }: ReadCondition & { readonly subset?: Subset | undefined },
): Answer {
  const headers = versionHeaders(row);
  if (isHeld(condition, row.v, row.lu)) return { status: 304, headers };
  const answer = { status: 200, body: cutDown(conformance, subset, type, row.j), headers };
  const { file, size } = row;
  if (type !== 'Binary' || file === undefined || size === undefined) return answer;
  const { contentType } = JSON.parse(row.j) as { contentType?: string };
  const bytes = {
    type: contentType ?? 'application/octet-stream',
    size,
    // No element is empty.
    asData: size > 0 && (subset === undefined || keeping(conformance, subset, type)?.('data') !== false),
    open: (range?: ByteRange) => store.bytesOf(file, range),
  };
  return { ...answer, bytes };
}

/** The form of the answer is all that the parameters of these interactions say. */
export function subsetAsked(
  conformance: Conformance,
  type: string,
  parameters: Parameters,
  lenient: boolean,
): Subset | undefined {
  const other = parameters.find(([name]) => name !== '_summary' && name !== '_elements');
  if (other && !lenient) throw refuse('unknown-parameter', 'This parameter is not known here', `http.${other[0].slice(0, 64)}`);
  return parseSubset(conformance, type, parameters, lenient);
}
