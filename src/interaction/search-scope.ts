// What a search goes over: one type, all of the system, or a compartment, in which again one type or all.
// https://hl7.org/fhir/R4/http.html#vsearch
import { hasDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import { type Across, parseAcross, typesNamed, typesOfPatient } from '../search/across.ts';
import { type Compartment, inCompartment, typesIn } from '../search/compartment.ts';
import type { Parameters, Query } from '../search/query.ts';
import { unknownParameter } from '../search/value.ts';
import { type Context, isTester, recordParameters } from './context.ts';
import { queryFor, searchOptions } from './query.ts';
import { beyondScopes, everyType, isAskable, isLawful } from './reach.ts';

/** `type` absent: all types. */
export type Scope = { readonly type?: string; readonly compartment?: Compartment };

/** As it is addressed, below the base. */
export function pathOf({ type, compartment }: Scope): string {
  return compartment === undefined ? (type ?? '') : `${compartment.type}/${compartment.id}/${type ?? '*'}`;
}

/** Of all types, 403 where none may be searched; one that may not is as if it were empty. */
export function queriesFor(context: Context, scope: Scope, parameters: Parameters, lenient: boolean): Across {
  const { type, compartment } = scope;
  if (type !== undefined) {
    const query = queryFor(context, type, parameters, lenient);
    if (compartment && query.contained) throw unknownParameter('_contained');
    return { queries: [inside(context, query, compartment)], applied: query.applied };
  }
  const possible = typesAsked(context, compartment, parameters);
  const [first, ...others] = possible.filter((one) => isAskable(context, 's', one));
  if (first === undefined) throw none(context, possible);
  const across = parseAcross(context.conformance, [first, ...others], parameters, searchOptions(context, lenient));
  const [head, ...rest] = across.queries;
  const queries = [inside(context, head, compartment), ...rest.map((query) => inside(context, query, compartment))] as const;
  return { queries: [...queries], applied: across.applied };
}

function typesAsked(context: Context, compartment: Compartment | undefined, parameters: Parameters): readonly string[] {
  const { conformance } = context;
  const searched = [...conformance.types.values()].flatMap(({ type, interactions }) =>
    interactions.has('search-type') ? [type] : [],
  );
  const possible =
    compartment === undefined ? searched : searched.filter((type) => typesIn(conformance, compartment.type).has(type));
  return typesNamed(possible, parameters) ?? typesOfPatient(conformance, possible, parameters);
}

function none(context: Context, asked: readonly string[]): Refusal {
  const text = 'You may search none of these types';
  const lawful = asked.filter((type) => isLawful(context, 's', type));
  const [only = everyType, ...more] = lawful;
  if (lawful.length === 0) return refuse('forbidden', text);
  return beyondScopes(context, 's', more.length === 0 ? only : everyType, text);
}

function inside(context: Context, query: Query, compartment: Compartment | undefined): Query {
  if (compartment === undefined) return query;
  return inCompartment(context.conformance, query, compartment, {
    recordParameters: (type) => recordParameters(context, type),
    records: recordsOf(context, compartment),
  });
}

/** People and places are referred to from any record, everything else from its own. */
function recordsOf(context: Context, { type, id }: Compartment): readonly string[] | undefined {
  if (isTester(context) || hasDirectory(type)) return undefined;
  const key = keyOfId(id);
  return key === undefined ? [] : [key];
}
