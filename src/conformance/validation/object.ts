// An object of known elements: nothing unknown, nothing empty, what is required, one of each choice.
// https://hl7.org/fhir/R4/json.html
import type { JsonObject } from '../../fhir/json.ts';
import { isObject } from '../../fhir/json.ts';
import type { Element } from './element.ts';
import { checkElement } from './element.ts';
import type { Check, Visit } from './visit.ts';
import { deepest, mostFaults, report } from './visit.ts';

export type ObjectRule = {
  readonly elements: ReadonlyMap<string, Element>;
  readonly required: readonly string[];
  readonly isResource: boolean;
  /** Nothing but an id. */
  readonly mayBeBare: boolean;
};

/** `extensions`: what may stand under `_name`. Filled by the compiler after the rule is known, as types refer to themselves. */
export function objectCheck(rule: ObjectRule, extensions: Check): Check {
  return (value, at, visit, depth) => {
    if (visit.faults.length >= mostFaults) return;
    if (depth > deepest) {
      report(visit, 'too-long', `nested more than ${deepest} levels deep`, at);
    } else if (!isObject(value)) {
      report(visit, 'structure', 'an object is required', at);
    } else if (Object.keys(value).length === 0) {
      report(visit, 'structure', 'an object may not be empty', at);
    } else if (!rule.mayBeBare && Object.keys(value).length === 1 && Object.hasOwn(value, 'id')) {
      report(visit, 'invariant', 'ele-1: an element has a value or children', at);
    } else {
      checkElements(rule, value, at, visit, depth, extensions);
    }
  };
}

function checkElements(rule: ObjectRule, value: JsonObject, at: string, visit: Visit, depth: number, extensions: Check): void {
  const found = new Map<string, string>();
  for (const property of Object.keys(value)) {
    if (property === 'resourceType' && rule.isResource) continue;
    const name = nameOf(rule, property);
    const element = name === undefined ? undefined : rule.elements.get(name);
    if (name === undefined || element === undefined) {
      report(visit, 'structure', 'unknown element', /^\w{1,64}$/.test(property) ? `${at}.${property}` : at);
      continue;
    }
    const other = found.get(element.key);
    found.set(element.key, name);
    if (other === name) continue;
    if (other !== undefined) report(visit, 'structure', `only one of ${element.key} may be present`, `${at}.${name}`);
    const companion = element.primitive && Object.hasOwn(value, `_${name}`) ? value[`_${name}`] : undefined;
    checkElement(
      element,
      { value: Object.hasOwn(value, name) ? value[name] : undefined, companion },
      `${at}.${name}`,
      visit,
      depth,
      extensions,
    );
  }
  for (const key of rule.required) {
    if (!found.has(key)) report(visit, 'required', 'this element is required', `${at}.${key}`);
  }
}

/** The element that a property speaks of: itself, or the primitive that it is the `_` sibling of. */
function nameOf({ elements }: ObjectRule, property: string): string | undefined {
  if (elements.has(property)) return property;
  const name = property.slice(1);
  return property.startsWith('_') && elements.get(name)?.primitive === true ? name : undefined;
}
