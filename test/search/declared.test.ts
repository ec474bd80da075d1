import { describe, expect, test } from '@jest/globals';
import { loadConformance } from '../../src/conformance/conformance.ts';
import { assertSearchable } from '../../src/search/index-of.ts';
import { recordParametersOf } from '../../src/search/record.ts';

const conformance = loadConformance(new URL('../..', import.meta.url).pathname);

describe('what the server declares', () => {
  test('can be searched', () => {
    expect(() => assertSearchable(conformance)).not.toThrow();
  });

  test.each(['Patient', 'Practitioner', 'RelatedPerson', 'Encounter', 'Device'])(
    'every parameter of the compartment of %s',
    (of) => {
      const links = [...(conformance.compartments.get(of) ?? [])].filter(([type]) => conformance.types.has(type));
      expect(links.length).toBeGreaterThan(5);
      const lacking = links.flatMap(([type, codes]) => codes.filter((code) => !conformance.types.get(type)?.search.has(code)));
      expect(lacking).toEqual([]);
    },
  );

  test.each([
    ['DocumentReference', ['patient', 'subject']],
    ['Consent', ['patient']],
    ['Claim', ['patient']],
    ['CareTeam', ['patient', 'subject']],
    ['RelatedPerson', ['patient']],
    ['Patient', []],
    ['Device', ['patient']],
    ['Observation', ['patient', 'subject']],
    ['Provenance', []],
    ['AuditEvent', []],
    ['Practitioner', []],
  ])('the parameters that name the record of %s: %j', (type, codes) => {
    expect([...recordParametersOf(conformance, type)].toSorted()).toEqual(codes);
  });
});
