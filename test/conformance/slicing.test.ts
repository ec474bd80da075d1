// Slices of every kind, and what else of a profile narrows R4.
// https://hl7.org/fhir/R4/profiling.html#slicing
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Elements, extension, faultsOf, own, profile, withProfiles } from './with-profiles.ts';

const ins = { system: 'urn:ins', value: '1' };
const local = { system: 'urn:local', value: '2' };
const other = { system: 'urn:other', value: '3' };
const phone = { system: 'phone', value: '01' };
const dated = { ...phone, period: { start: '2026' } };
const insured = { url: `${own}/insured`, valueBoolean: true };

function bySystem(slicing: JsonObject = {}): Elements {
  return {
    'Patient.identifier': { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open', ...slicing } },
    'Patient.identifier:ins': { min: 1, max: '1' },
    'Patient.identifier:ins.system': { min: 1, fixedUri: 'urn:ins' },
    'Patient.identifier:ins.value': { min: 1 },
    'Patient.identifier:local': { min: 0, max: '2' },
    'Patient.identifier:local.system': { patternUri: 'urn:local' },
  };
}

const byPattern: Elements = {
  'Observation.category': { slicing: { discriminator: [{ type: 'pattern', path: '$this' }], rules: 'open' } },
  'Observation.category:lab': { min: 1, patternCodeableConcept: { coding: [{ system: 'urn:c', code: 'lab' }] } },
};
const byBinding: Elements = {
  'Patient.identifier': { slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'closed' } },
  'Patient.identifier:known': { max: '1' },
  'Patient.identifier:known.use': {
    binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/identifier-use' },
  },
};
const byExistence: Elements = {
  'Patient.telecom': { slicing: { discriminator: [{ type: 'exists', path: 'period' }], rules: 'open' } },
  'Patient.telecom:dated': { max: '1' },
  'Patient.telecom:dated.period': { min: 1 },
  'Patient.telecom:dated.use': { min: 1 },
  'Patient.telecom:undated': {},
  'Patient.telecom:undated.period': { max: '0' },
};
const byType: Elements = {
  'Observation.value[x]': { slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' } },
  'Observation.value[x]:valueQuantity': { type: [{ code: 'Quantity' }] },
  'Observation.value[x]:valueQuantity.unit': { min: 1 },
};
const byTarget: Elements = {
  'Patient.generalPractitioner': { slicing: { discriminator: [{ type: 'type', path: '$this.resolve()' }], rules: 'closed' } },
  'Patient.generalPractitioner:doctor': {
    max: '1',
    type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }],
  },
};
const byExtension: Elements = {
  'Patient.extension:insured': { min: 1, max: '1', type: [{ code: 'Extension', profile: [`${own}/insured`] }] },
};
const byValueOfExtension: Elements = {
  'Patient.identifier': {
    slicing: { discriminator: [{ type: 'value', path: `extension('${own}/insured').value` }], rules: 'open' },
  },
  'Patient.identifier:insured': { min: 1 },
  'Patient.identifier:insured.extension:insured': { type: [{ code: 'Extension', profile: [`${own}/insured`] }] },
  'Patient.identifier:insured.extension:insured.value[x]': { fixedBoolean: true },
};
const narrowed: Elements = {
  'Patient.address': { type: [{ code: 'Address', profile: [`${own}/town`] }] },
  'Patient.managingOrganization': {
    type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'] }],
  },
  'Patient.generalPractitioner': {
    type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }],
  },
  'Patient.deceased[x]': { type: [{ code: 'dateTime' }] },
  'Patient.multipleBirthInteger': { min: 1, fixedInteger: 2 },
};

const patient = (more: JsonObject): JsonObject => ({ resourceType: 'Patient', ...more });
const observation = (more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const identified = (...identifier: readonly JsonObject[]): JsonObject => patient({ identifier });
const coded = (code: string): JsonObject => ({ coding: [{ system: 'urn:c', code, display: code }], text: code });
const twin = { multipleBirthInteger: 2 };

const cases: readonly (readonly [name: string, Elements, JsonObject, readonly string[]])[] = [
  ['by value: each has its slice', bySystem(), identified(ins, local), []],
  ['by value: open to others', bySystem(), identified(other, ins), []],
  ['by value: one is required', bySystem(), identified(local), ['required Patient.identifier']],
  ['by value: none at all', bySystem(), patient({}), ['required Patient.identifier']],
  ['by value: too many', bySystem(), identified(ins, ins), ['structure Patient.identifier[1]']],
  [
    'by value: what the slice asks',
    bySystem(),
    identified(local, { system: 'urn:ins' }),
    ['required Patient.identifier[1].value'],
  ],
  ['closed: no others', bySystem({ rules: 'closed' }), identified(ins, other), ['structure Patient.identifier[1]']],
  ['open at the end: others last', bySystem({ rules: 'openAtEnd' }), identified(ins, local, other), []],
  [
    'open at the end: others first',
    bySystem({ rules: 'openAtEnd' }),
    identified(other, ins),
    ['structure Patient.identifier[0]'],
  ],
  ['ordered', bySystem({ ordered: true }), identified(ins, other, local), []],
  ['out of order', bySystem({ ordered: true }), identified(local, ins), ['structure Patient.identifier[1]']],
  ['by pattern', byPattern, observation({ category: [coded('other'), coded('lab')] }), []],
  ['by pattern: none', byPattern, observation({ category: [coded('other')] }), ['required Observation.category']],
  ['by binding', byBinding, identified({ ...ins, use: 'official' }), []],
  ['by binding: no code', byBinding, identified(ins), ['structure Patient.identifier[0]']],
  ['by existence', byExistence, patient({ telecom: [phone, phone, { ...dated, use: 'home' }] }), []],
  ['by existence: what the slice asks', byExistence, patient({ telecom: [phone, dated] }), ['required Patient.telecom[1].use']],
  ['by type', byType, observation({ valueQuantity: { value: 1, unit: 'g' } }), []],
  ['by type: another', byType, observation({ valueString: 'x' }), ['structure Observation.valueString']],
  [
    'by type: what the slice asks',
    byType,
    observation({ valueQuantity: { value: 1 } }),
    ['required Observation.valueQuantity.unit'],
  ],
  ['by target', byTarget, patient({ generalPractitioner: [{ reference: 'Practitioner/1' }] }), []],
  ['by target: by its type', byTarget, patient({ generalPractitioner: [{ type: 'Practitioner', display: 'x' }] }), []],
  [
    'by target: another',
    byTarget,
    patient({ generalPractitioner: [{ reference: 'Organization/1' }] }),
    ['structure Patient.generalPractitioner[0]'],
  ],
  ['by extension', byExtension, patient({ extension: [{ url: 'urn:x', valueCode: 'y' }, insured] }), []],
  ['by extension: none', byExtension, patient({ extension: [{ url: 'urn:x', valueCode: 'y' }] }), ['required Patient.extension']],
  ['by extension: two', byExtension, patient({ extension: [insured, insured] }), ['structure Patient.extension[1]']],
  ['by the value of an extension', byValueOfExtension, identified(ins, { ...ins, extension: [insured] }), []],
  [
    'by the value of an extension: another',
    byValueOfExtension,
    identified({ ...ins, extension: [{ ...insured, valueBoolean: false }] }),
    ['required Patient.identifier'],
  ],
  ['the profile of a type', narrowed, patient({ ...twin, address: [{ city: 'Brest' }] }), []],
  [
    'the profile of a type: not held',
    narrowed,
    patient({ ...twin, address: [{ text: 'x' }] }),
    ['required Patient.address[0].city'],
  ],
  ['a target', narrowed, patient({ ...twin, generalPractitioner: [{ reference: 'Practitioner/1' }] }), []],
  [
    'a target that R4 allows and the profile does not',
    narrowed,
    patient({ ...twin, generalPractitioner: [{ reference: 'https://x.example/fhir/Organization/1' }] }),
    ['value Patient.generalPractitioner[0].reference'],
  ],
  ['a type of a choice', narrowed, patient({ ...twin, deceasedDateTime: '2026' }), []],
  ['a type that is left out', narrowed, patient({ ...twin, deceasedBoolean: true }), ['structure Patient.deceasedBoolean']],
  [
    'a fixed value by the name of the choice',
    narrowed,
    patient({ multipleBirthInteger: 3 }),
    ['value Patient.multipleBirthInteger'],
  ],
  ['an element by the name of the choice', narrowed, patient({}), ['required Patient.multipleBirthInteger']],
];

const known = [
  extension('insured', [
    { type: 'element', expression: 'Element' },
    { type: 'element', expression: 'Patient' },
  ]),
  profile('Address', 'town', { 'Address.city': { min: 1 } }),
];
const typeOf = (elements: Elements): string => Object.keys(elements)[0]?.split('.')[0] ?? '';

test.each(cases)('%s', (_name, elements, resource, expected) => {
  const conformance = withProfiles([...known, profile(typeOf(elements), 'tested', elements)]);
  expect(faultsOf(conformance, resource)).toEqual(expected);
});

describe('a profile of a profile', () => {
  const narrow = profile('Patient', 'narrow', { 'Patient.gender': { min: 1 } }, { baseDefinition: `${own}/wide` });
  const conformance = withProfiles([narrow, profile('Patient', 'wide', { 'Patient.name': { min: 1 } })]);

  test('asks what its base asks, once', () => {
    expect(faultsOf(conformance, patient({ active: true }))).toEqual(['required Patient.name', 'required Patient.gender']);
  });

  test('is asked for by its canonical', () => {
    const of = (url: string, resource: JsonObject): readonly unknown[] | undefined =>
      conformance
        .profile(url)
        ?.validate(resource)
        .map(({ expression }) => expression);
    expect(of(`${own}/wide`, patient({ active: true }))).toEqual(['Patient.name']);
    expect(of(`${own}/narrow`, patient({ active: true }))).toEqual(['Patient.name', 'Patient.gender']);
    expect(of('http://hl7.org/fhir/StructureDefinition/Patient', patient({ active: true }))).toEqual([]);
    expect(of('http://hl7.org/fhir/StructureDefinition/Patient', patient({ active: 1 }))).toEqual(['Patient.active']);
    expect(of(`${own}/none`, patient({}))).toBeUndefined();
  });
});

const refused: readonly (readonly [name: string, Elements, string])[] = [
  ['an element that R4 lacks', { 'Patient.colour': { min: 1 } }, 'no element Patient.colour'],
  ['what is not enforced', { 'Patient.birthDate': { maxLength: 3 } }, 'maxLength is not enforced'],
  ['slices without a discriminator', { 'Patient.identifier:a': { min: 1 } }, 'what tells them apart'],
  [
    'a discriminator by profile',
    { 'Patient.identifier': { slicing: { discriminator: [{ type: 'profile', path: '$this' }] } }, 'Patient.identifier:a': {} },
    'discriminators by profile are not enforced',
  ],
  [
    'a discriminator that no one knows',
    { 'Patient.identifier': { slicing: { discriminator: [{ type: 'value', path: 'ofType(X)' }] } }, 'Patient.identifier:a': {} },
    'is not enforced',
  ],
  [
    'a slice without the value that tells it',
    { 'Patient.identifier': { slicing: { discriminator: [{ type: 'value', path: 'system' }] } }, 'Patient.identifier:a': {} },
    'does not say the value',
  ],
  ['a slice without the type that tells it', { 'Observation.value[x]:a': { min: 1 } }, 'does not say the type'],
  [
    'a slice without the element that tells it',
    { 'Patient.telecom': { slicing: { discriminator: [{ type: 'exists', path: 'period' }] } }, 'Patient.telecom:a': {} },
    'does not say whether it has',
  ],
  ['a slice of a slice', { 'Patient.identifier:a/b': { min: 1 } }, 'slices of slices are not enforced'],
  ['a profile that is not here', { 'Patient.address': { type: [{ code: 'Address', profile: ['urn:x'] }] } }, 'urn:x'],
  [
    'a target profile',
    { 'Patient.managingOrganization': { type: [{ code: 'Reference', targetProfile: [`${own}/town`] }] } },
    'only types of R4 are',
  ],
  ['a value set that is not here', { 'Patient.gender': { binding: { strength: 'required', valueSet: 'urn:v' } } }, 'urn:v'],
  ['nothing', {}, 'says what differs'],
];

describe('a profile that would not be enforced stops the start', () => {
  test.each(refused)('%s', (_name, elements, text) => {
    expect(() => withProfiles([...known, profile(typeOf(elements) || 'Patient', 'tested', elements)])).toThrow(text);
  });

  test('id and path that differ', () => {
    const odd = profile('Patient', 'odd', { 'Patient.name': { path: 'Patient.gender' } });
    expect(() => withProfiles([odd])).toThrow('do not say the same');
  });

  test('an element said twice', () => {
    const twice = profile('Patient', 'twice', {
      'Patient.name': {},
      'Patient.gender': { id: 'Patient.name', path: 'Patient.name' },
    });
    expect(() => withProfiles([twice])).toThrow('said twice');
  });

  test('a base that is not here', () => {
    expect(() => withProfiles([profile('Patient', 'x', { Patient: {} }, { baseDefinition: 'urn:base' })])).toThrow('urn:base');
  });
});
