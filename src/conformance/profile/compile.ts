// A differential → one rule: cardinality, values, types, bindings, constraints and slices of every element that it names.
// https://hl7.org/fhir/R4/profiling.html
import { isObject } from '../../fhir/json.ts';
import type { Visit } from '../validation/visit.ts';
import { report } from '../validation/visit.ts';
import type { Branch } from './differential.ts';
import type { Place, Step } from './place.ts';
import { childrenOf, stepOf, withNested } from './place.ts';
import type { Cardinality, Ground, Rule } from './rule.ts';
import { cardinalityOf } from './rule.ts';
import { slicingRule } from './slicing.ts';
import { constraintRule, valueRules } from './value.ts';

/** Of the root: its constraints, and what is said of its elements. */
export function ruleOfTree(root: Branch, ground: Ground): Rule {
  return ruleOf(root, [root.key], { nested: [] }, ground);
}

/** Of one value. */
function ruleOf(branch: Branch, types: readonly string[], step: Pick<Step, 'nested'>, ground: Ground): Rule {
  const { element = {}, children } = branch;
  const once = valueRules(element, ground);
  const everywhere = [constraintRule(element, types, ground), ...children.map((child) => childRule(child, types, ground))];
  return (place, visit) => {
    for (const rule of once) rule(place, visit);
    for (const one of withNested(place, step)) for (const rule of everywhere) rule(one, visit);
  };
}

/** Of all values of an element, asked of what holds them. */
function childRule(branch: Branch, types: readonly string[], ground: Ground): Rule {
  const step = stepOf(ground.definitions, types, branch.key);
  if (step === undefined) throw new Error(`no element ${branch.id} in R4`);
  const below = step.names.map(([, type]) => type);
  const rule = ruleOf(branch, below, step, ground);
  const slicing = slicingRule(branch, ground, (slice) => ruleOf(slice, below, step, ground));
  const count = cardinalityOf(branch.element);
  return (place, visit) => {
    const places = childrenOf(place, step);
    const at = `${place.at}.${step.names.length === 1 ? step.names[0]?.[0] : branch.key}`;
    judgeCount(count, place, places, step, at, visit);
    for (const one of places) rule(one, visit);
    for (const judge of slicing) judge(places, at, visit);
  };
}

function judgeCount(
  { min, max }: Cardinality,
  { value }: Place,
  places: readonly Place[],
  { names }: Step,
  at: string,
  visit: Visit,
): void {
  const companion = isObject(value) && names.some(([name]) => Object.hasOwn(value, `_${name}`));
  if (max === 0 && (places.length > 0 || companion)) report(visit, 'not-supported', 'this element may not be used here', at);
  else if (places.length > max) report(visit, 'structure', `at most ${max} allowed here`, at);
  else if (places.length < min) report(visit, 'required', 'this element is required', at);
}
