// FHIRPath Patch on resources: before, operations, after.
import { operation } from './patch-operation.ts';

type Case = readonly [name: string, before: unknown, operations: readonly unknown[], after: unknown];

const of = (more: object): object => ({ resourceType: 'Patient', ...more });
const born = of({ birthDate: '1979-03-15' });
const contact = { name: { text: 'Lou' }, gender: 'male' };
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((value) => ({ system: 'urn:x', value }));
const list = of({ identifier: [a, b, c, d] });
const move = (source: number, destination: number): unknown => operation('move', 'Patient.identifier', { source, destination });
const insert = (index: number): unknown => operation('insert', 'Patient.identifier', { index, valueIdentifier: d });
const extension = { url: 'urn:e', valueString: 'x' };

export const fhirPathCases: readonly Case[] = [
  [
    'replace a primitive',
    born,
    [operation('replace', 'Patient.birthDate', { valueDate: '1980-01-01' })],
    of({ birthDate: '1980-01-01' }),
  ],
  [
    'delete a primitive',
    of({ active: true, birthDate: '1979' }),
    [operation('delete', 'Patient.birthDate')],
    of({ active: true }),
  ],
  ['delete what is not there', born, [operation('delete', 'Patient.gender')], born],
  [
    'add a primitive',
    of({ active: true }),
    [operation('add', 'Patient', { name: 'birthDate', valueDate: '1979' })],
    of({ active: true, birthDate: '1979' }),
  ],
  [
    'add two times',
    of({ active: true }),
    [
      operation('add', 'Patient', { name: 'name', valueHumanName: { text: 'A' } }),
      operation('add', 'Patient', { name: 'name', valueHumanName: { text: 'B' } }),
    ],
    of({ active: true, name: [{ text: 'A' }, { text: 'B' }] }),
  ],
  [
    'replace a nested primitive',
    of({ contact: [contact] }),
    [operation('replace', 'Patient.contact[0].gender', { valueCode: 'female' })],
    of({ contact: [{ ...contact, gender: 'female' }] }),
  ],
  [
    'delete a nested primitive',
    of({ contact: [contact] }),
    [operation('delete', 'Patient.contact[0].gender')],
    of({ contact: [{ name: contact.name }] }),
  ],
  [
    'delete all that an element held',
    of({ contact: [contact] }),
    [operation('delete', 'Patient.contact[0].name.text')],
    of({ contact: [{ gender: 'male' }] }),
  ],
  [
    'delete all that two levels held',
    of({ active: true, contact: [{ name: { text: 'A' } }] }),
    [operation('delete', 'Patient.contact.name.text')],
    of({ active: true }),
  ],
  [
    'add a nested primitive',
    of({ contact: [{ name: contact.name }] }),
    [operation('add', 'Patient.contact[0]', { name: 'gender', valueCode: 'male' })],
    of({ contact: [contact] }),
  ],
  [
    'add a complex element',
    of({ active: true }),
    [operation('add', 'Patient', { name: 'maritalStatus', valueCodeableConcept: { text: 'm' } })],
    of({ active: true, maritalStatus: { text: 'm' } }),
  ],
  [
    'replace a complex element',
    of({ maritalStatus: { id: '1', text: 'm' } }),
    [operation('replace', 'Patient.maritalStatus', { valueCodeableConcept: { id: '2', text: 's' } })],
    of({ maritalStatus: { id: '2', text: 's' } }),
  ],
  [
    'delete a complex element',
    of({ active: true, maritalStatus: { text: 'm' } }),
    [operation('delete', 'Patient.maritalStatus')],
    of({ active: true }),
  ],
  [
    'add a backbone element by parts',
    of({ active: true }),
    [
      operation('add', 'Patient', {
        name: 'contact',
        part: [
          { name: 'name', valueHumanName: { text: 'Lou' } },
          { name: 'gender', valueCode: 'male' },
        ],
      }),
    ],
    of({ active: true, contact: [contact] }),
  ],
  [
    'parts within parts, repeated',
    of({ active: true }),
    [
      operation('add', 'Patient', {
        name: 'contact',
        part: [
          {
            name: 'relationship',
            part: [
              { name: 'coding', valueCoding: { code: 'a' } },
              { name: 'coding', valueCoding: { code: 'b' } },
            ],
          },
        ],
      }),
    ],
    of({ active: true, contact: [{ relationship: [{ coding: [{ code: 'a' }, { code: 'b' }] }] }] }),
  ],
  [
    'delete a backbone element',
    of({ active: true, contact: [contact] }),
    [operation('delete', 'Patient.contact[0]')],
    of({ active: true }),
  ],
  [
    'change the contents of a list',
    of({ identifier: [a, b] }),
    [
      operation('replace', 'Patient.identifier[0].value', { valueString: 'b' }),
      operation('replace', 'Patient.identifier[1].value', { valueString: 'a' }),
    ],
    of({ identifier: [b, a] }),
  ],
  ['insert at the end', of({ identifier: [a, b] }), [insert(2)], of({ identifier: [a, b, d] })],
  ['insert in the middle', of({ identifier: [a, b] }), [insert(1)], of({ identifier: [a, d, b] })],
  ['insert at the start', of({ identifier: [a, b] }), [insert(0)], of({ identifier: [d, a, b] })],
  [
    'without the type before the path of a list',
    list,
    [operation('move', 'identifier', { source: 0, destination: 3 })],
    of({ identifier: [b, c, d, a] }),
  ],
  ['insert in a list that is not there', of({ active: true }), [insert(0)], of({ active: true, identifier: [d] })],
  [
    'insert by parts',
    of({ contact: [contact] }),
    [operation('insert', 'Patient.contact', { index: 0, part: [{ name: 'gender', valueCode: 'female' }] })],
    of({ contact: [{ gender: 'female' }, contact] }),
  ],
  ['delete the first', list, [operation('delete', 'Patient.identifier[0]')], of({ identifier: [b, c, d] })],
  ['delete the last', list, [operation('delete', 'Patient.identifier.last()')], of({ identifier: [a, b, c] })],
  ['move from the end', list, [move(3, 1)], of({ identifier: [a, d, b, c] })],
  ['move to the end', list, [move(0, 3)], of({ identifier: [b, c, d, a] })],
  ['move two', list, [move(1, 0), move(2, 1)], of({ identifier: [b, c, a, d] })],
  ['turn round', list, [move(3, 0), move(3, 1), move(3, 2)], of({ identifier: [d, c, b, a] })],
  [
    'choose by a condition',
    list,
    [operation('replace', "Patient.identifier.where(value = 'b').system", { valueUri: 'urn:y' })],
    of({ identifier: [a, { ...b, system: 'urn:y' }, c, d] }),
  ],
  [
    'a later operation sees the earlier',
    of({ active: true }),
    [
      operation('add', 'Patient', { name: 'contact', part: [{ name: 'gender', valueCode: 'male' }] }),
      operation('add', 'Patient.contact[0]', { name: 'name', valueHumanName: { text: 'A' } }),
    ],
    of({ active: true, contact: [{ gender: 'male', name: { text: 'A' } }] }),
  ],
  [
    'without the type before the path',
    born,
    [operation('delete', 'birthDate'), operation('add', 'Patient', { name: 'active', valueBoolean: false })],
    of({ active: false }),
  ],
  [
    'add a choice by its stem',
    of({ active: true }),
    [operation('add', 'Patient', { name: 'deceased', valueBoolean: true })],
    of({ active: true, deceasedBoolean: true }),
  ],
  [
    'add a choice by its whole name',
    of({ active: true }),
    [operation('add', 'Patient', { name: 'deceasedBoolean', valueBoolean: true })],
    of({ active: true, deceasedBoolean: true }),
  ],
  [
    'replace a choice by another type, at its place',
    of({ deceasedBoolean: true, active: true }),
    [operation('replace', 'Patient.deceased', { valueDateTime: '2026' })],
    of({ deceasedDateTime: '2026', active: true }),
  ],
  [
    'delete a choice',
    of({ deceasedBoolean: true, active: true }),
    [operation('delete', 'Patient.deceased')],
    of({ active: true }),
  ],
  [
    'add an extension',
    of({ active: true }),
    [
      operation('add', 'Patient', {
        name: 'extension',
        part: [
          { name: 'url', valueUri: 'urn:e' },
          { name: 'value', valueString: 'x' },
        ],
      }),
    ],
    of({ active: true, extension: [extension] }),
  ],
  [
    'replace the value of an extension',
    of({ extension: [extension] }),
    [operation('replace', "Patient.extension('urn:e').value", { valueBoolean: true })],
    of({ extension: [{ url: 'urn:e', valueBoolean: true }] }),
  ],
  [
    'add an extension to a primitive',
    born,
    [operation('add', 'Patient.birthDate', { name: 'extension', valueExtension: extension })],
    of({ birthDate: '1979-03-15', _birthDate: { extension: [extension] } }),
  ],
  [
    'delete the extension of a primitive',
    of({ ...born, _birthDate: { extension: [extension] } }),
    [operation('delete', 'Patient.birthDate.extension[0]')],
    born,
  ],
  [
    'replace a primitive with all that it has',
    of({ birthDate: '1979', _birthDate: { id: 'i' } }),
    [operation('replace', 'Patient.birthDate', { valueDate: '1980' })],
    of({ birthDate: '1980' }),
  ],
  [
    'a value with an extension of its own',
    born,
    [operation('replace', 'Patient.birthDate', { valueDate: '1980', _valueDate: { extension: [extension] } })],
    of({ birthDate: '1980', _birthDate: { extension: [extension] } }),
  ],
  [
    'lists of primitives move with their companions',
    of({ name: [{ given: ['A', 'B'], _given: [null, { id: 'i' }] }] }),
    [
      operation('move', 'Patient.name.given', { source: 1, destination: 0 }),
      operation('insert', 'Patient.name.given', { index: 1, valueString: 'C' }),
    ],
    of({ name: [{ given: ['B', 'C', 'A'], _given: [{ id: 'i' }, null, null] }] }),
  ],
  [
    'delete one of a list of primitives',
    of({ name: [{ given: ['A', 'B'], _given: [null, { id: 'i' }] }] }),
    [operation('delete', 'Patient.name.given[1]')],
    of({ name: [{ given: ['A'] }] }),
  ],
  [
    'the narrative',
    of({ text: { status: 'generated', div: '<div>a</div>' } }),
    [operation('replace', 'Patient.text.div', { valueString: '<div>b</div>' })],
    of({ text: { status: 'generated', div: '<div>b</div>' } }),
  ],
  [
    'in a contained resource',
    of({ contained: [{ resourceType: 'Organization', id: 'o', name: 'A' }] }),
    [operation('replace', 'Patient.contained[0].name', { valueString: 'B' })],
    of({ contained: [{ resourceType: 'Organization', id: 'o', name: 'B' }] }),
  ],
  [
    'add a contained resource',
    of({ active: true }),
    [operation('add', 'Patient', { name: 'contained', resource: { resourceType: 'Organization', id: 'o' } })],
    of({ active: true, contained: [{ resourceType: 'Organization', id: 'o' }] }),
  ],
  [
    'nested provisions',
    { resourceType: 'Consent', provision: { type: 'deny', provision: [{ type: 'permit', provision: [{ type: 'deny' }] }] } },
    [operation('add', 'Consent.provision.provision[0].provision[0]', { name: 'purpose', valueCoding: { code: 'TREAT' } })],
    {
      resourceType: 'Consent',
      provision: { type: 'deny', provision: [{ type: 'permit', provision: [{ type: 'deny', purpose: [{ code: 'TREAT' }] }] }] },
    },
  ],
  [
    'digits stay as they were written',
    '{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"g"}}',
    [operation('replace', 'Observation.value.unit', { valueString: 'mg' })],
    '{"resourceType":"Observation","valueQuantity":{"value":1.50,"unit":"mg"}}',
  ],
];
