// The versions of one resource, of a type, of the whole system: those of what the caller may see now, the newest first.
// https://hl7.org/fhir/R4/http.html#history
import { buffer } from 'node:stream/consumers';
import { types } from 'node:util';
import { isDirectory } from '../access/type.ts';
import { notFound } from '../fhir/outcome.ts';
import { all, and, equals, type Filter } from '../filter/filter.ts';
import type { Position } from '../filter/order.ts';
import { type HistoryQuery, parseHistory } from '../search/history.ts';
import type { Parameters } from '../search/query.ts';
import type { Place } from '../store/place.ts';
import type { Reading } from '../store/reading.ts';
import type { Version, VersionPosition } from '../store/versions.ts';
import { leave, touchedBy } from './answer.ts';
import { withData } from './bundle/response-bundle.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { type HistoryEntry, historyBundle } from './history-bundle.ts';
import { badPage, linksOf, pageAsked } from './page.ts';
import { everyType, keysOfId, lawfulFor, mayAsk } from './reach.ts';
import { answerOf, knownRecord } from './read.ts';
import { queryText } from './searchset.ts';
import { idsWithin } from './within-scopes.ts';

/** Of one resource, of a type, of the whole system. */
type Scope = { readonly type?: string | undefined; readonly id?: string | undefined };
export type HistoryRequest = Scope & {
  readonly parameters: Parameters;
  readonly lenient: boolean;
};

type Page = { readonly query: HistoryQuery; readonly after?: VersionPosition };
type Asked = Scope & Page;

/** Of the attachments on one page, unless one alone is larger. */
const mostBytes = 32 * 1024 * 1024;

export async function history(context: Context, request: HistoryRequest): Promise<Answer> {
  const { type, id } = request;
  if (type !== undefined) capabilityOf(context, type);
  const page = openPage(context, request);
  mayAsk(context, id === undefined ? 's' : 'r', type ?? everyType);
  return await context.store.steady(async () => await run(context, { type, id, ...page }));
}

function pathOf({ type, id }: Scope): string {
  return [type, id, '_history'].filter((part) => part !== undefined).join('/');
}

function openPage(context: Context, { type, id, parameters, lenient }: HistoryRequest): Page {
  const { conformance, trail } = context;
  const path = pathOf({ type, id });
  const page = pageAsked(context, path, parameters);
  if (id === undefined) trail.searched = true;
  if (page === undefined) {
    trail.query = `${path}?${queryText(parameters)}`;
    return { query: parseHistory(conformance, type, parameters, lenient) };
  }
  const after = positionIn(page.values);
  if (after === undefined) throw badPage();
  trail.query = `${path}?${queryText(page.parameters)} (next page)`;
  return { query: parseHistory(conformance, type, page.parameters, true), after };
}

function positionIn([lu, type, id, v]: Position): VersionPosition | undefined {
  if (!types.isDate(lu) || typeof type !== 'string' || typeof id !== 'string' || typeof v !== 'number') return undefined;
  return { lu, type, id, v };
}

async function run(context: Context, asked: Asked): Promise<Answer> {
  const { id, query, after } = asked;
  const reading = context.store.reading(context.moments);
  const places = await placesOf(context, asked);
  const within = await currentlyWithin(context, reading, asked);
  const filter = and(within, query.filter);
  const { versions, more } = await pageOf(reading, places, filter, asked);
  // None of the versions asked for is not the same as no resource.
  if (id !== undefined && versions.length === 0) await judgeSeen(reading, places, within);
  const known = after === undefined && !more && query.count > 0;
  const total = known ? versions.length : await reading.countHistory(places, filter);
  const entries: HistoryEntry[] = [];
  for (const version of versions) entries.push(await entryOf(context, query, version));
  const last = more ? versions.at(-1) : undefined;
  const links = linksOf(context, pathOf(asked), query, last && [last.lu, last.type, last.id, last.v]);
  const body = historyBundle(context.baseUrl, links, entries, total);
  const resources = new Map(versions.map((version) => [`${version.type}/${version.id}`, version]));
  const touched = [...resources.values()].map((version) => touchedBy(version.type, { ...version, _id: version.id }));
  return await leave(context, reading, touched, { status: 200, body, headers: {} });
}

/** What is to be of one id, and of what narrowed scopes are about now: versions themselves are not searched. */
async function currentlyWithin(context: Context, reading: Reading, { type, id }: Scope): Promise<Filter> {
  const named = id === undefined ? all : equals('_id', id);
  return type === undefined ? named : and(named, await idsWithin(context, reading, id === undefined ? 's' : 'r', type, named));
}

/** Where the versions of a resource can be, and what the caller may see there. */
export async function placeOf(context: Context, type: string, id: string): Promise<Place> {
  const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
  const permission = await lawfulFor(context, 'r', type, keys);
  context.trail.record = await knownRecord(context, keys);
  return { type, permission };
}

async function placesOf(context: Context, { type, id }: Scope): Promise<readonly Place[]> {
  if (type !== undefined && id !== undefined) return [await placeOf(context, type, id)];
  if (type !== undefined) return [{ type, permission: await lawfulFor(context, 's', type, undefined) }];
  const declared = [...context.conformance.types.keys()];
  const [directory] = declared.filter(isDirectory);
  const records = await lawfulFor(context, 's', everyType, undefined);
  const open = directory === undefined ? records : await lawfulFor(context, 's', directory, undefined);
  return declared.map((of) => ({ type: of, permission: isDirectory(of) ? open : records }));
}

type Versions = { readonly versions: readonly Version[]; readonly more: boolean };

async function pageOf(reading: Reading, places: readonly Place[], filter: Filter, { query, after }: Asked): Promise<Versions> {
  const { count } = query;
  if (count === 0) return { versions: [], more: false };
  const found = await reading.history(places, { filter, limit: count + 1, ...(after === undefined ? {} : { after }) });
  let bytes = 0;
  const within = found.slice(0, count).findIndex(({ size = 0 }, at) => {
    bytes += size;
    return at > 0 && bytes > mostBytes;
  });
  const versions = found.slice(0, within === -1 ? count : within);
  return { versions, more: found.length > versions.length };
}

/** 404 for what was never seen. */
async function judgeSeen(reading: Reading, places: readonly Place[], filter: Filter): Promise<void> {
  const [last] = await reading.history(places, { filter, limit: 1 });
  if (last === undefined) throw notFound();
}

async function entryOf(context: Context, { subset }: HistoryQuery, version: Version): Promise<HistoryEntry> {
  const { type, id, v, lu, deleted } = version;
  if (deleted) return { type, id, v, lu };
  const { body = '', bytes } = answerOf(context, type, { ...version, _id: id, s: {} }, { subset });
  return { type, id, v, lu, text: bytes?.asData ? withData(body, await buffer(bytes.open())) : body };
}
