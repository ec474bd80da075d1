// FHIRPath Patches that are refused: operations, status, expression.
import { operation } from './patch-operation.ts';

type Fault = readonly [name: string, operations: readonly unknown[], status: number, expression: string];

const at = (part = ''): string => `Parameters.parameter[0]${part}`;

export const fhirPathFaults: readonly Fault[] = [
  [
    'add below what is not there',
    [operation('add', "Patient.name.where(family = 'Petit').period", { name: 'end', valueDateTime: '2026' })],
    422,
    at('.part[1]'),
  ],
  ['replace what is not there', [operation('replace', 'Patient.gender', { valueCode: 'male' })], 422, at('.part[1]')],
  ['replace more than one', [operation('replace', 'Patient.name', { valueHumanName: { text: 'A' } })], 422, at('.part[1]')],
  ['delete more than one', [operation('delete', 'Patient.name.family')], 422, at('.part[1]')],
  ['add to more than one', [operation('add', 'Patient.name', { name: 'text', valueString: 'A' })], 422, at('.part[1]')],
  ['delete the resource', [operation('delete', 'Patient')], 422, at('.part[1]')],
  ['replace the resource', [operation('replace', 'Patient', { resource: { resourceType: 'Patient' } })], 422, at('.part[1]')],
  ['add what is there', [operation('add', 'Patient', { name: 'birthDate', valueDate: '1979' })], 422, at('.part[2]')],
  [
    'add another form of a choice that is there',
    [operation('add', 'Patient', { name: 'deceasedDateTime', valueDateTime: '2026' })],
    422,
    at('.part[2]'),
  ],
  ['add an unknown element', [operation('add', 'Patient', { name: 'weight', valueString: '70' })], 422, at('.part[2]')],
  ['add what every object has', [operation('add', 'Patient', { name: 'constructor', valueString: '70' })], 422, at('.part[2]')],
  [
    'add to a primitive what it has not',
    [operation('add', 'Patient.birthDate', { name: 'text', valueString: 'A' })],
    422,
    at('.part[2]'),
  ],
  ['a choice of a wrong type', [operation('replace', 'Patient.deceased', { valueString: 'yes' })], 422, at('.part[2]')],
  [
    'a choice by parts',
    [operation('replace', 'Patient.deceased', { part: [{ name: 'x', valueString: 'y' }] })],
    422,
    at('.part[2]'),
  ],
  [
    'an unknown part of a backbone element',
    [operation('add', 'Patient', { name: 'contact', part: [{ name: 'weight', valueString: 'y' }] })],
    422,
    at('.part[3].part[0]'),
  ],
  [
    'insert beyond the end',
    [operation('insert', 'Patient.name', { index: 3, valueHumanName: { text: 'A' } })],
    422,
    at('.part[2]'),
  ],
  ['insert in what is no list', [operation('insert', 'Patient.birthDate', { index: 0, valueDate: '1979' })], 422, at('.part[1]')],
  [
    'insert in lists of several',
    [operation('insert', 'Patient.name.given', { index: 0, valueString: 'A' })],
    422,
    at('.part[1]'),
  ],
  [
    'insert in what is filtered',
    [operation('insert', 'Patient.name.where(true)', { index: 0, valueHumanName: {} })],
    422,
    at('.part[1]'),
  ],
  ['move from beyond the end', [operation('move', 'Patient.name', { source: 2, destination: 0 })], 422, at('.part[2]')],
  ['move beyond the end', [operation('move', 'Patient.name', { source: 0, destination: 2 })], 422, at('.part[3]')],
  [
    'the second operation is at fault',
    [operation('delete', 'Patient.birthDate'), operation('replace', 'Patient.birthDate', { valueDate: '1' })],
    422,
    'Parameters.parameter[1].part[1]',
  ],
  ['a computed value', [operation('replace', 'Patient.name.count()', { valueInteger: 1 })], 422, at('.part[1]')],
  ['no FHIRPath', [operation('delete', 'Patient..name')], 400, at('.part[1]')],
  ['another type', [operation('replace', 'Observation.status', { valueCode: 'final' })], 422, at('.part[1]')],
  ['resolve', [operation('delete', 'Patient.managingOrganization.resolve().name')], 400, at('.part[1]')],
  ['a pattern', [operation('delete', "Patient.name.where(family.matches('(a+)+$'))")], 400, at('.part[1]')],
  ['a pattern in disguise', [operation('delete', "Patient.name.where(family.`matches`('(a+)+$'))")], 400, at('.part[1]')],
  ['all descendants', [operation('delete', 'Patient.descendants().first()')], 400, at('.part[1]')],
  ['a variable', [operation('delete', 'Patient.name.where(%resource.name.exists())')], 400, at('.part[1]')],
  ['a union', [operation('delete', 'Patient.birthDate | Patient.name')], 400, at('.part[1]')],
  ['each against each', [operation('delete', "Patient.name.where('a' in given)")], 400, at('.part[1]')],
  ['arithmetic', [operation('delete', 'Patient.name[1 + 0]')], 400, at('.part[1]')],
  ['a deep path', [operation('delete', `Patient.name${'.where(given'.repeat(7)}${')'.repeat(7)}`)], 400, at('.part[1]')],
  ['brackets that do not end', [operation('delete', '('.repeat(249))], 400, at('.part[1]')],
  ['a long path', [operation('delete', `Patient${'.name'.repeat(200)}`)], 400, at('.part[1]')],
  ['no such type', [operation('erase', 'Patient.name')], 400, at('.part[0]')],
  ['what every object has as type', [operation('toString', 'Patient.name')], 400, at('.part[0]')],
  ['another name', [{ name: 'task', part: [] }], 400, at('.name')],
  ['no part', [{ name: 'operation' }], 400, at()],
  ['no path', [{ name: 'operation', part: [{ name: 'type', valueCode: 'delete' }] }], 400, at()],
  ['no value', [operation('replace', 'Patient.birthDate')], 400, at()],
  ['no name', [operation('add', 'Patient', { valueDate: '1979' })], 400, at()],
  ['no index', [operation('insert', 'Patient.name', { valueHumanName: {} })], 400, at()],
  ['a negative index', [operation('insert', 'Patient.name', { index: -1, valueHumanName: {} })], 400, at('.part[2]')],
  [
    'a part that is not of the operation',
    [operation('delete', 'Patient.birthDate', { valueDate: '1979' })],
    400,
    at('.part[2].name'),
  ],
  [
    'a part twice',
    [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'add' },
          { name: 'type', valueCode: 'add' },
        ],
      },
    ],
    400,
    at('.part[1].name'),
  ],
  [
    'a part with two values',
    [operation('replace', 'Patient.birthDate', { valueDate: '1979', valueString: 'x' })],
    400,
    at('.part[2]'),
  ],
  [
    'a part with a value and parts',
    [operation('replace', 'Patient.birthDate', { valueDate: '1979', part: [{ name: 'x', valueString: 'x' }] })],
    400,
    at('.part[2]'),
  ],
  [
    'a path that is no string',
    [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'delete' },
          { name: 'path', valueInteger: 1 },
        ],
      },
    ],
    400,
    at('.part[1]'),
  ],
  ['no object', [1], 400, at()],
];
