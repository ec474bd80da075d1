// What the server knows of value sets and code systems, and of the elements that search parameters read.
import { describe, expect, test } from '@jest/globals';
import { conformance } from './example.ts';

const { terminology, types } = conformance;
const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const role = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

// https://hl7.org/fhir/R4/codesystem.html#subsumption
describe('subsumption', () => {
  test.each([
    ['below', clinical, 'active', ['active', 'recurrence', 'relapse']],
    ['below', clinical, 'relapse', ['relapse']],
    ['above', clinical, 'relapse', ['active', 'relapse']],
    ['above', clinical, 'active', ['active']],
    ['below', clinical, 'unheard-of', ['unheard-of']],
    ['below', act, 'IMP', ['ACUTE', 'IMP', 'NONAC']],
    ['above', act, 'ACUTE', ['ACUTE', 'IMP', '_ActCareProvisionCode', '_ActEncounterCode']],
    ['above', role, 'NMTH', ['FAMMEMB', 'MTH', 'NMTH', 'NPRN', 'PRN', '_PersonalRelationshipRoleType']],
    ['below', 'http://hl7.org/fhir/administrative-gender', 'male', ['male']],
    ['below', 'https://carnet.example/fhir/CodeSystem/consent-kind', 'sharing', ['sharing']],
  ] as const)('%s %s|%s', (direction, system, code, codes) => {
    expect([...(terminology.subsumed(direction, system, code) ?? [])].toSorted()).toEqual(codes.toSorted());
  });

  test.each(['http://snomed.info/sct', 'http://loinc.org/x', '', '__proto__', 'constructor'])(
    'of %p nothing is known',
    (system) => {
      expect(terminology.subsumed('below', system, 'x')).toBeUndefined();
    },
  );

  test('what is below something has it above', () => {
    const codes = terminology.subsumed('below', role, '_PersonalRelationshipRoleType') ?? new Set<string>();
    expect(codes.size).toBeGreaterThan(80);
    for (const code of codes) expect(terminology.subsumed('above', role, code)).toContain('_PersonalRelationshipRoleType');
  });
});

test.each([
  ['http://hl7.org/fhir/ValueSet/administrative-gender', 'http://hl7.org/fhir/administrative-gender|female'],
  ['https://carnet.example/fhir/ValueSet/document-type', 'http://loinc.org|34112-3'],
  ['http://nowhere.example/ValueSet/x', undefined],
  ['__proto__', undefined],
])('value set %s', (url, member) => {
  expect(member === undefined ? terminology.valueSet(url) : terminology.valueSet(url)?.has(member)).toBe(
    member === undefined ? undefined : true,
  );
});

// https://hl7.org/fhir/R4/searchparameter.html#expression
test.each([
  ['Patient', 'active', ['boolean']],
  ['Patient', 'email', ['ContactPoint']],
  ['Patient', 'deceased', undefined],
  ['Patient', '_id', ['id']],
  ['Condition', '_tag', ['Coding']],
  ['Condition', 'code', ['CodeableConcept']],
  ['DocumentReference', 'identifier', ['Identifier']],
  ['DocumentReference', 'contenttype', ['code']],
  ['MedicationRequest', 'medication', ['Reference']],
  ['MedicationRequest', 'code', ['CodeableConcept']],
  ['Consent', 'source-reference', ['Attachment', 'Reference']],
  ['Procedure', 'instantiates-canonical', ['canonical']],
  ['AuditEvent', 'altid', ['string']],
])('%s.%s reads %p', (type, code, elements) => {
  const read = types.get(type)?.search.get(code)?.elements;
  expect(read && [...read].toSorted()).toEqual(elements);
});
