// The one door to FHIRPath: expressions compiled once, evaluated on a copy, never fetching anything.
// https://hl7.org/fhir/R4/fhirpath.html
import fhirpath, { type ResourceNode } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { JsonObject } from './json.ts';
import { isObject, isRawNumber } from './json.ts';

export type FhirPath = (node: JsonObject, context?: Readonly<Record<string, unknown>>) => unknown[];

const literal = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** Stands for `resolve() is T`: the type that a literal reference names, nothing fetched. `resolve()` elsewhere is refused by the engine. */
function refersTo(inputs: readonly unknown[], type: string): readonly boolean[] {
  return inputs.map((input) => {
    const reference = isObject(input) ? input.reference : input;
    return typeof reference === 'string' && literal.exec(reference)?.[1] === type;
  });
}

const options = { userInvocationTable: { refersTo: { fn: refersTo, arity: { 1: ['String' as const] } } } };

function withoutResolve(expression: string): string {
  return expression.replaceAll(/resolve\(\) is (\w+)/g, "refersTo('$1')");
}

/** A node of the syntax tree; an operator's sign and an identifier are its `text`. */
export type Syntax = { readonly type: string; readonly text?: string; readonly children?: readonly Syntax[] };

/** Throws on a bad expression. */
export function parseFhirPath(expression: string): Syntax {
  const tree: Syntax = fhirpath.parse(expression);
  return tree;
}

/** A decimal as the engine returns it, with all of its digits. */
export function isEngineDecimal(value: unknown): value is { readonly valueOf: () => number } {
  return value instanceof fhirpath.FP_Decimal;
}

/** The engine marks the objects it returns and knows no RawNumber: it works on a copy, so frozen values are safe too. */
function copy(value: unknown): unknown {
  if (isRawNumber(value)) return fhirpath.FP_Decimal.getDecimal(value.rawJSON);
  if (Array.isArray(value)) return value.map(copy);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part)])) : value;
}

/** From an element of the type or backbone path `from` to a child: its name (a choice by its stem or whole name), its index where it repeats. */
export type ElementStep = { readonly name: string; readonly index?: number; readonly from: string };
/** `path`: the type or backbone path of the element itself. */
export type ElementPlace = { readonly steps: readonly ElementStep[]; readonly path: string };

/** Where the nodes that an expression leads to stand in the resource; undefined for a value that stands nowhere in it. Throws on a bad expression. */
export function placesOf(resource: JsonObject, expression: string): readonly (ElementPlace | undefined)[] {
  const nodes = fhirpath.evaluate(copy(resource), expression, {}, r4, { ...options, resolveInternalTypes: false });
  return Array.from<unknown>(nodes).map((node) => (isNode(node) ? { steps: stepsTo(node), path: node.path ?? '' } : undefined));
}

function isNode(value: unknown): value is ResourceNode {
  return typeof value === 'object' && value !== null && 'parentResNode' in value;
}

function stepsTo({ parentResNode, propName, index }: ResourceNode): readonly ElementStep[] {
  if (parentResNode === null) return [];
  const step = { name: propName ?? '', from: parentResNode.path ?? '', ...(typeof index === 'number' ? { index } : {}) };
  return [...stepsTo(parentResNode), step];
}

/** `base`: the path of the node in its resource (`Consent.provision`) or its datatype, where it is no resource. Throws on a bad expression. */
export function compileFhirPath(expression: string, base?: string): FhirPath {
  const path = withoutResolve(expression);
  const evaluate = fhirpath.compile(base === undefined ? path : { base, expression: path }, r4, options);
  return (node, context) => Array.from<unknown>(evaluate(copy(node), { ...context }));
}
