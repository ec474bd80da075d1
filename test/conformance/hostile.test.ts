// Resources that nobody sends in good faith: large in every direction, or an example with something torn out.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
import { isObject } from '../../src/fhir/json.ts';
import { effortOf } from '../effort.ts';
import { conformance, consent, doctor } from './example.ts';
import { examples } from './examples/examples.ts';
import { coded, smallest, someone, text } from './smallest.ts';

const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const permit = { type: 'permit', actor: [doctor] };
const deny = (index: number): JsonObject => ({ type: 'deny', actor: [doctor], purpose: [{ system: 'urn:x', code: `${index}` }] });
const resource = { resourceType: 'Patient', active: true };

const large: readonly (readonly [name: string, () => JsonObject])[] = [
  ['provisions', () => consent('sharing', { ...permit, provision: many(20_000, deny) })],
  ['labels', () => smallest('Patient', { meta: { security: many(50_000, (index) => ({ system: 'urn:x', code: `${index}` })) } })],
  [
    'entries',
    () => smallest('Bundle', { entry: many(20_000, (index) => ({ fullUrl: `https://x.example/${index}`, resource })) }),
  ],
  [
    'contained',
    () =>
      smallest('Patient', {
        contained: many(10_000, (index) => ({ resourceType: 'Organization', id: `o${index}`, name: 'x' })),
        generalPractitioner: many(10_000, (index) => ({ reference: `#o${index}` })),
      }),
  ],
  [
    'codings',
    () =>
      smallest('Observation', {
        code: { coding: many(5_000, (index) => ({ code: `${index}` })) },
        valueString: 'x',
        component: many(500, () => ({ code: coded('x', 'y'), valueString: 'x' })),
      }),
  ],
  [
    'sections',
    () => smallest('Composition', { section: many(20_000, () => ({ text: { status: 'empty', div: '<div>x</div>' } })) }),
  ],
  ['members', () => smallest('CareTeam', { participant: many(20_000, () => ({ member: someone, role: [text] })) })],
  ['extensions', () => smallest('Patient', { extension: many(50_000, () => ({ url: 'urn:x', valueBoolean: true })) })],
];

test.each(large)('many %s take no longer than their number', (_name, make) => {
  const sent = make();
  expect(effortOf(() => conformance.validate(sent, 'national'))).toBeLessThan(1_000);
});

/** Every path of an object and its parts. */
function pathsIn(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((part, index) => pathsIn(part, [...path, index]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => pathsIn(part, [...path, name]))];
}

function changed(value: unknown, [name, ...rest]: readonly (string | number)[], part: unknown): unknown {
  if (name === undefined) return part;
  if (Array.isArray(value)) return value.map((one, index) => (index === name ? changed(one, rest, part) : one));
  if (!isObject(value)) return value;
  return { ...value, [name]: changed(value[name], rest, part) };
}

test.each<[string, JsonObject]>([
  ['resource', { resourceType: { toString: false }, id: 'x' }],
  ['contained resource', { resourceType: 'Patient', contained: [{ resourceType: { toString: false }, id: 'x' }] }],
  ['entry', { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: { toString: false } } }] }],
])('the type of a %s that is no name is a fault', (_name, sent) => {
  for (const rules of ['base', 'national'] as const) expect(conformance.validate(sent, rules)).not.toEqual([]);
});

describe('an example with one part replaced', () => {
  const small = examples.filter(({ type, text: { length } }) => conformance.types.has(type) && length < 8000);
  const parts = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, '', [], {}, [null], 0, -1, true, 'x', { id: 'x' }, '2026', '#', [[]], { value: 1 }),
    // A member `toString` is refused before anything is judged.
    fc.jsonValue({ maxDepth: 2 }).filter((part) => !JSON.stringify(part).includes('toString')),
  );

  test('is judged, never a failure', () => {
    fc.assert(
      fc.property(fc.constantFrom(...small), fc.nat(), parts, (example, at, part) => {
        const paths = pathsIn(example.resource);
        const torn = changed(example.resource, paths[at % paths.length] ?? [], part);
        if (!isObject(torn)) return;
        for (const rules of ['base', 'national'] as const) {
          const found = conformance.validate(torn, rules);
          expect(found.length).toBeLessThanOrEqual(20);
          for (const { expression } of found) expect(expression).toMatch(/^\w+([.[]|$)/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
