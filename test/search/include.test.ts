import { describe, expect, test } from '@jest/globals';
import { includedReferences, revincludeFilter } from '../../src/search/include.ts';
import { base, meets, parse, rowOf } from './world.ts';

describe('includes', () => {
  const resource = {
    resourceType: 'DocumentReference',
    id: 'd1',
    subject: { reference: 'Patient/k1' },
    author: [
      { reference: 'Practitioner/1' },
      { reference: 'Organization/o1' },
      { reference: 'https://o.example/Practitioner/2' },
      { reference: `${base}/Practitioner/3/_history/2` },
      { reference: '#contained' },
      { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' },
      { identifier: { value: '4' } },
    ],
  };

  test.each([
    ['DocumentReference:author', ['Practitioner/1/', 'Organization/o1/', 'Practitioner/3/2']],
    ['DocumentReference:author:Organization', ['Organization/o1/']],
    ['DocumentReference:patient', ['Patient/k1/']],
  ])('_include=%s', (value, expected) => {
    const [include] = parse('DocumentReference', [['_include', value]]).includes;
    if (include === undefined) throw new Error('none');
    expect(includedReferences(include, resource, base).map(({ type, id, version = '' }) => `${type}/${id}/${version}`)).toEqual(
      expected,
    );
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
