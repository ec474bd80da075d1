import { describe, expect, test } from '@jest/globals';
import { includedIds, revincludeFilter } from '../../src/search/include.ts';
import { meets, parse, rowOf } from './world.ts';

describe('includes', () => {
  const resource = {
    resourceType: 'DocumentReference',
    id: 'd1',
    subject: { reference: 'Patient/k1' },
    author: [
      { reference: 'Practitioner/1' },
      { reference: 'Organization/o1' },
      { reference: 'https://o.example/Practitioner/2' },
    ],
  };

  test.each([
    ['DocumentReference:author', { Practitioner: ['1'], Organization: ['o1'] }],
    ['DocumentReference:author:Organization', { Organization: ['o1'] }],
    ['DocumentReference:patient', { Patient: ['k1'] }],
  ])('_include=%s', (value, expected) => {
    const [include] = parse('DocumentReference', [['_include', value]]).includes;
    if (include === undefined) throw new Error('none');
    const found = [...includedIds(include, [resource])].map(([type, ids]) => [type, [...ids]]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test.each([
    ['DocumentReference:patient', ['k1'], true],
    ['DocumentReference:patient:Patient', ['k2', 'k1'], true],
    ['DocumentReference:patient', ['k2'], false],
    ['DocumentReference:patient', [], false],
    ['DocumentReference:author', ['k1'], false],
  ])('_revinclude=%s of %j: %s', (value, ids, expected) => {
    const [include] = parse('Patient', [['_revinclude', value]]).revincludes;
    if (include === undefined) throw new Error('none');
    expect(meets(revincludeFilter(include, ids), rowOf(resource, { rec: 'k1' }))).toBe(expected);
  });
});
