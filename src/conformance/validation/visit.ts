// One validation under way: the faults found so far and what is asked once the structure holds.
// https://hl7.org/fhir/R4/validation.html
import type { Fault } from '../../fhir/outcome.ts';

export const mostFaults = 20;
export const deepest = 64;

export type Visit = {
  readonly faults: Fault[];
  /** Invariants, evaluated only on a structure without fault. */
  readonly later: (() => void)[];
  /** Ids of the contained resources. */
  readonly anchors: ReadonlySet<string>;
};

/** Checks what stands at `at`; `depth` counts the levels above it. */
export type Check = (value: unknown, at: string, visit: Visit, depth: number) => void;

export function newVisit(anchors: ReadonlySet<string>): Visit {
  return { faults: [], later: [], anchors };
}

export function report(visit: Visit, code: NonNullable<Fault['code']>, text: string, expression: string): void {
  if (visit.faults.length < mostFaults) visit.faults.push({ code, text, expression });
}
