// What of a resource is left in a summary or beside chosen elements: JSON names of top-level elements.
// https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
import type { Definitions, ElementRule } from './definitions.ts';
import { elementsOf, namesOf } from './definitions.ts';

export type Summary = {
  /** `_summary=true`: id and meta among them. */
  readonly summary: ReadonlySet<string>;
  /** What stays with `_summary=text` and `_elements`, beside id and meta. */
  readonly mandatory: ReadonlySet<string>;
  /** What stays with `_elements` too, as it may turn the meaning of the rest. */
  readonly modifier: ReadonlySet<string>;
};

/** Throws for a type whose elements are not known. */
export function summaryOf(definitions: Definitions, type: string): Summary {
  const rules = elementsOf(definitions, type);
  const names = (wanted: (rule: ElementRule) => boolean): ReadonlySet<string> =>
    new Set(rules.filter(([, rule]) => wanted(rule)).flatMap(([key, rule]) => namesOf(key, rule).map(([name]) => name)));
  return {
    summary: names(({ summary }) => summary === true),
    mandatory: names(({ min }) => (min ?? 0) > 0),
    modifier: names(({ modifier }) => modifier === true),
  };
}
