// How much of each resource an answer shows: `_summary` and `_elements`.
// https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
import { type Conformance, namesOf } from '../conformance/conformance.ts';
import { Refusal } from '../fhir/outcome.ts';
import { badValue, unknownParameter } from './value.ts';

/** `elements`: JSON names; under '' those asked of every type. A type that no name is for stays whole. */
export type Subset = { readonly kind: 'true' | 'text' | 'data' } | { readonly kind: 'elements'; readonly elements: Elements };
type Elements = ReadonlyMap<string, ReadonlySet<string>>;
export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

const summaries: readonly Summary[] = ['true', 'text', 'data', 'count', 'false'];

/** What a client that asks to be leniently served is served without is an unknown parameter. */
export function parseSummary(name: string, value: string): Summary {
  const summary = summaries.find((one) => one === value);
  if (summary === undefined) throw unknownParameter(name);
  return summary;
}

/** `a,b` of the type asked for, or of whatever else the answer holds; `Type.a` of that type alone. */
export function parseElements(conformance: Conformance, type: string, name: string, value: string): Elements {
  const elements = new Map<string, Set<string>>();
  for (const one of value.split(',')) {
    const [, prefix, element = ''] = /^(?:([A-Z][A-Za-z]*)\.)?(\w{1,64})$/.exec(one.trim()) ?? [];
    const of = prefix ?? type;
    const names = conformance.types.has(of) ? jsonNames(conformance, of, element) : [];
    if (names.length === 0) throw unknownParameter(name);
    elements.set(prefix ?? '', (elements.get(prefix ?? '') ?? new Set()).union(new Set(names)));
  }
  return elements;
}

/** A choice is named by its stem, or by one of its forms. */
function jsonNames(conformance: Conformance, type: string, element: string): readonly string[] {
  for (const [key, rule] of conformance.elementsOf(type)) {
    const names = namesOf(key, rule).map(([name]) => name);
    if (key === element || key === `${element}[x]`) return names;
    if (names.includes(element)) return [element];
  }
  return [];
}

/** undefined: whole. */
export function subsetOf(summary: Summary | undefined, elements: Elements | undefined): Subset | undefined {
  if (elements === undefined)
    return summary === undefined || summary === 'false' || summary === 'count' ? undefined : { kind: summary };
  if (summary !== undefined && summary !== 'false') throw badValue('_elements', 'left out where _summary is given');
  return { kind: 'elements', elements };
}

/** Of an interaction that takes no other parameters. A client that asks to be leniently served gets the whole where it asks for what is unknown. */
export function parseSubset(
  conformance: Conformance,
  type: string,
  parameters: readonly (readonly [string, string])[],
  lenient: boolean,
): Subset | undefined {
  const one = <T>(name: string, parse: (value: string) => T): T | undefined => {
    const [value, ...more] = parameters.filter(([sent]) => sent === name).map(([, sent]) => sent);
    if (more.length > 0) throw badValue(name, 'given more than once');
    try {
      return value === undefined ? undefined : parse(value);
    } catch (error) {
      if (lenient && error instanceof Refusal && error.reason === 'unknown-parameter') return undefined;
      throw error;
    }
  };
  const summary = one('_summary', (value) => parseSummary('_summary', value));
  if (summary === 'count' && !lenient) throw badValue('_summary', 'count is for searches');
  return subsetOf(
    summary,
    one('_elements', (value) => parseElements(conformance, type, '_elements', value)),
  );
}
