// The code system of an element of type `code`: it is not in the resource, its required value set names it.
// https://hl7.org/fhir/R4/search.html#token
import { type Definitions, type ElementRule, elementsOf } from './definitions.ts';

const plain = /^[A-Z]\w*(?:\.[a-z]\w*)+$/;

/** Code → system, where the expression leads to a `code` whose value set is known. */
export function impliedSystems(expression: string, definitions: Definitions): ReadonlyMap<string, string> {
  const url = plain.test(expression) ? bindingOf(expression.split('.'), definitions) : undefined;
  const systems = Object.entries((url !== undefined && definitions.valueSets[url]) || {});
  return new Map(systems.flatMap(([system, codes]) => codes.map((code) => [code, system] as const)));
}

function bindingOf([root = '', ...steps]: readonly string[], definitions: Definitions): string | undefined {
  let node: string | undefined = root;
  let binding: string | undefined;
  for (const step of steps) {
    const rule: ElementRule | undefined = known(node, definitions).find(([key]) => key === step)?.[1];
    node = rule?.node ?? rule?.types[0];
    binding = node === 'code' ? rule?.binding : undefined;
  }
  return binding;
}

function known(node: string | undefined, definitions: Definitions): ReturnType<typeof elementsOf> {
  return node !== undefined && Object.hasOwn(definitions.nodes, node) ? elementsOf(definitions, node) : [];
}
