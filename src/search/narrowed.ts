// The search parameters of a granular scope as a Filter on rows: plain ones, which mean the same to searches, reads and writes.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import type { Conformance, SearchParameter } from '../conformance/conformance.ts';
import { Refusal } from '../fhir/outcome.ts';
import { and, type Filter } from '../filter/filter.ts';
import { type Parameters, parseSearch } from './query.ts';
import { isPlain } from './resolve.ts';

const carried: ReadonlySet<SearchParameter['type']> = new Set(['token', 'reference', 'uri']);

/** Undefined for a type or parameter that is not known, for modifiers, chains, and what says no more than how an answer looks. */
export function narrowed(conformance: Conformance, base: string, type: string, parameters: Parameters): Filter | undefined {
  const search = conformance.types.get(type)?.search;
  const isCarried = ([name]: Parameters[number]): boolean => {
    const parameter = search?.get(name);
    return parameter !== undefined && carried.has(parameter.type);
  };
  if (parameters.length === 0 || !parameters.every(isCarried)) return undefined;
  try {
    const { conditions } = parseSearch(conformance, type, parameters, { lenient: false, base });
    return conditions.every(isPlain) ? and(...conditions) : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
