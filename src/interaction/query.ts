// Search parameters as they are sent, read for this caller.
// https://hl7.org/fhir/R4/search.html
import { type Parameters, parseSearch, type Query } from '../search/query.ts';
import { type Context, recordParameters } from './context.ts';

export function queryFor(context: Context, type: string, parameters: Parameters, lenient: boolean): Query {
  const { conformance, baseUrl, moments } = context;
  return parseSearch(conformance, type, parameters, {
    lenient,
    base: baseUrl,
    now: moments.now,
    recordParameters: (of) => recordParameters(context, of),
  });
}

/** Written as text, with its address or without. */
export function queryIn(text: string): Parameters {
  return [...new URLSearchParams(text.slice(text.indexOf('?') + 1))];
}
