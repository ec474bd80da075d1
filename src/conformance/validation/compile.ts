// The definitions → one check a type, compiled once, each node when it is first needed.
// https://hl7.org/fhir/R4/structuredefinition.html
import { isObject } from '../../fhir/json.ts';
import type { Definitions, ElementRule } from '../definitions.ts';
import { elementsOf, namesOf } from '../definitions.ts';
import type { ValueSet } from './binding.ts';
import { boundTo, forms } from './binding.ts';
import type { Element } from './element.ts';
import { invariantCheck } from './invariant.ts';
import type { ObjectRule } from './object.ts';
import { objectCheck } from './object.ts';
import { primitives } from './primitive.ts';
import { extensionCheck, referenceCheck } from './reference.ts';
import type { Check } from './visit.ts';
import { report } from './visit.ts';

export type Compiler = {
  readonly definitions: Definitions;
  readonly valueSet: (url: string) => ValueSet;
  readonly isResourceType: (name: string) => boolean;
  readonly nodes: ReadonlyMap<string, { check: Check }>;
};

const bindable = new Set(['code', 'Coding', 'CodeableConcept']);
const pending: Check = () => {
  throw new Error('a node is checked before it is compiled');
};

/** Compiles every node now, so that nothing missing or misspelt waits for a request. */
export function compileDefinitions(
  definitions: Definitions,
  valueSet: (url: string) => ValueSet,
  isResourceType: (name: string) => boolean,
): Compiler {
  const nodes = new Map(Object.keys(definitions.nodes).map((name) => [name, { check: pending }]));
  const compiler = { definitions, valueSet, isResourceType, nodes };
  for (const [name, node] of nodes) node.check = compileNode(compiler, name);
  return compiler;
}

/** The check of a type or backbone element, which may refer to itself: it is looked up when it is asked. */
export function nodeCheck({ nodes }: Compiler, name: string): Check {
  const node = nodes.get(name);
  if (node === undefined) throw new Error(`profiles/r4/definitions.json lacks ${name}: run npm run definitions`);
  return (value, at, visit, depth) => node.check(value, at, visit, depth);
}

function compileNode(compiler: Compiler, name: string): Check {
  const { definitions } = compiler;
  const isResource = definitions.resources.includes(name);
  const structure = objectCheck(ruleOf(compiler, name), nodeCheck(compiler, 'Element'), isResource);
  const invariants = (definitions.nodes[name]?.invariants ?? []).map((invariant) => invariantCheck(invariant, name, false));
  const inherited = name === 'Extension' ? [structure, extensionCheck] : [structure];
  if (invariants.length === 0) return inherited.length === 1 ? structure : all(inherited);
  return all([
    ...inherited,
    (value, at, visit) => {
      if (isObject(value)) visit.later.push(() => void invariants.map((check) => check(value, at, visit)));
    },
  ]);
}

function ruleOf(compiler: Compiler, name: string): ObjectRule {
  const rules = elementsOf(compiler.definitions, name);
  const elements = rules.flatMap(([key, rule]) =>
    namesOf(key, rule).map(([property, type]) => [property, elementOf(compiler, key, rule, type)] as const),
  );
  return { elements: new Map(elements), required: rules.filter(([, { min }]) => (min ?? 0) > 0).map(([key]) => key) };
}

function elementOf(compiler: Compiler, key: string, rule: ElementRule, type: string): Element {
  const checks = [rule.node === undefined ? typeCheck(compiler, type, rule) : nodeCheck(compiler, rule.node)];
  if (rule.binding !== undefined && bindable.has(type))
    checks.push(boundTo(type, forms.get(rule.binding) ?? compiler.valueSet(rule.binding)));
  return { key, many: rule.max === '*', primitive: primitives.has(type), check: all(checks) };
}

function typeCheck(compiler: Compiler, type: string, { targets }: ElementRule): Check {
  const isValid = primitives.get(type);
  if (isValid !== undefined) {
    return (value, at, visit) => {
      if (!isValid(value)) report(visit, 'value', `not a valid ${type}`, at);
    };
  }
  if (type === 'Reference') return all([nodeCheck(compiler, type), referenceCheck(compiler.isResourceType, targets)]);
  return type === 'Resource' ? containedCheck(compiler) : nodeCheck(compiler, type);
}

/** A resource inside another: of a type whose elements are known. */
function containedCheck(compiler: Compiler): Check {
  const known = new Set(compiler.definitions.resources);
  return (value, at, visit, depth) => {
    const type = isObject(value) ? value.resourceType : undefined;
    if (!isObject(value)) report(visit, 'structure', 'an object is required', at);
    else if (typeof type !== 'string' || !compiler.isResourceType(type))
      report(visit, 'structure', 'resourceType must name a resource type', at);
    else if (!known.has(type)) report(visit, 'not-supported', 'resources of this type are not accepted here', at);
    else nodeCheck(compiler, type)(value, at, visit, depth);
  };
}

export function all(checks: readonly Check[]): Check {
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return only;
  return (value, at, visit, depth) => {
    for (const check of checks) check(value, at, visit, depth);
  };
}
