// What the elements of a type are called in JSON and what they are: known before any resource comes.
// https://hl7.org/fhir/R4/fhirpath.html#polymorphism
import { isObject } from '../../fhir/json.ts';
import type { Definitions, ElementRule } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';
import type { Items } from './value.ts';

export type Element = {
  /** JSON names, several for a choice. */
  readonly names: readonly string[];
  /** Names of nodes or primitive types. */
  readonly types: readonly string[];
};
/** The element of this name in any of the types; undefined where none has it. */
export type Shape = (types: readonly string[], name: string) => Element | undefined;

export function shapeOf(definitions: Definitions): Shape {
  const known = new Map<string, ReadonlyMap<string, ElementRule>>();
  const rulesOf = (type: string): ReadonlyMap<string, ElementRule> => {
    const rules = known.get(type) ?? new Map(Object.hasOwn(definitions.nodes, type) ? elementsOf(definitions, type) : []);
    known.set(type, rules);
    return rules;
  };
  return (types, name) => {
    const found = types.flatMap((type) => {
      const rules = rulesOf(type);
      const choice = `${name}[x]`;
      const rule = rules.get(name) ?? rules.get(choice);
      return rule === undefined ? [] : [{ key: rules.has(name) ? name : choice, rule }];
    });
    if (found.length === 0) return undefined;
    const names = found.flatMap(({ key, rule }) => namesOf(key, rule).map(([one]) => one));
    const childTypes = found.flatMap(({ rule }) => (rule.node === undefined ? rule.types : [rule.node]));
    return { names: [...new Set(names)], types: [...new Set(childTypes)] };
  };
}

/** The values of an element; a primitive without value is what stands under its `_name`. */
export function childrenOf(items: Items, names: readonly string[]): Items {
  const found: unknown[] = [];
  for (const item of items) {
    if (!isObject(item)) continue;
    for (const name of names) collect(item[name], item[`_${name}`], found);
  }
  return found;
}

function collect(value: unknown, companion: unknown, found: unknown[]): void {
  if (value === undefined && companion === undefined) return;
  const values: Items = Array.isArray(value) ? value : [value];
  const companions: Items = Array.isArray(companion) ? companion : [companion];
  for (let index = 0; index < Math.max(values.length, companions.length); index += 1) {
    const one = values[index] ?? companions[index];
    if (one !== undefined && one !== null) found.push(one);
  }
}
