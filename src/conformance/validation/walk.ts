// From a resource to the places that an element path of a profile speaks of.
// https://hl7.org/fhir/R4/elementdefinition.html#path
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, listOf } from '../../fhir/json.ts';
import type { Definitions } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';

/** A value and its FHIRPath with indices. */
export type Place = { readonly value: unknown; readonly at: string };
export type Step = {
  /** JSON names of the element, several for a choice. */
  readonly names: readonly string[];
  readonly many: boolean;
  /** Elements of the node that lead to further nodes of the same definition: the contentReference of nested provisions. */
  readonly nested: readonly string[];
};

/** The elements of the path after the type, with what each is in R4; throws where R4 has no such element. */
export function stepsOf(definitions: Definitions, path: string): readonly Step[] {
  const [type = '', ...keys] = path.split('.');
  let node = type;
  return keys.map((key) => {
    const rule = elementsOf(definitions, node).find(([name]) => name === key)?.[1];
    if (rule === undefined) throw new Error(`no element ${path} in R4`);
    const child = rule.node ?? rule.types[0] ?? '';
    node = child;
    const own = rule.node === undefined ? [] : Object.entries(definitions.nodes[child]?.elements ?? {});
    const nested = own.filter((entry) => entry[1].node === child).map(([name]) => name);
    return { names: namesOf(key, rule).map(([name]) => name), many: rule.max === '*', nested };
  });
}

/** The values of one element, companions of primitives left out. */
export function childrenOf({ value, at }: Place, { names, many }: Step): readonly Place[] {
  if (!isObject(value)) return [];
  return names.flatMap((name) => (Object.hasOwn(value, name) ? placesOf(value, name, at, many) : []));
}

function placesOf(value: JsonObject, name: string, at: string, many: boolean): readonly Place[] {
  return listOf(value[name]).map((one, index) => ({ value: one, at: many ? `${at}.${name}[${index}]` : `${at}.${name}` }));
}

/** A place and those nested in it through a contentReference, to any depth: rules on an element hold at each of them. */
export function withNested(place: Place, step: Step): readonly Place[] {
  const below = step.nested.flatMap((name) => childrenOf(place, { names: [name], many: true, nested: [] }));
  return [place, ...below.flatMap((one) => withNested(one, step))];
}

export function reach(root: Place, steps: readonly Step[]): readonly Place[] {
  return steps.reduce<readonly Place[]>(
    (places, step) => places.flatMap((place) => childrenOf(place, step).flatMap((child) => withNested(child, step))),
    [root],
  );
}
