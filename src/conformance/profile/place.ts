// From a resource to the places that an element of a profile speaks of.
// https://hl7.org/fhir/R4/elementdefinition.html#path
import { isObject, listOf, typeOf } from '../../fhir/json.ts';
import type { Definitions } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';

/** A value, its FHIRPath with indices, and its type: a node of the definitions, a primitive type or, of a resource, its own. */
export type Place = { readonly value: unknown; readonly at: string; readonly type: string };

export type Step = {
  /** JSON names with the type of each, several for a choice. */
  readonly names: readonly (readonly [name: string, type: string])[];
  readonly many: boolean;
  /** Elements of the node that lead to further nodes of the same definition: the contentReference of nested provisions. */
  readonly nested: readonly Step[];
};

/** What R4 has of this name in the types, `value[x]` or one of its JSON names; undefined where it has none. */
export function stepOf(definitions: Definitions, types: readonly string[], key: string): Step | undefined {
  for (const type of types) {
    if (!Object.hasOwn(definitions.nodes, type)) continue;
    for (const [name, rule] of elementsOf(definitions, type)) {
      const all = namesOf(name, rule).map(([one, of]) => [one, rule.node ?? of] as const);
      const names = name === key ? all : all.filter(([one]) => one === key);
      if (names.length > 0) return { names, many: rule.max === '*', nested: nestedIn(definitions, rule.node) };
    }
  }
  return undefined;
}

function nestedIn(definitions: Definitions, node: string | undefined): readonly Step[] {
  if (node === undefined) return [];
  return Object.entries(definitions.nodes[node]?.elements ?? {}).flatMap(([name, rule]) =>
    rule.node === node ? [{ names: [[name, node] as const], many: true, nested: [] }] : [],
  );
}

/** The values of one element, companions of primitives left out. */
export function childrenOf({ value, at }: Place, { names, many }: Step): readonly Place[] {
  if (!isObject(value)) return [];
  return names.flatMap(([name, type]) =>
    Object.hasOwn(value, name)
      ? listOf(value[name]).map((one, index) => placeOf(one, many ? `${at}.${name}[${index}]` : `${at}.${name}`, type))
      : [],
  );
}

function placeOf(value: unknown, at: string, type: string): Place {
  return { value, at, type: type === 'Resource' && isObject(value) ? typeOf(value) : type };
}

/** A place and those nested in it through a contentReference, to any depth: rules on an element hold at each of them. */
export function withNested(place: Place, step: Pick<Step, 'nested'>): readonly Place[] {
  const below = step.nested.flatMap((one) => childrenOf(place, one));
  return [place, ...below.flatMap((one) => withNested(one, step))];
}
