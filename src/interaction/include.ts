// What a page's rows refer to and what refers to them, each under the caller's Permission of its own type.
// https://hl7.org/fhir/R4/search.html#include
import { hasDirectory, isDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { type Filter, oneOf } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import { type Include, includedIds, revincludeFilter } from '../search/include.ts';
import type { Query } from '../search/query.ts';
import type { Found, Reading } from '../store/reading.ts';
import type { Context } from './context.ts';
import { permissionFor } from './reach.ts';

export type Included = { readonly type: string; readonly row: Found };

const mostIncluded = 1000;

/** Each resource once, and none that is a match itself. */
export async function includedRows(
  context: Context,
  reading: Reading,
  query: Query,
  rows: readonly Found[],
): Promise<readonly Included[]> {
  if (rows.length === 0 || query.includes.length + query.revincludes.length === 0) return [];
  const seen = new Set(rows.map(({ _id }) => `${query.type}/${_id}`));
  const found: Included[] = [];
  const add = (type: string, more: readonly Found[]): void => {
    for (const row of more) {
      if (seen.has(`${type}/${row._id}`)) continue;
      seen.add(`${type}/${row._id}`);
      found.push({ type, row });
    }
  };
  const texts = rows.map(({ j }) => parseJson(j)).filter(isObject);
  for (const [type, ids] of idsByType(context, query, texts))
    add(type, await under(context, reading, type, keysOf(ids), oneOf('_id', ids)));
  for (const include of query.revincludes) {
    const ids = rows.map(({ _id }) => _id);
    const filter = revincludeFilter(include, ids);
    add(include.type, await under(context, reading, include.type, keysReferring(query.type, include, rows), filter));
  }
  return found;
}

function idsByType(
  { baseUrl }: Context,
  { includes }: Query,
  resources: readonly JsonObject[],
): ReadonlyMap<string, readonly string[]> {
  const merged = new Map<string, string[]>();
  for (const include of includes) {
    for (const [type, ids] of includedIds(include, resources, baseUrl)) merged.set(type, [...(merged.get(type) ?? []), ...ids]);
  }
  return merged;
}

/** People and places are referred to from any record, everything else from its own. */
function keysReferring(type: string, { record }: Include, rows: readonly Found[]): readonly string[] | undefined {
  if (hasDirectory(type) || (type === 'Patient' && !record)) return undefined;
  return [...new Set(rows.flatMap(({ rec, _id }) => rec ?? keyOfId(_id) ?? []))];
}

function keysOf(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => keyOfId(id) ?? []);
}

async function under(
  context: Context,
  reading: Reading,
  type: string,
  keys: readonly string[] | undefined,
  filter: Filter,
): Promise<readonly Found[]> {
  if (!context.conformance.types.has(type) || scopeOf(context.caller, 's', type) === 'none') return [];
  const permission = await permissionFor(context, 's', type, isDirectory(type) ? undefined : keys);
  const found = await reading.find(type, permission, { filter, limit: mostIncluded + 1 });
  if (found.length > mostIncluded)
    throw refuse('too-costly', 'Too many resources to include: ask for smaller pages', 'http._revinclude');
  return found;
}
