// Discriminators → the test that tells which slice a value is of: by value, pattern, existence or type.
// https://hl7.org/fhir/R4/profiling.html#discriminator
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, listOf, objectsOf, textOf } from '../../fhir/json.ts';
import { typeNamed } from '../validation/reference.ts';
import type { Visit } from '../validation/visit.ts';
import { newVisit } from '../validation/visit.ts';
import { contains } from './contains.ts';
import type { Branch } from './differential.ts';
import { wantedValue } from './differential.ts';
import type { Place } from './place.ts';
import { childrenOf, stepOf } from './place.ts';
import type { Ground } from './rule.ts';
import { cardinalityOf } from './rule.ts';
import { requiredCodes, targetTypes } from './value.ts';

export type SliceTest = (place: Place, visit: Visit) => boolean;

const step = /extension\('([^']+)'\)|resolve\(\)|[A-Za-z]\w*(?:\[x\])?/y;

/** Throws for a path, a kind or a slice that cannot be told apart by it. */
export function testOf({ type, path }: JsonObject, slice: Branch, ground: Ground): SliceTest {
  const steps = stepsIn(textOf(path) ?? '', slice);
  switch (type) {
    case 'value':
    case 'pattern':
      return valueTest(steps, slice, ground);
    case 'exists':
      return existsTest(steps, slice, ground);
    case 'type':
      return typeTest(steps, slice, ground);
    default:
      throw new Error(`${slice.id}: discriminators by ${type} are not enforced, so they may not be published`);
  }
}

/** `$this`, `coding.code`, `extension('url').value`, `item.resolve()`. */
function stepsIn(path: string, slice: Branch): readonly string[] {
  const text = path.replace(/^\$this\.?/, '');
  const steps: string[] = [];
  for (let at = 0; at < text.length; at = step.lastIndex + 1) {
    step.lastIndex = at;
    const match = step.exec(text);
    if (match === null || !/^(\.|$)/.test(text.slice(step.lastIndex)))
      throw new Error(`${slice.id}: the discriminator ${path} is not enforced, so it may not be published`);
    steps.push(match[0]);
  }
  return steps;
}

function urlIn(name: string): string | undefined {
  return /^extension\('(.+)'\)$/.exec(name)?.[1];
}

function reached(place: Place, steps: readonly string[], { definitions }: Ground): readonly Place[] {
  return steps.reduce<readonly Place[]>(
    (places, name) =>
      places.flatMap((one) => {
        if (name === 'resolve()') return [one];
        const url = urlIn(name);
        const found = stepOf(definitions, [one.type], url === undefined ? name : 'extension') ?? choiceOf(definitions, one, name);
        const children = found === undefined ? [] : childrenOf(one, found);
        return url === undefined ? children : children.filter(({ value }) => isObject(value) && value.url === url);
      }),
    [place],
  );
}

function choiceOf(definitions: Ground['definitions'], { type }: Place, name: string): ReturnType<typeof stepOf> {
  return stepOf(definitions, [type], `${name}[x]`);
}

/** The branch below a slice that a path leads to. */
function branchAt(branch: Branch, name: string): Branch | undefined {
  const url = urlIn(name);
  const key = url === undefined ? name : 'extension';
  const child = branch.children.find((one) => one.key === key || one.key === `${key}[x]`);
  return url === undefined ? child : child?.slices.find((one) => profileOf(one) === url);
}

/** Of an extension, its url. */
function profileOf({ element }: Branch): string | undefined {
  return objectsOf(element?.type).flatMap(({ profile }) => listOf(profile).filter((one) => typeof one === 'string'))[0];
}

type Wanted = (place: Place) => boolean;

function valueTest(steps: readonly string[], slice: Branch, ground: Ground): SliceTest {
  const wanted = wantedAt(slice, steps, ground);
  if (wanted === undefined) throw new Error(`${slice.id}: the slice does not say the value that it is told by`);
  return (place) => reached(place, steps, ground).some(wanted);
}

function wantedAt(branch: Branch, steps: readonly string[], ground: Ground): Wanted | undefined {
  const fixed = wantedValue(branch.element);
  if (fixed !== undefined) {
    const value = steps.reduce<unknown>((part, name) => objectsOf(part)[0]?.[name], fixed.value);
    return value === undefined ? undefined : (place) => contains(place.value, value, fixed.exact);
  }
  const [name, ...rest] = steps;
  const url = profileOf(branch);
  if (name === 'url' && url !== undefined) return ({ value }) => value === url;
  if (name !== undefined) {
    const child = branchAt(branch, name);
    return child && wantedAt(child, rest, ground);
  }
  const codes = requiredCodes(branch.element ?? {}, ground);
  return codes && ((place) => isBound(codes, place));
}

function isBound(codes: NonNullable<ReturnType<typeof requiredCodes>>, { value, type, at }: Place): boolean {
  const apart = newVisit({});
  codes.get(type)?.(value, at, apart, 0);
  return apart.faults.length === 0;
}

function existsTest(steps: readonly string[], slice: Branch, ground: Ground): SliceTest {
  const element = steps.reduce<Branch | undefined>((branch, name) => branch && branchAt(branch, name), slice)?.element;
  const { min, max } = cardinalityOf(element);
  if (element === undefined || (min === 0 && max !== 0))
    throw new Error(`${slice.id}: the slice does not say whether it has what it is told by`);
  return (place) => reached(place, steps, ground).length > 0 === min > 0;
}

function typeTest(steps: readonly string[], slice: Branch, ground: Ground): SliceTest {
  const element = steps
    .filter((name) => name !== 'resolve()')
    .reduce<Branch | undefined>((branch, name) => branch && branchAt(branch, name), slice)?.element;
  const types = objectsOf(element?.type);
  const wanted = steps.at(-1) === 'resolve()' ? types.flatMap((one) => targetTypes(one, ground)) : types.map(({ code }) => code);
  if (wanted.length === 0) throw new Error(`${slice.id}: the slice does not say the type that it is told by`);
  return (place, visit) =>
    reached(place, steps, ground).some(({ value, type }) => {
      const named =
        steps.at(-1) === 'resolve()' && isObject(value) ? typeNamed(value, visit.anchors, ground.isResourceType) : type;
      return wanted.includes(named);
    });
}
