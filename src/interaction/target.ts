// What a write is about: the row of an id, or the one row that the criteria of a conditional interaction find, under `write`.
// https://hl7.org/fhir/R4/http.html#cond-update, https://hl7.org/fhir/R4/http.html#concurrency
import type { AccessRecord } from '../access/record.ts';
import { isDirectory } from '../access/type.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { equals } from '../filter/filter.ts';
import type { Interaction } from '../identity/scope.ts';
import type { Parameters } from '../search/query.ts';
import { type Found, Stale } from '../store/reading.ts';
import type { Context } from './context.ts';
import { keysOfId, permissionFor } from './reach.ts';
import { knownRecord } from './read.ts';

/** An id, or the criteria of a conditional interaction as they were sent. */
export type Target = { readonly id: string } | { readonly criteria: Parameters };

export type Writable = {
  readonly row: Found & { readonly idx: readonly string[]; readonly p: Record<string, never> };
  readonly record: AccessRecord | undefined;
  readonly expects: ReadonlyMap<string, number>;
};

/** What there is no row for: its last version, if it was deleted and the caller saw it. */
export type Absent = { readonly absent: string; readonly version: number };

export async function writable(context: Context, interaction: Interaction, type: string, id: string): Promise<Writable | Absent> {
  const { store, moments, trail } = context;
  const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
  const permission = await permissionFor(context, interaction, type, keys);
  trail.record ??= await knownRecord(context, keys);
  const reading = store.reading(moments);
  const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1, under: 'write' });
  if (row) {
    const record = row.rec === undefined ? undefined : await store.records.get(row.rec);
    if (record && record.version !== permission.records.get(record.key)) throw new Stale([record.key]);
    return { row: { ...row, idx: [], p: {} }, record, expects: permission.records };
  }
  const past = await reading.tombstone(type, id, permission);
  return { absent: id, version: past?.v ?? 0 };
}

/** 410 where its last version was seen, else 404. */
export function absence({ version }: Absent): Error {
  return version > 0 ? refuse('gone', 'Resource deleted') : notFound();
}

export async function present(context: Context, interaction: Interaction, type: string, id: string): Promise<Writable> {
  const found = await writable(context, interaction, type, id);
  if ('absent' in found) throw absence(found);
  return found;
}

/** `*` is any current version. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
export function judgeVersion(ifMatch: string | undefined, version: number | undefined): void {
  if (ifMatch !== undefined && !(ifMatch === '*' && version !== undefined) && ifMatch !== `W/"${version}"`)
    throw refuse('precondition-failed', 'The version is not the current one', 'http.If-Match');
}
