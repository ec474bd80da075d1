// Extensions that profiles/ defines are held to their definition; modifiers that it does not define are refused.
// https://hl7.org/fhir/R4/extensibility.html
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Elements, extension, faultsOf, own, profile, withProfiles } from './with-profiles.ts';

const element = (expression: string): JsonObject => ({ type: 'element', expression });
const value = (code: string): Elements => ({ 'Extension.value[x]': { min: 1, type: [{ code }] } });

const conformance = withProfiles([
  extension('of-patient', [element('Patient')], { Extension: { max: '1' }, ...value('boolean') }),
  extension('of-contact', [element('Patient.contact')], value('code')),
  extension('of-name', [element('HumanName')], value('string')),
  extension('of-family', [element('HumanName.family')], value('string')),
  extension('of-birth-date', [element('Patient.birthDate')], value('dateTime')),
  extension('of-anything', [element('Element'), element('Resource')], value('string')),
  extension('of-extension', [{ type: 'extension', expression: `${own}/of-parts` }], value('string')),
  extension('of-parts', [element('Patient')], {
    'Extension.extension': { slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } },
    'Extension.extension:kind': { min: 1, max: '1' },
    'Extension.extension:kind.url': { fixedUri: 'kind' },
    'Extension.extension:kind.value[x]': { min: 1, type: [{ code: 'code' }] },
    'Extension.value[x]': { max: '0' },
  }),
  extension('turning', [element('Patient')], { Extension: { isModifier: true }, ...value('boolean') }),
  profile('Patient', 'any', { 'Patient.active': { min: 0 } }),
]);

const made = (name: string, more: JsonObject): JsonObject => ({ url: `${own}/${name}`, ...more });
const yes = { valueBoolean: true };
const text = { valueString: 'x' };
const patient = (...all: readonly JsonObject[]): JsonObject => ({ resourceType: 'Patient', extension: all });
const kind = { url: 'kind', valueCode: 'x' };

const cases: readonly (readonly [name: string, JsonObject, readonly string[]])[] = [
  ['unknown ones may stand anywhere', patient({ url: 'urn:x', valueCode: 'x' }), []],
  ['on its type', patient(made('of-patient', yes)), []],
  ['with another value', patient(made('of-patient', text)), ['structure Patient.extension[0].valueString']],
  ['twice', patient(made('of-patient', yes), made('of-patient', yes)), ['extension Patient.extension[1]']],
  ['on another type', patient(made('of-name', text)), ['extension Patient.extension[0]']],
  [
    'on a backbone element',
    { resourceType: 'Patient', contact: [{ name: { text: 'x' }, extension: [made('of-contact', { valueCode: 'x' })] }] },
    [],
  ],
  ['on a datatype', { resourceType: 'Patient', name: [{ text: 'x', extension: [made('of-name', text)] }] }, []],
  ['on a datatype that is contained', contained({ name: [{ text: 'x', extension: [made('of-name', text)] }] }), []],
  [
    'on an element of a datatype',
    { resourceType: 'Patient', name: [{ family: 'x', _family: { extension: [made('of-family', text)] } }] },
    [],
  ],
  [
    'on the second of several',
    { resourceType: 'Patient', name: [{ text: 'x' }, { text: 'x', extension: [made('of-patient', yes)] }] },
    ['extension Patient.name[1].extension[0]'],
  ],
  [
    'on a primitive',
    { resourceType: 'Patient', birthDate: '2000', _birthDate: { extension: [made('of-birth-date', { valueDateTime: '2000' })] } },
    [],
  ],
  [
    'on another primitive',
    { resourceType: 'Patient', gender: 'male', _gender: { extension: [made('of-birth-date', { valueDateTime: '2000' })] } },
    ['extension Patient.gender.extension[0]'],
  ],
  ['on a resource, in general', patient(made('of-anything', text)), []],
  ['on an element, in general', { resourceType: 'Patient', name: [{ text: 'x', extension: [made('of-anything', text)] }] }, []],
  ['with parts', patient(made('of-parts', { extension: [kind] })), []],
  [
    'with a part of another type',
    patient(made('of-parts', { extension: [{ url: 'kind', valueString: 'x' }] })),
    ['structure Patient.extension[0].extension[0].valueString'],
  ],
  [
    'without its part',
    patient(made('of-parts', { extension: [{ url: 'other', valueCode: 'x' }] })),
    ['required Patient.extension[0].extension'],
  ],
  ['in its extension', patient(made('of-parts', { extension: [kind, made('of-extension', text)] })), []],
  ['outside its extension', patient(made('of-extension', text)), ['extension Patient.extension[0]']],
  ['a modifier', { resourceType: 'Patient', modifierExtension: [made('turning', yes)] }, []],
  ['a modifier as none', patient(made('turning', yes)), ['extension Patient.extension[0]']],
  [
    'what is none as a modifier',
    { resourceType: 'Patient', modifierExtension: [made('of-patient', yes)] },
    ['extension Patient.modifierExtension[0]'],
  ],
  [
    'an unknown modifier',
    { resourceType: 'Patient', modifierExtension: [{ url: 'urn:x', ...yes }] },
    ['extension Patient.modifierExtension[0]'],
  ],
  [
    'an unknown modifier below',
    { resourceType: 'Patient', contact: [{ name: { text: 'x' }, modifierExtension: [{ url: 'urn:x', ...yes }] }] },
    ['extension Patient.contact[0].modifierExtension[0]'],
  ],
];

function contained(more: JsonObject): JsonObject {
  return {
    resourceType: 'Patient',
    contained: [{ resourceType: 'Practitioner', id: 'p', ...more }],
    generalPractitioner: [{ reference: '#p' }],
  };
}

test.each(cases)('%s', (_name, resource, expected) => {
  expect(faultsOf(conformance, resource)).toEqual(expected);
});

test('R4 alone knows none of them', () => {
  expect(conformance.validate({ resourceType: 'Patient', modifierExtension: [{ url: 'urn:x', ...yes }] }, 'base')).toEqual([]);
});

test.each<[string, readonly JsonObject[]]>([
  ['by FHIRPath', [{ type: 'fhirpath', expression: 'Patient.name' }]],
  ['none', []],
])('a context that would not be enforced stops the start: %s', (_name, contexts) => {
  expect(() => withProfiles([extension('x', contexts)])).toThrow('only contexts');
});
