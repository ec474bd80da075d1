// What a profile asks of one value: the value itself, its codes, its type and its constraints.
// https://hl7.org/fhir/R4/elementdefinition.html
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, listOf, objectsOf } from '../../fhir/json.ts';
import { bindable, boundTo } from '../validation/binding.ts';
import { invariantCheck } from '../validation/invariant.ts';
import { typeNamed } from '../validation/reference.ts';
import type { Check, Visit } from '../validation/visit.ts';
import { newVisit, report } from '../validation/visit.ts';
import { contains } from './contains.ts';
import { wantedValue } from './differential.ts';
import type { Place } from './place.ts';
import type { Ground, Rule } from './rule.ts';

const canonical = 'http://hl7.org/fhir/StructureDefinition/';

export function valueRules(element: JsonObject, ground: Ground): readonly Rule[] {
  return [...wantedRule(element), ...bindingRule(element, ground), ...typeRule(element, ground)];
}

function wantedRule(element: JsonObject): readonly Rule[] {
  const wanted = wantedValue(element);
  if (wanted === undefined) return [];
  return [
    ({ value, at }, visit) => {
      if (!contains(value, wanted.value, wanted.exact)) report(visit, 'value', 'this profile allows one value here only', at);
    },
  ];
}

/** By the type of what is bound. */
export function requiredCodes({ binding }: JsonObject, { valueSet }: Ground): ReadonlyMap<string, Check> | undefined {
  if (!isObject(binding) || binding.strength !== 'required') return undefined;
  const set = valueSet(String(binding.valueSet));
  return new Map([...bindable].map((type) => [type, boundTo(type, set)]));
}

function bindingRule(element: JsonObject, ground: Ground): readonly Rule[] {
  const checks = requiredCodes(element, ground);
  return checks === undefined ? [] : [({ value, at, type }, visit) => checks.get(type)?.(value, at, visit, 0)];
}

/** Constraints of the element, once the structure holds; ours must come out true. */
export function constraintRule(element: JsonObject, types: readonly string[], { shape }: Ground): Rule {
  const checks = objectsOf(element.constraint)
    .filter(({ severity }) => severity !== 'warning')
    .map(({ key, human, expression }) =>
      invariantCheck({ key: String(key), human: String(human), expression: String(expression) }, types, shape, true),
    );
  return ({ value, at }, visit) => {
    if (checks.length > 0) visit.later.push(() => void checks.map((check) => check(value, at, visit)));
  };
}

function strings(value: unknown): readonly string[] {
  return listOf(value).filter((one) => typeof one === 'string');
}

function typeRule({ type }: JsonObject, ground: Ground): readonly Rule[] {
  const types = objectsOf(type);
  if (types.length === 0) return [];
  const byCode = new Map(types.map((one) => [String(one.code), [...targetRule(one, ground), ...profileRule(one, ground)]]));
  return [
    (place, visit) => {
      // A backbone element has a type of its own, by its path.
      const rules = place.type.includes('.') ? [] : byCode.get(place.type);
      if (rules === undefined && !byCode.has('Resource')) report(visit, 'structure', 'this type may not be used here', place.at);
      for (const rule of rules ?? []) rule(place, visit);
    },
  ];
}

/** The types that `targetProfile` names: whether the target conforms is not fetched. */
export function targetTypes({ targetProfile }: JsonObject, { definitions }: Ground): readonly string[] {
  return strings(targetProfile).map((url) => {
    const type = url.replace(canonical, '');
    if (!definitions.resourceTypes.includes(type))
      throw new Error(`targetProfile ${url} is not enforced, so it may not be published: only types of R4 are`);
    return type;
  });
}

function targetRule(type: JsonObject, ground: Ground): readonly Rule[] {
  const targets = targetTypes(type, ground);
  if (targets.length === 0) return [];
  return [
    ({ value, at }, visit) => {
      const named = isObject(value) ? typeNamed(value, visit.anchors, ground.isResourceType) : undefined;
      if (named !== undefined && !targets.includes(named))
        report(visit, 'value', `this profile refers to ${targets.join(', ')}`, `${at}.reference`);
    },
  ];
}

/** One of the profiles. */
function profileRule({ profile }: JsonObject, { conforms }: Ground): readonly Rule[] {
  const rules = strings(profile).map(conforms);
  const [only] = rules;
  if (only === undefined) return [];
  if (rules.length === 1) return [only];
  return [
    (place, visit) => {
      if (!rules.some((rule) => holds(rule, place, visit)))
        report(visit, 'structure', 'this value has none of the profiles that are allowed here', place.at);
    },
  ];
}

/** Asked apart: nothing is reported. */
export function holds(rule: Rule, place: Place, { resource, root, anchors }: Visit): boolean {
  const apart = { ...newVisit(resource, anchors), root };
  rule(place, apart);
  if (apart.faults.length === 0) for (const ask of apart.later) ask();
  return apart.faults.length === 0;
}
