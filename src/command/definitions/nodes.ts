// StructureDefinition snapshots → the nodes of definitions.json.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { ElementRule, Invariant, NodeRule } from '../../conformance/definitions.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, listOf, objectsOf, textOf } from '../../fhir/json.ts';

const fhirType = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const canonical = 'http://hl7.org/fhir/StructureDefinition/';
const bases = new Set(['Element', 'BackboneElement', 'Resource', 'DomainResource']);
const backbone = new Set(['Element', 'BackboneElement']);
// On every element of a kind: kept once, with the type that defines them.
const everywhere = /^(ele-1|ext-1|dom-\d)$/;
const definers = new Set(['Element', 'Extension', 'DomainResource']);

function typeName(path: string, type: JsonObject): string {
  const code = textOf(type.code) ?? '';
  if (!code.startsWith('http://hl7.org/fhirpath/')) return code;
  if (path === 'Resource.id') return 'id';
  const named = objectsOf(type.extension).find(({ url }) => url === fhirType);
  return textOf(named?.valueUrl) ?? 'string';
}

function targetsOf(types: readonly JsonObject[]): readonly string[] | undefined {
  const targets = types
    .flatMap((type) => listOf(type.targetProfile))
    .flatMap((url) => (typeof url === 'string' ? [url.replace(canonical, '')] : []));
  return targets.length === 0 || targets.includes('Resource') ? undefined : [...new Set(targets)];
}

function bindingOf({ binding }: JsonObject): string | undefined {
  if (!isObject(binding) || binding.strength !== 'required') return undefined;
  return textOf(binding.valueSet)?.split('|')[0];
}

function elementRule(element: JsonObject, path: string): ElementRule {
  const types = objectsOf(element.type);
  const names = types.map((type) => typeName(path, type));
  const reference = textOf(element.contentReference)?.slice(1);
  const node = reference ?? (names.length === 1 && backbone.has(names[0] ?? '') ? path : undefined);
  const binding = bindingOf(element);
  const targets = targetsOf(types);
  const invariants = node === path ? [] : invariantsOf(element);
  return {
    ...(element.min === 0 ? {} : { min: Number(element.min) }),
    ...(element.max === '1' ? {} : { max: '*' }),
    types: reference === undefined ? names : ['BackboneElement'],
    ...(node === undefined ? {} : { node }),
    ...(binding === undefined ? {} : { binding }),
    ...(targets === undefined ? {} : { targets }),
    ...(invariants.length === 0 ? {} : { invariants }),
    ...(element.isSummary === true ? { summary: true } : {}),
    ...(element.isModifier === true ? { modifier: true } : {}),
  };
}

function invariantsOf(element: JsonObject): readonly Invariant[] {
  const definer = definers.has(textOf(element.path) ?? '');
  return objectsOf(element.constraint).flatMap(({ key, human, expression, severity }) =>
    typeof key === 'string' &&
    typeof human === 'string' &&
    typeof expression === 'string' &&
    severity === 'error' &&
    (definer || !everywhere.test(key))
      ? [{ key, human, expression }]
      : [],
  );
}

function nodeRule(root: JsonObject, base: string | undefined): { rule: NodeRule; elements: Record<string, ElementRule> } {
  const elements: Record<string, ElementRule> = {};
  const invariants = invariantsOf(root);
  return {
    elements,
    rule: { ...(base === undefined ? {} : { base }), elements, ...(invariants.length === 0 ? {} : { invariants }) },
  };
}

function isInherited(element: JsonObject, name: string): boolean {
  const from = isObject(element.base) ? (textOf(element.base.path) ?? '').split('.')[0] : undefined;
  return from !== undefined && from !== name && bases.has(from);
}

/** The nodes of one type: itself and its backbone elements, by path. Inherited elements are left to the base. */
export function nodesOf(definition: JsonObject): Readonly<Record<string, NodeRule>> {
  const name = textOf(definition.type) ?? '';
  const [root, ...elements] = isObject(definition.snapshot) ? objectsOf(definition.snapshot.element) : [];
  if (root === undefined) throw new Error(`${name} has no snapshot`);
  const found = new Map([[name, nodeRule(root, baseOf(definition))]]);
  for (const element of elements) {
    const path = textOf(element.path) ?? '';
    const parent = found.get(path.slice(0, path.lastIndexOf('.')));
    if (parent === undefined || isInherited(element, name)) continue;
    const rule = elementRule(element, path);
    parent.elements[path.slice(path.lastIndexOf('.') + 1)] = rule;
    if (rule.node === path) found.set(path, nodeRule(element, rule.types[0]));
  }
  return Object.fromEntries([...found].map(([path, { rule }]) => [path, rule]));
}

function baseOf(definition: JsonObject): string | undefined {
  const base = textOf(definition.baseDefinition)?.replace(canonical, '');
  return base === undefined || bases.has(base) ? base : 'Element';
}
