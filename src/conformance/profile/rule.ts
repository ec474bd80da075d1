// What a profile asks of a place, and what compiling it needs.
// https://hl7.org/fhir/R4/profiling.html
import type { JsonObject } from '../../fhir/json.ts';
import type { Definitions } from '../definitions.ts';
import type { Shape } from '../path/shape.ts';
import type { ValueSet } from '../validation/binding.ts';
import type { Visit } from '../validation/visit.ts';
import type { Place } from './place.ts';

export type Rule = (place: Place, visit: Visit) => void;

export type Ground = {
  readonly definitions: Definitions;
  readonly shape: Shape;
  readonly valueSet: (url: string) => ValueSet;
  readonly isResourceType: (name: string) => boolean;
  /** The rule of a profile of profiles/ by its canonical; throws where there is none. */
  readonly conforms: (url: string) => Rule;
};

export type Cardinality = { readonly min: number; readonly max: number };

export function cardinalityOf({ min, max }: JsonObject = {}): Cardinality {
  return {
    min: typeof min === 'number' ? min : 0,
    max: max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max),
  };
}
