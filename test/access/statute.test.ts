// The category map at work: what each resource counts as, and that every missing, odd or second code leads to the fallback.
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadStatute } from '../../src/access/statute.ts';
import { type Conformance, loadConformance } from '../../src/conformance/conformance.ts';
import { readObject } from '../../src/conformance/published.ts';
import type { JsonObject } from '../../src/fhir/json.ts';

const root = join(import.meta.dirname, '../..');
const conformance = loadConformance(root);
const regime = readObject(join(root, 'profiles/Parameters-regime-2018.json'));
const statute = loadStatute(conformance, regime);
const terminology = 'http://terminology.hl7.org/CodeSystem';
const coded = (system: string, ...codes: readonly string[]): JsonObject => ({
  coding: codes.map((code) => ({ system: `${terminology}/${system}`, code })),
});
const of =
  (system: string) =>
  (...codes: readonly string[]): JsonObject => ({ category: [coded(system, ...codes)] });
const [observation, service, condition] = [of('observation-category'), of('v2-0074'), of('condition-category')];
const act = (code: string, system = `${terminology}/v3-ActCode`): JsonObject => ({ class: { system, code } });

describe('the document type that a resource counts as', () => {
  test.each<[type: string, elements: JsonObject, category: string | undefined]>([
    ['Observation', {}, '11502-2'],
    ['Observation', observation('laboratory'), '11502-2'],
    ['Observation', observation('imaging'), '18748-4'],
    ['Observation', observation('vital-signs'), '11506-3'],
    ['Observation', observation('social-history'), '11502-2'],
    ['Observation', observation('vital-signs', 'laboratory'), '11502-2'],
    [
      'Observation',
      { category: [coded('observation-category', 'vital-signs'), coded('observation-category', 'laboratory')] },
      '11502-2',
    ],
    ['Observation', { category: [coded('elsewhere', 'vital-signs')] }, '11502-2'],
    ['Observation', { category: [{ coding: [{ code: 'imaging' }] }] }, '11502-2'],
    ['Observation', { category: [{ coding: [{ system: `${terminology}/observation-category` }] }] }, '11502-2'],
    ['Observation', { category: [{ text: 'imaging' }] }, '11502-2'],
    ['DiagnosticReport', {}, '11502-2'],
    ['DiagnosticReport', service('LAB'), '11502-2'],
    ['DiagnosticReport', service('RAD'), '18748-4'],
    ['DiagnosticReport', service('CT', 'RAD'), '18748-4'],
    ['DiagnosticReport', service('RAD', 'LAB'), '11502-2'],
    ['DiagnosticReport', service('RAD', 'GE'), '51969-4'],
    ['DiagnosticReport', service('SP'), '11526-1'],
    ['DiagnosticReport', service('SP', 'GE'), '51969-4'],
    ['Condition', {}, '34133-9'],
    ['Condition', condition('problem-list-item'), '60591-5'],
    ['Condition', condition('problem-list-item', 'encounter-diagnosis'), '34133-9'],
    ['Encounter', {}, '34112-3'],
    ['Encounter', act('IMP'), '34112-3'],
    ['Encounter', act('EMER'), '15507-7'],
    ['Encounter', act('AMB'), '11488-4'],
    ['Encounter', act('AMB', 'urn:elsewhere'), '34112-3'],
    ['Procedure', {}, '11505-5'],
    ['FamilyMemberHistory', {}, '60591-5'],
    ['MedicationRequest', {}, '57833-6'],
    ['MedicationDispense', {}, '60593-1'],
    ['MedicationStatement', {}, '60591-5'],
    ['ExplanationOfBenefit', {}, 'REMB'],
    ['Communication', {}, '34112-3'],
    ['Device', {}, '60591-5'],
    ['Composition', { type: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] } }, '34133-9'],
    ['Composition', {}, undefined],
    ['List', {}, undefined],
  ])('%s %j: %s', (type, elements, category) => {
    expect(statute.categoryOf({ resourceType: type, ...elements })).toBe(category);
  });
});

describe('the main date', () => {
  test.each<[type: string, elements: JsonObject, date: unknown]>([
    ['Observation', { effectiveDateTime: '2026-01' }, '2026-01'],
    ['Observation', { effectivePeriod: { start: '2026-01' } }, { start: '2026-01' }],
    ['DiagnosticReport', { effectiveDateTime: '2026-01', issued: '2026-02-01T00:00:00Z' }, '2026-01'],
    ['Condition', { recordedDate: '2026-01', onsetDateTime: '1999' }, '2026-01'],
    ['Procedure', { performedPeriod: { start: '2026' } }, { start: '2026' }],
    ['MedicationRequest', { authoredOn: '2026-01' }, '2026-01'],
    ['MedicationDispense', { whenPrepared: '2026-01-01', whenHandedOver: '2026-01-02' }, '2026-01-02'],
    ['MedicationDispense', { whenPrepared: '2026-01-01' }, '2026-01-01'],
    ['MedicationStatement', { effectiveDateTime: '2026' }, '2026'],
    ['ExplanationOfBenefit', { created: '2026-01-02', billablePeriod: { start: '2025' } }, { start: '2025' }],
    ['ExplanationOfBenefit', { created: '2026-01-02' }, '2026-01-02'],
    ['Encounter', { period: { end: '2026' } }, { end: '2026' }],
    ['Communication', { received: '2026-01-02T00:00:00Z' }, '2026-01-02T00:00:00Z'],
    ['List', { date: '2026' }, '2026'],
    ['Composition', { date: '2026' }, '2026'],
    ['Bundle', { timestamp: '2026-01-02T00:00:00Z' }, '2026-01-02T00:00:00Z'],
    ['Provenance', { recorded: '2026-01-02T00:00:00Z' }, '2026-01-02T00:00:00Z'],
    ['FamilyMemberHistory', { date: '2026' }, '2026'],
    ['Device', {}, undefined],
  ])('%s %j', (type, elements, date) => {
    expect(statute.mainDateOf({ resourceType: type, ...elements })).toEqual(date);
  });
});

test('a declared type of the record that the map forgets stops the start', () => {
  const capability = conformance.types.get('Procedure');
  if (capability === undefined) throw new Error('no Procedure');
  const wider: Conformance = {
    ...conformance,
    types: new Map([...conformance.types, ['CarePlan', { ...capability, type: 'CarePlan' }]]),
  };
  expect(() => loadStatute(wider, regime)).toThrow('ConceptMap category: CarePlan has no document type');
});
