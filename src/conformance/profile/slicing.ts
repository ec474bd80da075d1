// Slices: which of them a value is of, how many each may have, and in what order.
// https://hl7.org/fhir/R4/profiling.html#slicing
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, objectsOf } from '../../fhir/json.ts';
import type { Visit } from '../validation/visit.ts';
import { report } from '../validation/visit.ts';
import type { Branch } from './differential.ts';
import type { SliceTest } from './discriminator.ts';
import { testOf } from './discriminator.ts';
import type { Place } from './place.ts';
import type { Cardinality, Ground, Rule } from './rule.ts';
import { cardinalityOf } from './rule.ts';

type Slice = { readonly name: string; readonly count: Cardinality; readonly is: SliceTest; readonly rule: Rule };
/** Of all values of an element at once; `at` is where they stand. */
export type SlicingRule = (places: readonly Place[], at: string, visit: Visit) => void;

/** R4 slices extensions by their url and choices by their type, said or not. */
function slicingOf({ element, key, id }: Branch): JsonObject {
  if (isObject(element?.slicing)) return element.slicing;
  if (key === 'extension' || key === 'modifierExtension') return { discriminator: [{ type: 'value', path: 'url' }] };
  if (key.endsWith('[x]')) return { discriminator: [{ type: 'type', path: '$this' }] };
  throw new Error(`${id} has slices and does not say what tells them apart`);
}

export function slicingRule(branch: Branch, ground: Ground, ruleOf: (slice: Branch) => Rule): readonly SlicingRule[] {
  if (branch.slices.length === 0) return [];
  const { discriminator, rules = 'open', ordered } = slicingOf(branch);
  const discriminators = objectsOf(discriminator);
  if (discriminators.length === 0) throw new Error(`${branch.id}: slices without discriminator are not enforced`);
  const slices = branch.slices.map((slice): Slice => {
    const tests = discriminators.map((one) => testOf(one, slice, ground));
    const is: SliceTest = (place, visit) => tests.every((test) => test(place, visit));
    return { name: slice.slice ?? '', count: cardinalityOf(slice.element), is, rule: ruleOf(slice) };
  });
  return [
    (places, at, visit) => {
      const found = places.map((place) => slices.findIndex(({ is }) => is(place, visit)));
      if (rules === 'closed') judgeClosed(places, found, visit);
      if (rules === 'openAtEnd') judgeEnd(places, found, visit);
      if (ordered === true) judgeOrder(places, found, visit);
      slices.forEach((slice, index) => {
        judgeSlice(
          slice,
          places.filter((_place, position) => found[position] === index),
          at,
          visit,
        );
      });
    },
  ];
}

function judgeSlice({ name, count, rule }: Slice, places: readonly Place[], at: string, visit: Visit): void {
  if (places.length < count.min) report(visit, 'required', `the slice ${name} is required`, at);
  if (places.length > count.max)
    report(visit, 'structure', `at most ${count.max} of the slice ${name}`, places[count.max]?.at ?? at);
  for (const place of places) rule(place, visit);
}

function judgeClosed(places: readonly Place[], found: readonly number[], visit: Visit): void {
  places.forEach(({ at }, position) => {
    if (found[position] === -1) report(visit, 'structure', 'this profile allows its slices alone here', at);
  });
}

/** What is of no slice stands behind those that are. */
function judgeEnd(places: readonly Place[], found: readonly number[], visit: Visit): void {
  const last = found.findLastIndex((slice) => slice !== -1);
  const early = places.find((_place, position) => found[position] === -1 && position < last);
  if (early) report(visit, 'structure', 'what is of no slice stands at the end', early.at);
}

function judgeOrder(places: readonly Place[], found: readonly number[], visit: Visit): void {
  const sliced = places.flatMap((place, position) => (found[position] === -1 ? [] : [{ place, slice: found[position] ?? 0 }]));
  const late = sliced.find(({ slice }, index) => slice < (sliced[index - 1]?.slice ?? 0));
  if (late) report(visit, 'structure', 'the slices stand in the order of the profile', late.place.at);
}
