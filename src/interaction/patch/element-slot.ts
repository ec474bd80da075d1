// What an element of a resource holds, each value with its companion (id and extensions of a primitive), and the same with other values.
// https://hl7.org/fhir/R4/json.html#primitive
import { type Conformance, namesOf } from '../../conformance/conformance.ts';
import { isObject, type JsonObject, listOf } from '../../fhir/json.ts';

export type Item = { readonly value: unknown; readonly companion: unknown };
/** `type` of a value and the JSON name that the element has with it; several for a choice. `node`: where the elements of a value are defined. */
type Form = { readonly name: string; readonly type: string; readonly node: string };
export type Slot = { readonly isChoice: boolean; readonly many: boolean; readonly forms: readonly Form[] };

/** `name`: JSON name, or the stem of a choice. undefined where the type or backbone path `node` has no such element. */
export function slotOf({ elementsOf }: Pick<Conformance, 'elementsOf'>, node: string, name: string): Slot | undefined {
  for (const [key, rule] of elementsOf(node)) {
    const names = namesOf(key, rule);
    if (key !== name && key !== `${name}[x]` && !names.some(([one]) => one === name)) continue;
    const forms = names.map(([one, type]) => ({ name: one, type, node: rule.node ?? type }));
    return { isChoice: key.endsWith('[x]'), many: rule.max === '*', forms };
  }
  return undefined;
}

/** The form in which the object has the element. */
export function presentIn(holder: JsonObject, { forms }: Slot): Form | undefined {
  return forms.find(({ name }) => Object.hasOwn(holder, name) || Object.hasOwn(holder, `_${name}`));
}

export function itemsIn(holder: JsonObject, name: string): readonly Item[] {
  const values = listOf(holder[name]);
  const companions = listOf(holder[`_${name}`]);
  return Array.from({ length: Math.max(values.length, companions.length) }, (_, index) => ({
    value: values[index],
    companion: companions[index],
  }));
}

/** The element `from` becomes `to`, at its place, with these items: it is gone where nothing is left. */
export function withItems(
  holder: JsonObject,
  { from, to = from, many }: { readonly from: string; readonly to?: string; readonly many: boolean },
  items: readonly Item[],
): JsonObject {
  const left = items.filter(({ value, companion }) => !isNothing(value) || !isNothing(companion));
  const written = (parts: readonly unknown[]): unknown => {
    if (parts.every(isNothing)) return undefined;
    return many ? parts.map((part) => (isNothing(part) ? null : part)) : parts[0];
  };
  const renamed: readonly (readonly [string, string, unknown])[] = [
    [from, to, written(left.map(({ value }) => value))],
    [`_${from}`, `_${to}`, written(left.map(({ companion }) => companion))],
  ];
  const entries = new Map(Object.entries(holder).map(([name, part]) => [name, [name, part] as const]));
  for (const [old, name, part] of renamed) entries.set(old, [name, part]);
  return Object.fromEntries([...entries.values()].filter(([, part]) => part !== undefined));
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return (Array.isArray(value) || isObject(value)) && Object.keys(value).length === 0;
}
