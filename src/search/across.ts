// A search of several types at once: one Query for each, alike in order and page.
// https://hl7.org/fhir/R4/http.html#vsearch, https://hl7.org/fhir/R4/search.html#all
import type { Conformance } from '../conformance/conformance.ts';
import type { Condition } from './chain.ts';
import { mostParameters, type Parameters, parseSearch, type Query, type SearchOptions } from './query.ts';
import { badValue, tooMuch, unescaped, unknownParameter, valuesOf } from './value.ts';

export type Across = {
  /** `sort`, `count`, `total` and `totalOnly` are those of all. */
  readonly queries: readonly [Query, ...Query[]];
  /** The parameters that took effect, as they were sent. */
  readonly applied: Parameters;
};

type Parameter = Parameters[number];

/** Of the chains of all types together. */
const mostLinks = 64;

/** The types that `_type` names, each one of the possible; undefined where it is not given. */
export function typesNamed(possible: readonly string[], parameters: Parameters): readonly string[] | undefined {
  const [given, ...more] = parameters.filter(([name]) => name === '_type');
  if (given === undefined) return undefined;
  if (more.length > 0) throw badValue('_type', 'given more than once');
  const named = valuesOf('_type', given[1]).map((value) => unescaped('_type', value).trim());
  if (!named.every((type) => possible.includes(type))) throw badValue('_type', 'not a type that is searched here');
  return [...new Set(named)];
}

/** Of all types at once, those that can be of the patient that is named: `patient` is common to these. */
export function typesOfPatient(
  { types }: Pick<Conformance, 'types'>,
  all: readonly string[],
  parameters: Parameters,
): readonly string[] {
  const isNamed = parameters.some(([name]) => /^patient(?:[.:]|$)/.test(name));
  return isNamed ? all.filter((type) => types.get(type)?.search.has('patient')) : all;
}

/** A parameter must be one of every type; an include, of one of them. */
export function parseAcross(
  conformance: Conformance,
  types: readonly [string, ...string[]],
  parameters: Parameters,
  options: SearchOptions,
): Across {
  // Each is read for each type.
  if (parameters.length > mostParameters) throw tooMuch(`More than ${mostParameters} parameters`);
  const knows = (type: string, parameter: Parameter): boolean =>
    parseSearch(conformance, type, [parameter], { ...options, lenient: true }).applied.length > 0;
  const isKnown = (parameter: Parameter): boolean =>
    !parameter[0].startsWith('_contained') &&
    (isInclude(parameter) ? types.some((type) => knows(type, parameter)) : types.every((type) => knows(type, parameter)));
  const applied = parameters.filter((parameter) => parameter[0] === '_type' || isKnown(parameter));
  const odd = parameters.find((parameter) => !applied.includes(parameter));
  if (odd !== undefined && !options.lenient) throw unknownParameter(odd[0]);
  const queryOf = (type: string): Query => {
    const own = applied.filter((parameter) => parameter[0] !== '_type' && (!isInclude(parameter) || knows(type, parameter)));
    return parseSearch(conformance, type, own, options);
  };
  const [first, ...others] = types;
  const queries = [queryOf(first), ...others.map(queryOf)] as const;
  const links = queries.flatMap(({ conditions }) => conditions.map(linksIn)).reduce((sum, one) => sum + one, 0);
  if (links > mostLinks) throw tooMuch(`More than ${mostLinks} links in the chains of these types: name fewer by _type`, '_type');
  judgeOrder(conformance, queries);
  return { queries: [...queries], applied };
}

function linksIn(condition: Condition): number {
  if (condition.op === 'chain' || condition.op === 'has') return 1 + linksIn(condition.of);
  if (condition.op === 'any') return condition.of.reduce((sum, one) => sum + linksIn(one), 0);
  return condition.op === 'hierarchy' ? 1 : 0;
}

function isInclude([name]: Parameter): boolean {
  return /^_(?:rev)?include(?::|$)/.test(name);
}

/** Values of two kinds have no order between them. */
function judgeOrder({ types }: Pick<Conformance, 'types'>, [first, ...others]: Across['queries']): void {
  for (const { field } of first.sort) {
    const [, code] = /^s\.(.+)\.(?:min|max)$/.exec(field) ?? [];
    if (code === undefined) continue;
    const kinds = [first, ...others].map(({ type }) => kindOf(types.get(type)?.search.get(code)?.type));
    if (new Set(kinds).size > 1) throw badValue('_sort', `${code} is not of one kind in all of these types`);
  }
}

function kindOf(type: string | undefined): string {
  return type === 'date' ? 'date' : type === 'number' || type === 'quantity' ? 'number' : 'text';
}
