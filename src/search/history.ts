// The parameters of a history: which versions, how many to a page, and how much of each.
// https://hl7.org/fhir/R4/http.html#history
import type { Conformance } from '../conformance/conformance.ts';
import { type Interval, intervalOf } from '../fhir/instant.ts';
import { and, type Filter, not, range } from '../filter/filter.ts';
import { defaultCount, type Parameters, parseCount } from './query.ts';
import { parseSubset, type Subset } from './subset.ts';
import { badValue, unknownParameter } from './value.ts';

export type HistoryQuery = {
  /** Of versions: `lu`, and `until` where one has ended. */
  readonly filter: Filter;
  /** 0: nothing but the total. */
  readonly count: number;
  readonly subset: Subset | undefined;
  /** The parameters that took effect, as they were sent. */
  readonly applied: Parameters;
};

const ways: Readonly<Record<string, (asked: Interval) => Filter>> = {
  /** Written at the instant or later: in a partial one, from its beginning. */
  _since: ({ low }) => range('lu', { gte: low }),
  /** Current at some point of it. */
  _at: ({ low, high }) => and(range('lu', { lte: high }), not(range('until', { lte: low }))),
};
const known = new Set(['_since', '_at', '_count', '_summary', '_elements']);

/** `type`: of the resources, absent for all of the system. */
export function parseHistory(
  conformance: Conformance,
  type: string | undefined,
  parameters: Parameters,
  lenient: boolean,
): HistoryQuery {
  const other = parameters.find(([name]) => !known.has(name));
  if (other && !lenient) throw unknownParameter(other[0].slice(0, 64));
  const applied = parameters.filter(([name]) => known.has(name));
  const filters = Object.entries(ways).map(([name, filterOf]) => {
    const interval = once(applied, name, (value) => intervalOf(value) ?? 'not a date or an instant');
    return interval === undefined ? and() : filterOf(interval);
  });
  const count = once(applied, '_count', (value) => parseCount('_count', value)) ?? defaultCount;
  return { filter: and(...filters), count, subset: parseSubset(conformance, type ?? '', applied, lenient), applied };
}

/** `read` says what is wrong with the value, if something is. */
function once<T>(parameters: Parameters, name: string, read: (value: string) => T | string): T | undefined {
  const [value, ...more] = parameters.filter(([sent]) => sent === name).map(([, sent]) => sent);
  if (more.length > 0) throw badValue(name, 'given more than once');
  const found = value === undefined ? undefined : read(value);
  if (typeof found === 'string') throw badValue(name, found);
  return found;
}
