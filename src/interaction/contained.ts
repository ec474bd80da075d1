// Contained resources that a search finds: their containers as its rows, under the Permission of these, and what is shown of each.
// https://hl7.org/fhir/R4/search.html#contained
import { isObject, type JsonObject, objectsOf, parseJson } from '../fhir/json.ts';
import { type Filter, none, or } from '../filter/filter.ts';
import { matches } from '../filter/matches.ts';
import { containing, ofContained } from '../search/contained.ts';
import type { Query } from '../search/query.ts';
import { resolveSearch } from '../search/resolve.ts';
import type { Located, Source } from '../store/across.ts';
import type { Reading } from '../store/reading.ts';
import { linksFor } from './chain.ts';
import { type Context, indexed } from './context.ts';
import { isAskable } from './reach.ts';
import type { Entry } from './searchset.ts';
import { permissionsOf } from './source.ts';
import { cutDown } from './subset.ts';

/** `inside`: of what is contained; `own`: of what stands by itself. */
export type ContainedSources = { readonly sources: readonly Source[]; readonly inside: Filter; readonly own: Filter };
export type ContainedQuery = Query & { readonly contained: NonNullable<Query['contained']> };

export function isContained(query: Query): query is ContainedQuery {
  return query.contained !== undefined;
}

/** Every type can contain it. */
export async function containedSources(context: Context, reading: Reading, query: ContainedQuery): Promise<ContainedSources> {
  const { type, contained } = query;
  const links = linksFor(context, reading);
  const inside = await resolveSearch({ ...query, conditions: contained.conditions }, links);
  const own = contained.both ? await resolveSearch(query, links) : none;
  const permissionOn = permissionsOf(context);
  const sources: Source[] = [];
  for (const of of context.conformance.types.keys()) {
    if (!isAskable(context, 's', of)) continue;
    const filter = or(containing(type, inside), of === type ? own : none);
    sources.push({ type: of, filter, permission: await permissionOn(of, undefined) });
  }
  return { sources, inside, own };
}

/** Of each container itself, or those of its contained resources that are found. */
export function shownOf(
  context: Context,
  query: ContainedQuery,
  { inside, own }: ContainedSources,
  row: Located,
): readonly Entry[] {
  const { conformance, baseUrl, moments } = context;
  const fullUrl = `${baseUrl}/${row.type}/${row._id}`;
  const whole: Entry = { fullUrl, text: cutDown(conformance, query.subset, row.type, row.j), mode: 'match' };
  if (query.contained.whole) return [whole];
  const resource = parseJson(row.j);
  if (!isObject(resource)) return [];
  const index = indexed(context, row.type, resource);
  const isOwn = row.type === query.type && matches(own, { ...row, ...index }, moments);
  const found = new Set(index.c?.filter((one) => matches(ofContained(query.type, inside), one, moments)).map(({ i }) => i));
  const texts = objectsOf(resource.contained).filter(({ id }) => typeof id === 'string' && found.has(id));
  const part = (one: JsonObject): Entry => ({
    fullUrl: `${fullUrl}#${String(one.id)}`,
    text: cutDown(conformance, query.subset, query.type, JSON.stringify(one)),
    mode: 'match',
  });
  return [...(isOwn ? [whole] : []), ...texts.map(part)];
}
