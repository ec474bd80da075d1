// Pages of a search or a history: the one that is asked for, and the links to this and to the next.
// https://hl7.org/fhir/R4/http.html#paging
import { refuse } from '../fhir/outcome.ts';
import type { Position } from '../filter/order.ts';
import type { Parameters } from '../search/query.ts';
import type { Context } from './context.ts';
import { type Link, queryText } from './searchset.ts';

export type Page = { readonly parameters: Parameters; readonly values: Position };

export const badPage = (): Error => refuse('bad-page', 'This page cannot be opened; search again', 'http._page');

/** `path`: what is searched, below the base ('' at it). Undefined where no page is asked for. */
export function pageAsked({ cursors, caller }: Context, path: string, parameters: Parameters): Page | undefined {
  const token = parameters.find(([name]) => name === '_page')?.[1];
  if (token === undefined) return undefined;
  if (parameters.length > 1) throw refuse('bad-parameter', 'A page is asked for by _page alone', 'http._page');
  const page = cursors.open(token, caller.id);
  if (page.type !== path) throw badPage();
  return page;
}

type Shown = { readonly applied: Parameters; readonly count: number };

/** `last`: the position after which something follows. */
export function linksOf(
  { cursors, caller, baseUrl, format }: Context,
  path: string,
  { applied, count }: Shown,
  last: Position | undefined,
): readonly Link[] {
  const form: Parameters = format === undefined ? [] : [['_format', format]];
  const text = queryText([...applied, ...form]);
  const address = path === '' ? baseUrl : `${baseUrl}/${path}`;
  const self: Link = { relation: 'self', url: `${address}${text === '' ? '' : `?${text}`}` };
  if (last === undefined) return [self];
  const token = cursors.seal({ caller: caller.id, type: path, parameters: applied, values: last, count });
  return [self, { relation: 'next', url: `${address}?${queryText([['_page', token], ...form])}` }];
}
