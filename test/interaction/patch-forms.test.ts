// Patches as functions of a resource: what each operation leaves, and what is refused with which expression.
import { describe, expect, test } from '@jest/globals';
import { type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { Refusal } from '../../src/fhir/outcome.ts';
import { readFhirPathPatch } from '../../src/interaction/patch/fhirpath-operation.ts';
import { applyFhirPathPatch } from '../../src/interaction/patch/fhirpath-patch.ts';
import { applyJsonPatch, readJsonPatch } from '../../src/interaction/patch/json-patch.ts';
import { touchedByFhirPathPatch, touchedByJsonPatch } from '../../src/interaction/patch/touched.ts';
import { conformance } from '../conformance/example.ts';
import { effortOf } from '../effort.ts';
import { fhirPathFaults } from './fhirpath-faults.ts';
import { fhirPathCases } from './fhirpath-patches.ts';
import { jsonCases, jsonFaults } from './json-patches.ts';
import { operation } from './patch-operation.ts';

const parsed = (value: unknown): JsonObject => parseJson(typeof value === 'string' ? value : JSON.stringify(value)) as JsonObject;

function faultOf(act: () => unknown): readonly [number, string | undefined] | string {
  try {
    return JSON.stringify(act());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [error.status, error.faults[0]?.expression];
  }
}

const jsonPatched = (before: unknown, operations: unknown): string =>
  JSON.stringify(applyJsonPatch(parsed(before), readJsonPatch(parsed(operations))));

const fhirPathPatched = (before: unknown, parameter: unknown): string => {
  const operations = readFhirPathPatch(parsed({ resourceType: 'Parameters', parameter }));
  return JSON.stringify(applyFhirPathPatch(parsed(before), operations, conformance));
};

describe('JSON Patch', () => {
  test.each(jsonCases)('%s', (_, before, operations, after) => {
    const text = JSON.stringify(parsed(before));
    const resource = parsed(before);
    const patched = applyJsonPatch(resource, readJsonPatch(parsed(operations)));
    expect(JSON.stringify(patched)).toBe(JSON.stringify(parsed(after)));
    expect(JSON.stringify(resource)).toBe(text);
  });

  test.each(jsonFaults)('%s', (_, operations, status, expression) => {
    const before = { resourceType: 'Patient', active: true, name: [{ family: 'Lefèvre', given: ['Anne'] }] };
    expect(faultOf(() => jsonPatched(before, operations))).toEqual([status, expression]);
  });

  test('copies of copies end', () => {
    const doubling = Array.from({ length: 50 }, () => [
      { op: 'copy', from: '/name', path: '/telecom' },
      { op: 'move', from: '/telecom', path: '/name/-' },
    ]).flat();
    const before = { resourceType: 'Patient', name: ['x'.repeat(1000)] };
    expect(faultOf(() => jsonPatched(before, doubling))).toEqual([413, expect.stringMatching(/^\[\d+\]\.from$/)]);
  });
});

describe('FHIRPath Patch', () => {
  test.each(fhirPathCases)('%s', (_, before, parameter, after) => {
    expect(fhirPathPatched(before, parameter)).toBe(JSON.stringify(parsed(after)));
  });

  test.each(fhirPathFaults)('%s', (_, parameter, status, expression) => {
    const before = {
      resourceType: 'Patient',
      birthDate: '1979-03-15',
      deceasedBoolean: false,
      name: [{ family: 'Lefèvre', given: ['Anne'] }, { family: 'Petit' }],
    };
    expect(faultOf(() => fhirPathPatched(before, parameter))).toEqual([status, expression]);
  });

  test.each([
    ['another resource', { resourceType: 'Patient' }, 'resourceType'],
    ['no object', [], 'resourceType'],
    ['no operation', { resourceType: 'Parameters' }, 'Parameters.parameter'],
    ['no list', { resourceType: 'Parameters', parameter: {} }, 'Parameters.parameter'],
    [
      'too many',
      { resourceType: 'Parameters', parameter: Array(101).fill(operation('delete', 'Patient.active')) },
      'Parameters.parameter',
    ],
  ])('is refused: %s', (_, sent, expression) => {
    expect(faultOf(() => readFhirPathPatch(sent))).toEqual([400, expression]);
  });

  test.each([
    ['conditions in conditions', `Patient.name.given${".where($this = 'n1'".repeat(6)}${')'.repeat(6)}`],
    ['condition after condition', `Patient.name.given${'.where(true)'.repeat(16)}.where($this = 'n1')`],
    ['index after index', `Patient.name${'[0]'.repeat(70)}.given[0]`],
  ])('a hundred hard paths end soon, or are too much: %s', (_, path) => {
    const given = Array.from({ length: 1000 }, (_name, index) => `n${index}`);
    const before = { resourceType: 'Patient', name: [{ given }] };
    const replaced = (times: number) =>
      faultOf(() => fhirPathPatched(before, Array(times).fill(operation('replace', path, { valueString: 'n1' }))));
    const effort = effortOf(() => {
      expect(replaced(100)).toEqual([400, 'Parameters.parameter']);
      expect(typeof replaced(10)).toBe('string');
    });
    expect(effort).toBeLessThan(2_000);
  });
});

describe('what a patch touches', () => {
  test.each([
    [{ op: 'add', path: '/status', value: 1 }, ['status']],
    [{ op: 'remove', path: '/meta/security/0' }, ['meta']],
    [{ op: 'replace', path: '/_status/id', value: 1 }, ['status']],
    [{ op: 'move', from: '/type', path: '/category/-' }, ['category', 'type']],
    [{ op: 'copy', from: '/type', path: '/category/-' }, ['category']],
    [{ op: 'test', path: '/type', value: 1 }, []],
    [{ op: 'replace', path: '', value: {} }, ['']],
  ])('%j', (one, expected) => {
    expect(touchedByJsonPatch(readJsonPatch([one])).map(({ element }) => element)).toEqual(expected);
  });

  test.each([
    ['DocumentReference', 'status', 'status', 'part[2]'],
    ['DocumentReference.status', 'id', 'status', 'part[1]'],
    ['status', 'id', 'status', 'part[1]'],
    ['DocumentReference.securityLabel[0].coding.where(code = 1)', 'id', 'securityLabel', 'part[1]'],
    ['DocumentReference.status | DocumentReference.type', 'id', '', 'part[1]'],
    ['(DocumentReference.status)', 'id', '', 'part[1]'],
    ['DocumentReference.where(true).type', 'id', 'where', 'part[1]'],
    ["DocumentReference.extension('x')", 'value', 'extension', 'part[1]'],
  ])('%s, %s: %s', (path, name, element, part) => {
    const operations = readFhirPathPatch({
      resourceType: 'Parameters',
      parameter: [operation('add', path, { name, valueString: 'x' })],
    });
    expect(touchedByFhirPathPatch('DocumentReference', operations)).toEqual([{ element, at: `Parameters.parameter[0].${part}` }]);
  });
});
