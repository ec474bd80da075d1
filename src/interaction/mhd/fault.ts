// Faults of many like elements: the first of them, since nobody reads a hundred thousand.
// https://hl7.org/fhir/R4/operationoutcome.html
import type { Fault } from '../../fhir/outcome.ts';

export const mostFaults = 100;

export function faultsIn<T>(values: readonly T[], judge: (value: T, index: number) => readonly Fault[]): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, value] of values.entries()) {
    faults.push(...judge(value, index));
    if (faults.length >= mostFaults) break;
  }
  return faults;
}
