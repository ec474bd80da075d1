import { describe, expect, test } from '@jest/globals';
import { resolveSearch } from '../../src/search/resolve.ts';
import { among, parametersOf, parse } from './world.ts';

describe('the query', () => {
  test('without parameters', () => {
    expect(parse('Patient', [])).toEqual({
      type: 'Patient',
      conditions: [],
      sort: [
        { field: 'date', descending: true },
        { field: '_id', descending: true },
      ],
      count: 20,
      totalOnly: false,
      total: false,
      includes: [],
      revincludes: [],
      applied: [],
      namesRow: false,
    });
  });

  test.each([
    ['_sort=date', ['+s.date.min', '+_id']],
    ['_sort=-date,type', ['-s.date.max', '+s.type.min', '-_id']],
    ['_sort=-_lastUpdated', ['-lu', '-_id']],
    ['_sort=-_id,date', ['-_id']],
    ['_sort=patient,patient', ['+s.patient.min', '+_id']],
  ])('%s: %j', (search, expected) => {
    expect(
      parse('DocumentReference', parametersOf(search)).sort.map(({ field, descending }) => `${descending ? '-' : '+'}${field}`),
    ).toEqual(expected);
  });

  test.each([
    ['_count=0', { count: 0, totalOnly: true, total: true }],
    ['_count=7', { count: 7, totalOnly: false, total: false }],
    ['_count=100000', { count: 500, totalOnly: false, total: false }],
    ['_summary=count', { count: 20, totalOnly: true, total: true }],
    ['_summary=false', { totalOnly: false, total: false }],
    ['_summary=data', { totalOnly: false, subset: { kind: 'data' } }],
    ['_total=accurate', { total: true, totalOnly: false }],
    ['_total=estimate', { total: true }],
    ['_total=none', { total: false }],
  ])('%s: %j', (search, expected) => {
    expect(parse('DocumentReference', parametersOf(search))).toMatchObject(expected);
  });

  test.each([
    ['patient=k1', ['k1']],
    ['patient=k1,Patient/k2', ['k1', 'k2']],
    ['patient=k1,k2&subject=Patient/k2', ['k2']],
    ['patient=k1&subject=Patient/k2', []],
    ['subject=Device/k1', []],
    ['type=x', undefined],
    ['patient:missing=true', undefined],
    ['patient.family=x', undefined],
  ])('records of %s: %j', (search, expected) => {
    expect(parse('DocumentReference', parametersOf(search)).records).toEqual(expected);
  });

  test('where rows have no record, its parameters are references as any other', () => {
    const query = parse('DocumentReference', [['patient', 'k1']], { recordParameters: () => new Set() });
    expect(query.records).toBeUndefined();
    expect(query.conditions).toEqual([{ op: 'equals', field: 'idx', value: 'patient|Patient/k1' }]);
  });

  test.each([
    ['identifier=urn:ins|1', { system: 'urn:ins', value: '1' }],
    ['identifier=urn:ins|1&_count=5', { system: 'urn:ins', value: '1' }],
    ['identifier=urn:ins|1&_elements=id', { system: 'urn:ins', value: '1' }],
    ['identifier=urn:ins|1&_summary=true', { system: 'urn:ins', value: '1' }],
    ['identifier=urn:ins|1&_summary=count', { system: 'urn:ins', value: '1' }],
    ['identifier=1', undefined],
    ['identifier=|1', undefined],
    ['identifier=urn:ins|', undefined],
    ['identifier=urn:ins|1,urn:ins|2', undefined],
    ['identifier:not=urn:ins|1', undefined],
    ['identifier=urn:ins|1&identifier=urn:ins|1', undefined],
    ['identifier=urn:ins|1&active=true', undefined],
    ['identifier=urn:ins|1&_sort=name', undefined],
    ['identifier=urn:ins|1&_revinclude=DocumentReference:patient', undefined],
    ['identifier=urn:ins|1&unknown=x', undefined],
  ])('identity of %s: %j', (search, expected) => {
    expect(parse('Patient', parametersOf(search), { lenient: true }).identity).toEqual(expected);
  });

  test.each([
    ['patient.identifier=urn:ins|1', { identity: { system: 'urn:ins', value: '1' } }],
    ['subject:Patient.identifier=urn:ins|1', { identity: { system: 'urn:ins', value: '1' } }],
    ['patient.identifier=urn:ins|1,urn:ins|2', {}],
    ['patient.identifier=1', {}],
    ['patient.identifier:not=urn:ins|1', {}],
    ['author:Patient.identifier=urn:ins|1', {}],
    ['author:Practitioner.identifier=urn:ins|1', {}],
  ])('what the look-up of %s is told: %j', async (search, expected) => {
    const told: unknown[] = [];
    await resolveSearch(parse('DocumentReference', parametersOf(search)), {
      ...among([]),
      rows: async ({ identity }) => {
        told.push(identity === undefined ? {} : { identity });
        return [];
      },
    });
    expect(told).toEqual([expected]);
    expect(parse('DocumentReference', parametersOf(search)).identity).toBeUndefined();
  });

  test.each([
    ['Patient', '_id=1', true],
    ['Patient', 'identifier=1', true],
    ['DocumentReference', 'patient.identifier=1', true],
    ['Patient', 'name=x', false],
  ])('%s?%s names a row: %s', (type, search, expected) => {
    expect(parse(type, parametersOf(search)).namesRow).toBe(expected);
  });

  test('ids are what all conditions on _id have in common', () => {
    expect(parse('Patient', parametersOf('_id=1,2&_id=2,3')).ids).toEqual(['2']);
    expect(parse('Patient', parametersOf('_id:not=1')).ids).toBeUndefined();
  });

  test('every look-up is made, whatever the others find', async () => {
    const asked: string[] = [];
    const query = parse('DocumentReference', parametersOf('subject=Device/1&patient.name=a&author:Practitioner.name=b'));
    const filter = await resolveSearch(query, {
      ...among([]),
      rows: async ({ type }) => {
        asked.push(type);
        return [];
      },
    });
    expect(asked).toEqual(['Patient', 'Practitioner']);
    expect(filter).toEqual({ op: 'none' });
  });
});
