// From the conditions of a search to one Filter: each chain is answered by the visible rows that it leads to.
// https://hl7.org/fhir/R4/search.html#chaining
import { and, type Filter, oneOf } from '../filter/filter.ts';
import type { Chain, Condition, Identity } from './condition.ts';
import type { Query } from './query.ts';
import { referenceEntry } from './reference.ts';

/**
 * Ids of the rows of `type` that meet `filter` and that the caller may see.
 * `identity`: the filter is this identifier of a Patient and nothing else, so that minimal identity may answer.
 */
export type Lookup = (type: string, filter: Filter, asked: { readonly identity?: Identity }) => Promise<readonly string[]>;

/** One look-up after the other and none left out, whatever the earlier ones found. */
export async function resolveSearch(query: Query, lookup: Lookup): Promise<Filter> {
  const filters: Filter[] = [];
  for (const condition of query.conditions) filters.push(await resolve(condition, lookup));
  return and(...filters);
}

async function resolve(condition: Condition, lookup: Lookup): Promise<Filter> {
  return condition.op === 'chain' ? follow(condition, lookup) : condition;
}

async function follow({ code, target, record, of, identity }: Chain, lookup: Lookup): Promise<Filter> {
  const ids = await lookup(target, await resolve(of, lookup), identity === undefined ? {} : { identity });
  return record
    ? oneOf('rec', ids)
    : oneOf(
        'idx',
        ids.map((id) => referenceEntry(code, target, id)),
      );
}
