// One validation under way: the faults found so far, what is asked once the structure holds, and the resource that it is in.
// https://hl7.org/fhir/R4/validation.html
import type { JsonObject } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';

export const mostFaults = 20;
export const deepest = 64;

export type Visit = {
  readonly faults: Fault[];
  /** Invariants, evaluated only on a structure without fault. */
  readonly later: (() => void)[];
  /** `%resource`: the nearest one, a contained one too. */
  readonly resource: JsonObject;
  /** `%rootResource`: the one that contains and is not contained. */
  readonly root: JsonObject;
  /** Id → type of what the root contains. */
  readonly anchors: ReadonlyMap<string, string>;
  /** References to what is contained, without their `#`, and where they stand. */
  readonly fragments: { readonly to: string; readonly at: string }[];
  /** All of the resource and of what is in it. */
  readonly extensions: { readonly value: JsonObject; readonly at: string }[];
};

/** Checks what stands at `at`; `depth` counts the levels above it. */
export type Check = (value: unknown, at: string, visit: Visit, depth: number) => void;

export function newVisit(resource: JsonObject, anchors: Visit['anchors'] = new Map()): Visit {
  return { faults: [], later: [], resource, root: resource, anchors, fragments: [], extensions: [] };
}

export function report(visit: Visit, code: NonNullable<Fault['code']>, text: string, expression: string): void {
  if (visit.faults.length < mostFaults) visit.faults.push({ code, text, expression });
}
