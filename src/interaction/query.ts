// Search parameters as they are sent, read for this caller.
// https://hl7.org/fhir/R4/search.html
import type { SearchParameter } from '../conformance/conformance.ts';
import { scopeOf } from '../identity/scope.ts';
import { type Parameters, parseSearch, type Query, type SearchOptions } from '../search/query.ts';
import { type Context, recordParameters } from './context.ts';

export function queryFor(context: Context, type: string, parameters: Parameters, lenient: boolean): Query {
  return parseSearch(context.conformance, type, parameters, searchOptions(context, lenient));
}

export function searchOptions(context: Context, lenient: boolean): SearchOptions {
  const { baseUrl, moments } = context;
  return {
    lenient,
    base: baseUrl,
    now: moments.now,
    attachments: (of) => readsBytes(context, of),
    recordParameters: (of) => recordParameters(context, of),
    isMainDate: (of, parameter) => isMainDate(context, of, parameter),
  };
}

/** A Timing has dates of its own, and no main one. */
function isMainDate({ conformance, statute }: Context, type: string, { type: kind, expression }: SearchParameter): boolean {
  const path = statute.mainDatePath(type);
  if (kind !== 'date' || path === undefined || expression !== `${type}.${path}`) return false;
  const element = conformance.elementsOf(type).find(([key]) => key === path || key === `${path}[x]`);
  return element !== undefined && !element[1].types.includes('Timing');
}

/** What the bytes of a document say is for whoever could read them as far as the documents themselves. */
function readsBytes({ caller }: Context, type: string): boolean {
  const reach = scopeOf(caller, 'r', 'Binary');
  return reach === 'free' || (reach === 'patient' && scopeOf(caller, 's', type) === 'patient');
}

/** Written as text, with its address or without. */
export function queryIn(text: string): Parameters {
  return [...new URLSearchParams(text.slice(text.indexOf('?') + 1))];
}
