// A profile in differential form → checks: cardinality, prohibition, fixed and pattern values, required bindings, invariants.
// What a differential says otherwise (slices, types) stops the start: nothing is published that is not enforced.
// https://hl7.org/fhir/R4/profiling.html
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import type { Definitions } from '../definitions.ts';
import { elementsOf } from '../definitions.ts';
import { type Shape, shapeOf } from '../path/shape.ts';
import type { ValueSet } from './binding.ts';
import { boundTo } from './binding.ts';
import type { InvariantCheck } from './invariant.ts';
import { invariantCheck } from './invariant.ts';
import type { Check, Visit } from './visit.ts';
import { newVisit, report } from './visit.ts';
import type { Place, Step } from './walk.ts';
import { childrenOf, reach, stepsOf, withNested } from './walk.ts';

export type Profile = {
  readonly url: string;
  readonly type: string;
  readonly check: (resource: JsonObject, visit: Visit) => void;
};

const understood =
  /^(id|path|short|definition|comment|requirements|min|max|(fixed|pattern)[A-Z]\w*|binding|constraint|mustSupport|type)$/;

function rejectUnknown(element: JsonObject, where: string): void {
  const name = Object.keys(element).find((key) => !understood.test(key));
  if (name !== undefined) throw new Error(`${where}: ${name} is not enforced, so it may not be published`);
  const narrow = objectsOf(element.type).some(
    ({ profile, targetProfile }) => profile !== undefined || targetProfile !== undefined,
  );
  if (narrow) throw new Error(`${where}: type.profile and type.targetProfile are not enforced, so they may not be published`);
}

function contains(value: unknown, pattern: unknown, exact: boolean): boolean {
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || (exact && value.length !== pattern.length)) return false;
    return pattern.every((part) => value.some((one) => contains(one, part, exact)));
  }
  if (!isObject(pattern)) return value === pattern;
  if (!isObject(value) || (exact && Object.keys(value).length !== Object.keys(pattern).length)) return false;
  return Object.entries(pattern).every(([name, part]) => Object.hasOwn(value, name) && contains(value[name], part, exact));
}

function valueChecks(element: JsonObject): readonly Check[] {
  return Object.entries(element).flatMap(([name, wanted]): readonly Check[] => {
    if (!/^(fixed|pattern)[A-Z]/.test(name)) return [];
    const exact = name.startsWith('fixed');
    return [
      (value, at, visit) => {
        if (!contains(value, wanted, exact)) report(visit, 'value', 'this profile allows one value here only', at);
      },
    ];
  });
}

function bindingChecks({ binding }: JsonObject, type: string, valueSet: (url: string) => ValueSet): readonly Check[] {
  if (!isObject(binding) || binding.strength !== 'required') return [];
  return [boundTo(type, valueSet(String(binding.valueSet)))];
}

function constraintsOf(element: JsonObject, type: string, shape: Shape): readonly InvariantCheck[] {
  return objectsOf(element.constraint).map(({ key, human, expression }) =>
    invariantCheck({ key: String(key), human: String(human), expression: String(expression) }, [type], shape, true),
  );
}

type Cardinality = { readonly min: number; readonly max: number };

function countCheck(
  { min, max }: Cardinality,
  key: string,
  step: Step,
): (parent: Place, children: readonly Place[], visit: Visit) => void {
  return ({ value, at }, children, visit) => {
    const expression = `${at}.${step.names.length === 1 ? step.names[0] : key}`;
    const companion = isObject(value) && step.names.some((name) => Object.hasOwn(value, `_${name}`));
    if (max === 0 && (children.length > 0 || companion))
      report(visit, 'not-supported', 'this element may not be used here', expression);
    else if (children.length > max) report(visit, 'structure', `at most ${max} allowed here`, expression);
    else if (children.length < min) report(visit, 'required', 'this element is required', expression);
  };
}

function cardinalityOf({ min, max }: JsonObject): Cardinality {
  return {
    min: typeof min === 'number' ? min : 0,
    max: max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max),
  };
}

/** The rule of one element of the differential, asked of every place that its path leads to. */
function elementCheck(element: JsonObject, definitions: Definitions, valueSet: (url: string) => ValueSet): Profile['check'] {
  const path = textOf(element.path) ?? '';
  rejectUnknown(element, path);
  const steps = stepsOf(definitions, path);
  const invariants = constraintsOf(element, typeOf(definitions, path), shapeOf(definitions));
  const last = steps.at(-1);
  const ask = (place: Place, visit: Visit): void => {
    const { value, at } = place;
    if (isObject(value)) visit.later.push(() => void invariants.map((invariant) => invariant(value, at, visit)));
  };
  if (last === undefined) return (resource, visit) => ask({ value: resource, at: path }, visit);
  const key = path.slice(path.lastIndexOf('.') + 1);
  const checks = [...valueChecks(element), ...bindingChecks(element, typeOf(definitions, path), valueSet)];
  const count = countCheck(cardinalityOf(element), key, last);
  return (resource, visit) => {
    for (const parent of reach({ value: resource, at: path.split('.')[0] ?? '' }, steps.slice(0, -1))) {
      const children = childrenOf(parent, last);
      count(parent, children, visit);
      for (const child of children) {
        for (const check of checks) check(child.value, child.at, visit, 0);
        for (const place of withNested(child, last)) ask(place, visit);
      }
    }
  };
}

function typeOf(definitions: Definitions, path: string): string {
  const [root = '', ...keys] = path.split('.');
  return keys.reduce((node, key) => {
    const rule = elementsOf(definitions, node).find(([name]) => name === key)?.[1];
    return rule?.node ?? rule?.types[0] ?? '';
  }, root);
}

export function compileProfile(definition: JsonObject, definitions: Definitions, valueSet: (url: string) => ValueSet): Profile {
  const [url, type] = [textOf(definition.url) ?? '', textOf(definition.type) ?? ''];
  const elements = isObject(definition.differential) ? objectsOf(definition.differential.element) : [];
  const checks = elements.map((element) => elementCheck(element, definitions, valueSet));
  return {
    url,
    type,
    check: (resource, visit) => {
      for (const check of checks) check(resource, visit);
    },
  };
}

/** For a resource whose structure R4 accepts. */
export function validateProfiles(profiles: readonly Profile[], resource: JsonObject): readonly Fault[] {
  const visit = newVisit(resource);
  for (const { check } of profiles) check(resource, visit);
  if (visit.faults.length === 0) for (const ask of visit.later) ask();
  return visit.faults;
}
