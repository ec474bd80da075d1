import { describe, expect, test } from '@jest/globals';
import { conformance } from './example.ts';

const types = [...conformance.types.keys()];

describe('what a summary keeps', () => {
  test.each([
    ['Patient', 'birthDate', true],
    ['Patient', 'photo', false],
    ['Patient', 'text', false],
    ['Patient', 'deceasedDateTime', true],
    ['DocumentReference', 'status', true],
    ['DocumentReference', 'securityLabel', true],
    ['Immunization', 'occurrenceString', true],
    ['Immunization', 'lotNumber', false],
    ['AllergyIntolerance', 'note', false],
  ])('%s.%s: %s', (type, name, expected) => {
    expect(conformance.summaryOf(type).summary.has(name)).toBe(expected);
  });

  test.each(types)('%s: id, meta and implicitRules', (type) => {
    const { summary, modifier } = conformance.summaryOf(type);
    expect(['id', 'meta', 'implicitRules'].every((name) => summary.has(name))).toBe(true);
    expect(modifier.has('implicitRules')).toBe(true);
  });

  test.each([
    ['Patient', []],
    ['DocumentReference', ['status', 'content']],
    ['Consent', ['status', 'scope', 'category']],
    ['Immunization', ['status', 'vaccineCode', 'patient', 'occurrenceDateTime', 'occurrenceString']],
  ])('%s: mandatory elements %j', (type, names) => {
    expect([...conformance.summaryOf(type).mandatory]).toEqual(names);
  });

  test.each([
    ['Patient', ['implicitRules', 'modifierExtension', 'active', 'deceasedBoolean', 'deceasedDateTime', 'link']],
    ['AllergyIntolerance', ['implicitRules', 'modifierExtension', 'clinicalStatus', 'verificationStatus']],
  ])('%s: modifiers %j', (type, names) => {
    expect([...conformance.summaryOf(type).modifier]).toEqual(names);
  });

  test.each(['Robot', 'toString'])('%s has none', (type) => {
    expect(() => conformance.summaryOf(type)).toThrow(type);
  });
});
