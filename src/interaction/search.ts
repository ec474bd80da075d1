// A search: its queries and the Permission compiled to one Filter each, then its page, its total and what the page includes.
// https://hl7.org/fhir/R4/http.html#search

import { afterFilter, type Position, positionOf } from '../filter/order.ts';
import { highestScore } from '../filter/rank.ts';
import type { Across } from '../search/across.ts';
import type { Include } from '../search/include.ts';
import type { Parameters, Query } from '../search/query.ts';
import { afterRow, type Located, type Source } from '../store/across.ts';
import type { Reading } from '../store/reading.ts';
import { leave, type Telling, touchedBy } from './answer.ts';
import { containedSources, isContained, shownOf } from './contained.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { identitySearch } from './identity.ts';
import { type Included, includedRows } from './include.ts';
import { badPage, linksOf, pageAsked } from './page.ts';
import { mayAsk } from './reach.ts';
import { pathOf, queriesFor, type Scope } from './search-scope.ts';
import { type Entry, queryText, searchset } from './searchset.ts';
import { sourcesOf } from './source.ts';
import { cutDown } from './subset.ts';

export type SearchRequest = Scope & {
  readonly parameters: Parameters;
  readonly lenient: boolean;
  /** By an operation, at its own address below the base. */
  readonly shown?: { readonly path: string; readonly tell: Telling };
};
export type Searched = {
  readonly answer: Answer /** The answer is empty and named a row: it leaves as a 404 does. */;
  readonly quiet: boolean;
};

/** `single`: of one type by its address, whose rows need no type to be put in order. */
type Page = Across & { readonly path: string; readonly single: boolean; readonly after?: Position; readonly tell?: Telling };

export async function search(context: Context, request: SearchRequest): Promise<Searched> {
  const { type, compartment } = request;
  if (type !== undefined) capabilityOf(context, type);
  const page = openPage(context, request);
  const [query] = page.queries;
  if (query.identity && page.single && compartment === undefined) {
    const found = await identitySearch(context, query, query.identity);
    if (found) return found;
  }
  if (type !== undefined) mayAsk(context, 's', type);
  return await context.store.steady(async () => await run(context, page));
}

function openPage(context: Context, { parameters, lenient, shown, ...scope }: SearchRequest): Page {
  const path = shown?.path ?? pathOf(scope);
  const tell = shown === undefined ? {} : { tell: shown.tell };
  const isSingle = ({ queries: [{ contained }] }: Across): boolean => scope.type !== undefined && contained === undefined;
  const page = pageAsked(context, path, parameters);
  context.trail.searched = true;
  if (page === undefined) {
    context.trail.query = `${path}?${queryText(parameters)}`;
    const across = queriesFor(context, scope, parameters, lenient);
    return { ...across, ...tell, path, single: isSingle(across) };
  }
  context.trail.query = `${path}?${queryText(page.parameters)} (next page)`;
  const across = queriesFor(context, scope, page.parameters, true);
  const single = isSingle(across);
  if (page.values.length !== across.queries[0].sort.length + Number(!single)) throw badPage();
  return { ...across, ...tell, path, single, after: page.values };
}

async function run(context: Context, page: Page): Promise<Searched> {
  const { queries, applied, path, single, tell } = page;
  const [query] = queries;
  const { sort, count } = query;
  const reading = context.store.reading(context.moments);
  const contained = isContained(query) ? await containedSources(context, reading, query) : undefined;
  const sources = contained?.sources ?? (await sourcesOf(context, reading, queries));
  const { rows, more } = await pageOf(reading, sources, page);
  const total = await totalOf(reading, sources, page, more ? undefined : rows.length);
  const matches = rows.map((row) => ({ type: row.type, row }));
  const included = await includedRows(context, reading, includesOf(queries), matches);
  const touched = [...matches, ...included].map(({ type, row }) => touchedBy(type, row));
  const told = await tell?.(
    reading,
    [...matches, ...included].map(({ row }) => row),
  );
  const last = more ? rows.at(-1) : undefined;
  const position = last && positionOf(sort, { ...last, idx: [], p: {} });
  const body = searchset(
    linksOf(context, path, { applied, count }, position && last && (single ? position : [...position, last.type])),
    [
      ...rows.flatMap((row) =>
        contained && isContained(query)
          ? shownOf(context, query, contained, row)
          : [{ ...entryOf(context, queries, { type: row.type, row }, 'match', told), ...scoreOf(row) }],
      ),
      ...included.map((one) => entryOf(context, queries, one, 'include', told)),
    ],
    total,
  );
  const answer = await leave(context, reading, touched, { status: 200, body, headers: {} });
  return { answer, quiet: rows.length === 0 && queries.some(({ namesRow }) => namesRow) };
}

type Rows = { readonly rows: readonly Located[]; readonly more: boolean };

async function pageOf(reading: Reading, sources: readonly Source[], { queries, single, after }: Page): Promise<Rows> {
  const [{ totalOnly, sort, count }] = queries;
  if (totalOnly) return { rows: [], more: false };
  const rest = sources.map((source) => {
    if (after === undefined) return source;
    return { ...source, after: single ? afterFilter(sort, after) : afterRow(sort, after, source.type) };
  });
  const found = await find(reading, rest, { single, order: sort, limit: count + 1 });
  return { rows: found.slice(0, count), more: found.length > count };
}

type Asked = { readonly single: boolean; readonly order: Query['sort']; readonly limit: number };

async function find(reading: Reading, sources: readonly Source[], { single, ...asked }: Asked): Promise<readonly Located[]> {
  const [only] = sources;
  if (!single || only === undefined) return await reading.findAcross(sources, asked);
  const { type, permission, ...source } = only;
  const found = await reading.find(type, permission, { ...asked, ...source });
  return found.map((row) => ({ ...row, type }));
}

/** Counted only where it was asked for and the page does not tell it. */
async function totalOf(
  reading: Reading,
  sources: readonly Source[],
  { queries: [{ total, totalOnly }], single, after }: Page,
  known: number | undefined,
): Promise<number | undefined> {
  if (!total) return undefined;
  if (known !== undefined && !totalOnly && after === undefined) return known;
  const [only] = sources;
  return single && only !== undefined
    ? await reading.count(only.type, only.permission, only.filter)
    : await reading.countAcross(sources);
}

/** What one of the types includes, all of them do: it says itself whose references it follows. */
function includesOf(queries: readonly Query[]): Pick<Query, 'includes' | 'revincludes'> {
  const nameOf = ({ type, parameter, target, iterate }: Include): string =>
    JSON.stringify([type, parameter.code, target, iterate]);
  const each = (all: readonly Include[]): readonly Include[] => [...new Map(all.map((one) => [nameOf(one), one])).values()];
  return {
    includes: each(queries.flatMap(({ includes }) => includes)),
    revincludes: each(queries.flatMap(({ revincludes }) => revincludes)),
  };
}

function entryOf(
  { baseUrl, conformance }: Context,
  queries: Across['queries'],
  { type, row: { _id, j } }: Included,
  mode: Entry['mode'],
  told: (text: string) => string = (text) => text,
): Entry {
  const { subset } = queries.find((query) => query.type === type) ?? queries[0];
  return { fullUrl: `${baseUrl}/${type}/${_id}`, text: cutDown(conformance, subset, type, told(j)), mode };
}

function scoreOf({ score }: Located): Pick<Entry, 'score'> {
  return score === undefined ? {} : { score: score / highestScore };
}
