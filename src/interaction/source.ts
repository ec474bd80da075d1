// Where the rows of each query can be, and what the caller may see there: its conditions as one Filter, under the Permission of its type.
// https://hl7.org/fhir/R4/http.html#search
import type { Permission } from '../access/permission.ts';
import { isDirectory } from '../access/type.ts';
import { scopeOf } from '../identity/scope.ts';
import type { Query } from '../search/query.ts';
import { resolveSearch } from '../search/resolve.ts';
import type { Source } from '../store/across.ts';
import type { Reading } from '../store/reading.ts';
import { linksFor } from './chain.ts';
import type { Context } from './context.ts';
import { keysNamed, narrowingFor, permissionFor, withPractice } from './reach.ts';
import { knownRecord } from './read.ts';

/** The record that they name, where they name one, is what a trace of nothing found is of. */
export async function sourcesOf(context: Context, reading: Reading, queries: readonly Query[]): Promise<readonly Source[]> {
  const links = linksFor(context, reading);
  const permissionOn = permissionsOf(context);
  const named = new Set<string>();
  const sources: Source[] = [];
  for (const query of queries) {
    const { type, rank } = query;
    const filter = await resolveSearch(query, links);
    const keys = isDirectory(type) ? undefined : withPractice(context, type, keysNamed(type, query, filter));
    for (const key of keys ?? []) named.add(key);
    sources.push({ type, permission: await permissionOn(type, keys), filter, ...(rank && { rank }) });
  }
  if (named.size > 0) context.trail.record = await knownRecord(context, [...named]);
  return sources;
}

/** What a caller may see of several types, each rule made once. */
export function permissionsOf(context: Context): (type: string, keys: readonly string[] | undefined) => Promise<Permission> {
  const known = new Map<string, Permission>();
  return async (type, keys) => {
    // All that a Permission rests on but the caller.
    const within = await narrowingFor(context, 's', type);
    const reach = JSON.stringify([isDirectory(type), type === 'Consent', scopeOf(context.caller, 's', type), within, keys]);
    const permission = known.get(reach) ?? (await permissionFor(context, 's', type, keys));
    known.set(reach, permission);
    return permission;
  };
}
