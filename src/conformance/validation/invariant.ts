// Constraints in FHIRPath, evaluated once the structure holds.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import type { FhirPath } from '../../fhir/fhirpath.ts';
import { compileFhirPath } from '../../fhir/fhirpath.ts';
import type { JsonObject } from '../../fhir/json.ts';
import type { Invariant } from '../definitions.ts';
import type { Visit } from './visit.ts';
import { report } from './visit.ts';

export type InvariantCheck = (node: JsonObject, at: string, visit: Visit) => void;

function outcome(evaluate: FhirPath, node: JsonObject): unknown {
  try {
    const found = evaluate(node);
    return found.length === 0 ? undefined : found[0];
  } catch {
    return false;
  }
}

/** R4's own constraints may come out empty (dates of different precision) and then hold; ours (`strict`) must come out true. */
export function invariantCheck({ key, human, expression }: Invariant, path: string, strict: boolean): InvariantCheck {
  // Element paths carry the types of their children; a resource carries its own.
  const evaluate = compileFhirPath(expression, path);
  return (node, at, visit) => {
    const result = outcome(evaluate, node);
    if (strict ? result !== true : result === false) report(visit, 'invariant', `${key}: ${human}`, at);
  };
}
