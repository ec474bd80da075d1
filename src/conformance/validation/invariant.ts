// Constraints in FHIRPath, evaluated once the structure holds: compiled when first asked, left to the engine where they exceed the compiler.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { compileFhirPath } from '../../fhir/fhirpath.ts';
import { isObject } from '../../fhir/json.ts';
import type { Invariant } from '../definitions.ts';
import type { Path, Scope } from '../path/compile.ts';
import { compilePath, NotCompiled } from '../path/compile.ts';
import type { Shape } from '../path/shape.ts';
import type { Items } from '../path/value.ts';
import type { Visit } from './visit.ts';
import { report } from './visit.ts';

export type InvariantCheck = (node: unknown, at: string, visit: Visit) => void;

/** Held by code of this folder, which needs no FHIRPath for it. */
export const heldByCode: ReadonlyMap<string, string> = new Map([
  ['ele-1', 'object.ts and element.ts: nothing is empty, an id alone is no content'],
  ['ext-1', 'reference.ts'],
  ['ref-1', 'reference.ts'],
  ['dom-2', 'contained.ts'],
  ['dom-3', 'contained.ts'],
  ['dom-4', 'contained.ts'],
  ['dom-5', 'contained.ts'],
  ['txt-1', 'xhtml.ts'],
  ['txt-2', 'xhtml.ts'],
]);

/** Asked in other words than R4's, with the reason. */
const reworded: ReadonlyMap<string, string> = new Map([
  // Nothing is fetched: `resolve()` becomes the type that the reference names.
  [
    'ctm-1',
    "onBehalfOf.exists() implies member.reference.where(matches('(^|/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]+$') and matches('(^|/)Practitioner/').not()).empty()",
  ],
  // As it stands it fails for two values of `when`.
  ['tim-9', "offset.empty() or (when.exists() and when.select($this in ('C' | 'CM' | 'CD' | 'CV')).allFalse())"],
]);

/** The answer of the engine where the compiler does not know the words. */
export function pathOf(expression: string, base: readonly string[], shape: Shape): Path {
  try {
    return compilePath(expression, base, shape);
  } catch (error) {
    if (!(error instanceof NotCompiled)) throw error;
    const evaluate = compileFhirPath(expression, base[0]);
    return ([node], { resource, root }) => (isObject(node) ? evaluate(node, { resource, rootResource: root }) : []);
  }
}

function answer(path: Path, node: unknown, scope: Scope): unknown {
  let found: Items;
  try {
    found = path([node], scope);
  } catch {
    return false;
  }
  return found[0];
}

/** R4's own constraints may come out empty (dates of different precision) and then hold; ours (`strict`) must come out true. */
export function invariantCheck(
  { key, human, expression }: Invariant,
  base: readonly string[],
  shape: Shape,
  strict: boolean,
): InvariantCheck {
  let path: Path | undefined;
  return (node, at, visit) => {
    path ??= pathOf(reworded.get(key) ?? expression, base, shape);
    const result = answer(path, node, { resource: visit.resource, root: visit.root, context: node });
    if (strict ? result !== true : result === false) report(visit, 'invariant', `${key}: ${human}`, at);
  };
}

/** Those that FHIRPath decides. */
export function invariantChecks(
  invariants: readonly Invariant[] | undefined,
  base: readonly string[],
  shape: Shape,
): readonly InvariantCheck[] {
  return (invariants ?? [])
    .filter(({ key }) => !heldByCode.has(key))
    .map((invariant) => invariantCheck(invariant, base, shape, false));
}
