import { describe, expect, test } from '@jest/globals';
import { compileElementPath } from '../../src/fhir/element-path.ts';
import { compileFhirPath } from '../../src/fhir/fhirpath.ts';

const patient = {
  resourceType: 'Patient',
  deceasedDateTime: '2020-01-01',
  name: [{ family: 'A', given: ['B', null, 'C'] }, { family: 'D' }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: '2' },
  ],
  managingOrganization: { reference: 'Organization/1' },
  generalPractitioner: [
    { reference: 'Practitioner/1' },
    { reference: 'https://other.example/fhir/Organization/2/_history/1' },
    { type: 'Practitioner', identifier: { value: '3' } },
    { reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' },
  ],
  birthDate: '1950-01-01',
  extension: [
    { url: 'urn:a:b', valueBoolean: true },
    { url: 'urn:a:c', valueCodeableConcept: { text: 'c' } },
  ],
};
const allergy = { resourceType: 'AllergyIntolerance', code: { text: 'x' }, reaction: [{ substance: { text: 'y' } }, {}] };

describe('an element path', () => {
  test.each([
    ['Patient.name.family', ['A', 'D']],
    ['Patient.name.given', ['B', 'C']],
    ['Patient.birthDate', ['1950-01-01']],
    ['Patient.deceased', ['2020-01-01']],
    ['(Patient.deceased as dateTime)', ['2020-01-01']],
    ['Patient.deceased.as(dateTime)', ['2020-01-01']],
    ['(Patient.deceased as boolean)', []],
    ['(Patient.deceased.ofType(dateTime))', ['2020-01-01']],
    ['Patient.deceased.ofType(boolean)', []],
    ["Patient.telecom.where(system='email')", [{ system: 'email', value: '2' }]],
    ["Patient.telecom.where(system = 'phone')", [{ system: 'phone', value: '1' }]],
    ['Patient.managingOrganization', [{ reference: 'Organization/1' }]],
    ["Patient.extension.where(url='urn:a:b').value", [true]],
    ["Patient.extension.where(url = 'urn:a:c').value.text", ['c']],
    ["Patient.extension('urn:a:b').value", [true]],
    ["(extension('urn:a:c').value.ofType(CodeableConcept).text)", ['c']],
    ["(extension('urn:a:b').value as boolean)", [true]],
    ["extension('urn:a:b').value.ofType(string)", []],
    ["extension('urn:other').value", []],
    ["Patient.telecom.where(system='phone').value | Patient.birthDate", ['1', '1950-01-01']],
    ['Patient.nothing', []],
    ['Practitioner.name', []],
    ['Resource.birthDate', ['1950-01-01']],
    ['Patient.deceased.exists() and Patient.deceased != false', [true]], // left to the engine
    ['Patient.name.given | Patient.birthDate', ['B', 'C', '1950-01-01']],
  ])('%s', (expression, expected) => {
    expect(compileElementPath(expression)(patient)).toEqual(expected);
    expect(compileFhirPath(expression)(patient).map(String)).toEqual(expected.map(String));
  });

  test('what the engine cannot say of a resource is no value', () => {
    expect(() => compileFhirPath('Patient.name.given.substring(0, 1)')(patient)).toThrow();
    expect(compileElementPath('Patient.name.given.substring(0, 1)')(patient)).toEqual([]);
  });

  test('the type of what a reference leads to', () => {
    const found = compileElementPath('Patient.generalPractitioner.where(resolve() is Practitioner)')(patient);
    expect(found).toEqual([patient.generalPractitioner[0], patient.generalPractitioner[2]]);
  });

  test('a union of paths, and names that are no elements', () => {
    expect(compileElementPath('AllergyIntolerance.code | AllergyIntolerance.reaction.substance')(allergy)).toEqual([
      { text: 'x' },
      { text: 'y' },
    ]);
    expect(compileElementPath('AllergyIntolerance.constructor')(allergy)).toEqual([]);
    expect(compileElementPath('Coverage.subscriber')({ resourceType: 'Coverage', subscriberId: '1' })).toEqual([]);
  });
});
