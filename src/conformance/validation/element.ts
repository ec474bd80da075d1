// One element of an object: cardinality, the `_name` beside a primitive, and each of its values.
// https://hl7.org/fhir/R4/json.html#primitive
import { isObject } from '../../fhir/json.ts';
import type { Check, Visit } from './visit.ts';
import { report } from './visit.ts';

export type Element = {
  /** As the definitions name it: `value[x]` for each of its names. */
  readonly key: string;
  readonly many: boolean;
  readonly primitive: boolean;
  readonly check: Check;
};

export type Values = { readonly value: unknown; readonly companion: unknown };

/** `companion` is what stands under `_name`: id and extensions of a primitive. */
export function checkElement(element: Element, values: Values, at: string, visit: Visit, depth: number, extensions: Check): void {
  if (element.many) {
    checkMany(element, values, at, visit, depth, extensions);
  } else if (Array.isArray(values.value) || Array.isArray(values.companion)) {
    report(visit, 'structure', 'this element does not repeat: no array', at);
  } else {
    checkOne(element, values, at, visit, depth, extensions);
  }
}

function checkOne(
  element: Element,
  { value, companion }: Values,
  at: string,
  visit: Visit,
  depth: number,
  extensions: Check,
): void {
  if (companion !== undefined) extensions(companion, at, visit, depth + 1);
  if (value === undefined && isObject(companion) && companion.extension === undefined)
    report(visit, 'invariant', 'ele-1: an element has a value or children', at);
  if (value !== undefined) element.check(value, at, visit, depth + 1);
}

function checkMany(
  element: Element,
  { value, companion }: Values,
  at: string,
  visit: Visit,
  depth: number,
  extensions: Check,
): void {
  const values = value ?? [];
  const companions = companion ?? [];
  if (!Array.isArray(values) || !Array.isArray(companions) || value === null || companion === null) {
    report(visit, 'structure', 'this element repeats: an array is required', at);
    return;
  }
  if (Math.max(values.length, companions.length) === 0 || (value !== undefined && values.length === 0)) {
    report(visit, 'structure', 'an array may not be empty', at);
    return;
  }
  if (value !== undefined && companion !== undefined && values.length !== companions.length) {
    report(visit, 'structure', 'the array and its `_` sibling must have the same length', at);
    return;
  }
  for (let index = 0; index < Math.max(values.length, companions.length); index += 1) {
    const beside = companions[index] ?? undefined;
    const one = values[index] === null && isObject(beside) ? undefined : values[index];
    if (one === undefined && beside === undefined)
      report(visit, 'structure', 'null without an extension beside it', `${at}[${index}]`);
    checkOne(element, { value: one, companion: beside }, `${at}[${index}]`, visit, depth, extensions);
  }
}
