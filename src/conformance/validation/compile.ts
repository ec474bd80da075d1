// The definitions → one check a type, each node compiled when it is first needed.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { Definitions, ElementRule, Invariant } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';
import type { Shape } from '../path/shape.ts';
import { shapeOf } from '../path/shape.ts';
import type { ValueSet } from './binding.ts';
import { bindable, boundTo, forms } from './binding.ts';
import type { Element } from './element.ts';
import { invariantChecks } from './invariant.ts';
import type { ObjectRule } from './object.ts';
import { objectCheck } from './object.ts';
import { primitives } from './primitive.ts';
import { extensionCheck, referenceCheck } from './reference.ts';
import { innerCheck } from './resource.ts';
import type { Check } from './visit.ts';
import { report } from './visit.ts';

export type Compiler = {
  readonly definitions: Definitions;
  readonly valueSet: (url: string) => ValueSet;
  readonly isResourceType: (name: string) => boolean;
  readonly shape: Shape;
  /** Of a resource type whose elements are known. */
  readonly checkOf: (type: string) => Check | undefined;
  /** Of any node; throws where the definitions lack it. */
  readonly nodeCheck: (name: string) => Check;
};

/** What is missing in the definitions stops the start; what a node says is compiled when a resource first has it. */
export function compileDefinitions(
  definitions: Definitions,
  valueSet: (url: string) => ValueSet,
  isResourceType: (name: string) => boolean,
): Compiler {
  const compiled = new Map<string, Check>();
  const known = new Set(definitions.resources);
  const compiler: Compiler = {
    definitions,
    valueSet,
    isResourceType,
    shape: shapeOf(definitions),
    checkOf: (type) => (known.has(type) ? compiler.nodeCheck(type) : undefined),
    nodeCheck: (name) => {
      if (!Object.hasOwn(definitions.nodes, name))
        throw new Error(`profiles/r4/definitions.json lacks ${name}: run npm run definitions`);
      let check: Check | undefined;
      return (value, at, visit, depth) => {
        check ??= once(compiled, name, () => compileNode(compiler, name));
        check(value, at, visit, depth);
      };
    },
  };
  checkComplete(compiler);
  return compiler;
}

function once(compiled: Map<string, Check>, name: string, compile: () => Check): Check {
  const check = compiled.get(name) ?? compile();
  compiled.set(name, check);
  return check;
}

/** Every type and value set that the definitions name is in them. */
function checkComplete({ definitions, nodeCheck, valueSet }: Compiler): void {
  for (const { base, elements } of Object.values(definitions.nodes)) {
    if (base !== undefined) nodeCheck(base);
    for (const { types, node, binding } of Object.values(elements)) {
      for (const type of node === undefined ? types : [node]) if (!primitives.has(type)) nodeCheck(type);
      if (binding !== undefined && !forms.has(binding)) valueSet(binding);
    }
  }
}

function compileNode(compiler: Compiler, name: string): Check {
  const { definitions } = compiler;
  const isResource = definitions.resources.includes(name);
  // An id alone is no content; under `_name` it stands beside the value.
  const mayBeBare = isResource || name === 'Element';
  const structure = objectCheck({ ...ruleOf(compiler, name), isResource, mayBeBare }, compiler.nodeCheck('Element'));
  const inherited = name === 'Extension' ? [structure, extensionCheck] : [structure];
  return all([...inherited, ...later(compiler, definitions.nodes[name]?.invariants, [name])]);
}

/** Constraints wait until the structure holds. */
function later({ shape }: Compiler, invariants: readonly Invariant[] | undefined, base: readonly string[]): readonly Check[] {
  const checks = invariantChecks(invariants, base, shape);
  if (checks.length === 0) return [];
  return [
    (value, at, visit) =>
      void visit.later.push(() => {
        for (const check of checks) check(value, at, visit);
      }),
  ];
}

function ruleOf(compiler: Compiler, name: string): Pick<ObjectRule, 'elements' | 'required'> {
  const rules = elementsOf(compiler.definitions, name);
  const elements = rules.flatMap(([key, rule]) =>
    namesOf(key, rule).map(([property, type]) => [property, elementOf(compiler, key, rule, type)] as const),
  );
  return { elements: new Map(elements), required: rules.filter(([, { min }]) => (min ?? 0) > 0).map(([key]) => key) };
}

function elementOf(compiler: Compiler, key: string, rule: ElementRule, type: string): Element {
  const { node, binding, invariants, max } = rule;
  const checks = [node === undefined ? typeCheck(compiler, key, type, rule) : compiler.nodeCheck(node)];
  if (binding !== undefined && bindable.has(type)) checks.push(boundTo(type, forms.get(binding) ?? compiler.valueSet(binding)));
  checks.push(...later(compiler, invariants, [node ?? type]));
  return { key, many: max === '*', primitive: primitives.has(type), check: all(checks) };
}

const addresses = new Set(['canonical', 'uri', 'url']);

function typeCheck(compiler: Compiler, key: string, type: string, { targets }: ElementRule): Check {
  if (primitives.has(type)) return primitiveCheck(type);
  if (type === 'Reference') return all([compiler.nodeCheck(type), referenceCheck(compiler.isResourceType, targets)]);
  return type === 'Resource' ? innerCheck(compiler, key === 'contained') : compiler.nodeCheck(type);
}

function primitiveCheck(type: string): Check {
  const isValid = primitives.get(type);
  const isAddress = addresses.has(type);
  return (value, at, visit) => {
    if (isValid?.(value) !== true) report(visit, 'value', `not a valid ${type}`, at);
    else if (isAddress && typeof value === 'string' && value.startsWith('#')) visit.fragments.push({ to: value.slice(1), at });
  };
}

export function all(checks: readonly Check[]): Check {
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return only;
  return (value, at, visit, depth) => {
    for (const check of checks) check(value, at, visit, depth);
  };
}
