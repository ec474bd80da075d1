// A scope on resources taken apart, its query left as it is written: two queries are not weighed against each other.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import type { Scope } from '../identity/caller.ts';
import { parseScopes } from '../identity/scope.ts';

export type Parts = { readonly base: string; readonly query: string; readonly scope: Scope };

/** Of `patient/Observation.rs?category=…`, and the like without a query; undefined for any other word. */
export function partsOf(word: string): Parts | undefined {
  const [base = '', ...query] = word.split('?');
  const [scope, ...more] = base === '' ? [] : parseScopes(base);
  if (scope === undefined || more.length > 0 || query.length > 1 || query[0] === '') return undefined;
  return { base, query: query.map((one) => `?${one}`).join(''), scope };
}
