// The meaning of a provision: F(p) = cover(p) ∧ ¬(F(c1) ∨ F(c2) ∨ …). Caller-side elements are already known, the rest stays a Filter.
// https://profiles.ihe.net/ITI/PCF (nested provisions are exceptions to the level above)

import { holds } from '../fhir/instant.ts';
import { pointingTypes } from '../filter/envelope.ts';
import { all, and, element, type Filter, known, none, not, oneOf, or, range, within } from '../filter/filter.ts';
import type { Mode } from '../identity/caller.ts';
import type { Actor, Provision } from './record.ts';

/** What of the caller a provision can speak about. */
export type Standing = { readonly actors: ReadonlySet<Actor>; readonly mode: Mode; readonly now: Date };

/** Its period holds, or it has none. */
export function isInForce({ period }: Pick<Provision, 'period'>, now: Date): boolean {
  return period === undefined || holds(period, now);
}

/** Whether the caller-side elements hold: period, actor, purpose. */
export function concerns(provision: Provision, { actors: mine, mode, now }: Standing): boolean {
  const { type, actors, purposes } = provision;
  if (!isInForce(provision, now)) return false;
  if (actors !== undefined && !actors.some((actor) => mine.has(actor))) return false;
  if (purposes !== undefined) return purposes.includes(mode);
  return type === 'deny' || mode === 'TREAT';
}

export function provisionFilter(provision: Provision, standing: Standing, resourceType: string): Filter {
  if (!concerns(provision, standing)) return none;
  const exceptions = provision.provisions.map((nested) => provisionFilter(nested, standing, resourceType));
  return and(resourceSide(provision, resourceType), not(or(...exceptions)));
}

function resourceSide({ type, types, classes, codes, labels, dataPeriod, data }: Provision, resourceType: string): Filter {
  // A Binary is what its document is.
  const asked = resourceType === 'Binary' ? 'DocumentReference' : resourceType;
  return and(
    types === undefined && classes === undefined
      ? all
      : or(known(types?.includes(asked) ?? false), ofClasses(type, classes ?? [], asked)),
    codes === undefined ? all : ofCategories(type, codes),
    labels === undefined
      ? all
      : oneOf(
          'idx',
          labels.map((label) => `_security|${label}`),
        ),
    dataPeriod === undefined ? all : and(range('date', { lte: dataPeriod.high }), range('dhi', { gte: dataPeriod.low })),
    data === undefined ? all : ofLines(type, data, asked),
  );
}

/** What superseded a document must be permitted with it, and is denied with it. */
function ofClasses(type: Provision['type'], classes: readonly string[], asked: string): Filter {
  const own = oneOf(
    'idx',
    classes.map((name) => `category|${name}`),
  );
  if (asked !== 'DocumentReference') return own;
  return type === 'deny' ? or(own, element('heirs', own)) : and(own, not(element('heirs', not(own))));
}

/** Successors are of its line, so a permit of it is one of them. */
function ofLines(type: Provision['type'], data: readonly string[], asked: string): Filter {
  const own = oneOf('line', data);
  return type === 'deny' && asked === 'DocumentReference' ? or(own, oneOf('kin', data)) : own;
}

/** Of several categories a permit must name all, a deny only one. */
function ofCategories(type: Provision['type'], codes: readonly string[]): Filter {
  const one = oneOf('tcs', codes);
  return or(oneOf('tc', codes), type === 'deny' ? one : and(one, within('tcs', [...pointingTypes, ...codes])));
}
