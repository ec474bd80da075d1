// Every official example of the declared types is valid by R4 alone, or its fault is named.
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asDefinitions } from '../../src/conformance/definitions.ts';
import { compilePath, NotCompiled } from '../../src/conformance/path/compile.ts';
import { shapeOf } from '../../src/conformance/path/shape.ts';
import { readObject } from '../../src/conformance/published.ts';
import { heldByCode } from '../../src/conformance/validation/invariant.ts';
import { compileFhirPath } from '../../src/fhir/fhirpath.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { isObject, listOf, objectsOf } from '../../src/fhir/json.ts';
import { conformance, root } from './example.ts';
import { examples } from './examples/examples.ts';

const definitions = asDefinitions(readObject(join(root, 'profiles/r4/definitions.json')));
const declared = examples.filter(({ type }) => conformance.types.has(type));

/** Type/id → the first fault, and whose it is. */
const faulty: Readonly<Record<string, string>> = {
  // A Practitioner dispenses; R4 has Organization there alone.
  'MedicationRequest/medrx0301': 'value MedicationRequest.dispenseRequest.performer.reference',
  // An Encounter performs; R4 has people and organizations there.
  'Observation/clinical-gender': 'value Observation.performer[0].reference',
  // A parameter of a media type is not in quotes though it has spaces.
  'Bundle/b0a5e4277-83c4-4adb-87e2-e3efe3369b6f': 'code-invalid Bundle.entry[8].resource.payloadMimeType[0]',
};

/** This server takes in what is contained, or in a Bundle, the types that something declared refers to, no others. */
function holdsOther(resource: JsonObject): boolean {
  const entries = objectsOf(resource.entry).map((entry) => entry.resource);
  const inner = [...objectsOf(resource.contained), ...entries.filter(isObject)];
  return inner.some((one) => !definitions.resources.includes(String(one.resourceType)) || holdsOther(one));
}

function firstFault(resource: JsonObject): string | undefined {
  const [fault] = conformance.validate(resource, 'base');
  return fault && `${fault.code} ${fault.expression}`;
}

describe('the official examples', () => {
  test.each([...conformance.types.keys()])('there are some of %s', (type) => {
    expect(declared.some((example) => example.type === type)).toBe(true);
  });

  test.each(declared)('$name', ({ name, resource }) => {
    const fault = firstFault(resource);
    if (holdsOther(resource)) expect(fault).toMatch(/^not-supported \w+\.(contained|entry)\[/);
    else expect(fault).toBe(faulty[name]);
  });
});

type Node = { readonly type: string; readonly node: JsonObject; readonly resource: JsonObject };

/** Every object of an example, with the node of the definitions that it is. */
function nodesIn(node: unknown, type: string, resource: JsonObject): readonly Node[] {
  if (!isObject(node)) return [];
  const below = Object.entries(node).flatMap(([name, value]) =>
    listOf(value).flatMap((one) => {
      const child = typeOf(type, name);
      if (child !== 'Resource') return child === undefined ? [] : nodesIn(one, child, resource);
      return isObject(one) ? nodesIn(one, String(one.resourceType), one) : [];
    }),
  );
  return [{ type, node, resource }, ...below];
}

const shape = shapeOf(definitions);

function typeOf(type: string, name: string): string | undefined {
  const stems = [...name.matchAll(/[A-Z]/g)].map(({ index }) => name.slice(0, index));
  const elements = [name, ...stems].flatMap((key) => shape([type], key) ?? []);
  return elements.flatMap(({ names, types }) => (names.includes(name) ? [types[names.indexOf(name)]] : []))[0];
}

describe('the compiled constraints', () => {
  const constraints = Object.entries(definitions.nodes).flatMap(([type, { invariants = [], elements }]) => [
    ...invariants.map((invariant) => ({ base: [type], ...invariant })),
    ...Object.values(elements).flatMap(({ invariants: own = [], types }) => own.map((one) => ({ base: types, ...one }))),
  ]);
  const asked = constraints.filter(({ key }) => !heldByCode.has(key));

  /** Left to the engine, with the reason; none of them traces. */
  const left: Readonly<Record<string, string>> = {
    'rng-2': 'quantities are compared by their units',
    'ctm-1': 'resolve() fetches: asked in other words',
    'que-2': 'descendants()',
    'que-7': 'the type of a choice',
  };

  test.each(asked)('$key of $base', ({ key, expression, base }) => {
    const compiled = (): unknown => compilePath(expression, base, shape);
    if (left[key] === undefined) expect(compiled).not.toThrow();
    else expect(compiled).toThrow(NotCompiled);
    if (left[key] !== undefined) expect(expression).not.toContain('trace(');
  });

  test('say the same as the engine, on every node of the examples', () => {
    const nodes = Map.groupBy(
      examples
        .filter(({ type }) => definitions.resources.includes(type))
        .flatMap(({ type, resource }) => nodesIn(resource, type, resource)),
      ({ type }) => type,
    );
    const found = asked
      .filter(({ key }) => left[key] === undefined)
      .flatMap(({ key, expression, base }) => {
        const [compiled, engine] = [
          compilePath(expression, base, shape),
          compileFhirPath(expression.replaceAll(/\.trace\('\w+'\)/g, ''), base[0]),
        ];
        return (nodes.get(base[0] ?? '') ?? []).slice(0, 60).map(({ node, resource }) => ({
          key,
          node,
          compiled: compiled([node], { resource, root: resource, context: node }),
          engine: engine(node, { resource }),
        }));
      });
    expect(found.length).toBeGreaterThan(500);
    for (const { key, node, compiled, engine } of found) expect([key, node, compiled]).toEqual([key, node, engine]);
  });
});
