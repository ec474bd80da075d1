// Type search: the query and the Permission compiled to one Filter, then its page, its total and what the page includes.
// https://hl7.org/fhir/R4/http.html#search
import type { Permission } from '../access/permission.ts';
import { isDirectory } from '../access/type.ts';
import { and, type Filter } from '../filter/filter.ts';
import { afterFilter, type Position, positionOf } from '../filter/order.ts';
import type { Parameters, Query } from '../search/query.ts';
import { resolveSearch } from '../search/resolve.ts';
import type { Found, Reading } from '../store/reading.ts';
import { leave, touchedBy } from './answer.ts';
import { linksFor } from './chain.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { identitySearch } from './identity.ts';
import { type Included, includedRows } from './include.ts';
import { linksOf, pageAsked } from './page.ts';
import { queryFor } from './query.ts';
import { keysNamed, mayAsk, permissionFor, withPractice } from './reach.ts';
import { knownRecord } from './read.ts';
import { type Entry, queryText, searchset } from './searchset.ts';
import { cutDown } from './subset.ts';

export type SearchRequest = { readonly type: string; readonly parameters: Parameters; readonly lenient: boolean };
export type Searched = {
  readonly answer: Answer /** The answer is empty and named a row: it leaves as a 404 does. */;
  readonly quiet: boolean;
};

type Page = { readonly query: Query; readonly after?: Position };

export async function search(context: Context, request: SearchRequest): Promise<Searched> {
  const { type } = request;
  capabilityOf(context, type);
  const { query, after } = openPage(context, request);
  if (query.identity) {
    const found = await identitySearch(context, query, query.identity);
    if (found) return found;
  }
  mayAsk(context, 's', type);
  return await context.store.steady(async () => await run(context, query, after));
}

function openPage(context: Context, { type, parameters, lenient }: SearchRequest): Page {
  const page = pageAsked(context, type, parameters);
  if (page === undefined) {
    context.trail.query = `${type}?${queryText(parameters)}`;
    return { query: queryFor(context, type, parameters, lenient) };
  }
  context.trail.query = `${type}?${queryText(page.parameters)} (next page)`;
  return { query: queryFor(context, type, page.parameters, true), after: page.values };
}

async function run(context: Context, query: Query, after: Position | undefined): Promise<Searched> {
  const { store, moments, trail } = context;
  const { type } = query;
  const reading = store.reading(moments);
  const filter = await resolveSearch(query, linksFor(context, reading));
  const keys = isDirectory(type) ? undefined : withPractice(context, type, keysNamed(type, query, filter));
  if (keys) trail.record = await knownRecord(context, keys);
  const permission = await permissionFor(context, 's', type, keys);
  const { rows, more } = await pageOf(reading, permission, query, filter, after);
  const total = await totalOf(reading, permission, query, filter, after, more ? undefined : rows.length);
  const included = await includedRows(
    context,
    reading,
    query,
    rows.map((row) => ({ type, row })),
  );
  const touched = [...rows.map((row) => touchedBy(type, row)), ...included.map((one) => touchedBy(one.type, one.row))];
  const last = more ? rows.at(-1) : undefined;
  const body = searchset(
    linksOf(context, type, query, last && positionOf(query.sort, { ...last, idx: [], p: {} })),
    entriesOf(context, query, rows, included),
    total,
  );
  const answer = await leave(context, reading, touched, { status: 200, body, headers: {} });
  return { answer, quiet: rows.length === 0 && query.namesRow };
}

type Rows = { readonly rows: readonly Found[]; readonly more: boolean };

async function pageOf(
  reading: Reading,
  permission: Permission,
  query: Query,
  filter: Filter,
  after: Position | undefined,
): Promise<Rows> {
  if (query.totalOnly) return { rows: [], more: false };
  const rest = after === undefined ? filter : and(filter, afterFilter(query.sort, after));
  const found = await reading.find(query.type, permission, { filter: rest, order: query.sort, limit: query.count + 1 });
  return { rows: found.slice(0, query.count), more: found.length > query.count };
}

/** Counted only where it was asked for and the page does not tell it. */
async function totalOf(
  reading: Reading,
  permission: Permission,
  { type, total, totalOnly }: Query,
  filter: Filter,
  after: Position | undefined,
  known: number | undefined,
): Promise<number | undefined> {
  if (!total) return undefined;
  return known === undefined || totalOnly || after !== undefined ? await reading.count(type, permission, filter) : known;
}

function entriesOf(
  { baseUrl, conformance }: Context,
  { type, subset }: Query,
  rows: readonly Found[],
  included: readonly Included[],
): readonly Entry[] {
  const entry = (of: string, { _id, j }: Found, mode: Entry['mode']): Entry => ({
    fullUrl: `${baseUrl}/${of}/${_id}`,
    text: cutDown(conformance, subset, of, j),
    mode,
  });
  return [...rows.map((row) => entry(type, row, 'match')), ...included.map((one) => entry(one.type, one.row, 'include'))];
}
