// What is contained is indexed by itself, and where a reference leads to it, as far as a role's practitioner.
// https://hl7.org/fhir/R4/search.html#contained
import { describe, expect, test } from '@jest/globals';
import { indexOf } from '../../src/search/index-of.ts';
import { capabilityOf, conformance, finds, rowOf } from './world.ts';

const author = { resourceType: 'Practitioner', id: 'a', name: [{ family: 'Petit' }] };
const other = { resourceType: 'Practitioner', id: 'b', name: [{ family: 'Grand' }] };
const document = {
  resourceType: 'DocumentReference',
  id: '1',
  contained: [author, other, { resourceType: 'Basic', id: 'c' }, { resourceType: 'Practitioner' }],
  author: [{ reference: '#a' }, { reference: '#c' }, { reference: '#nothing' }],
};

describe('a contained resource', () => {
  const { idx, c } = indexOf(capabilityOf('DocumentReference'), document, { types: conformance.types });

  test('is a sub-row, by whatever reference leads to it', () => {
    expect(c?.map(({ t, i, by }) => [t, i, by])).toEqual([
      ['Practitioner', 'a', ['author']],
      ['Practitioner', 'b', []],
    ]);
    expect(c?.[0]?.idx).toContain('family|petit');
    expect(idx).toContain('author|#Practitioner');
    expect(idx).toContain('_contained|Practitioner');
  });

  test('is nothing where no types are given, or none is contained', () => {
    expect(indexOf(capabilityOf('DocumentReference'), document)).not.toHaveProperty('c');
    expect(
      indexOf(capabilityOf('DocumentReference'), { ...document, contained: [] }, { types: conformance.types }),
    ).not.toHaveProperty('c');
  });

  test('holds what it refers to in turn, and no further', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ resourceType: 'DocumentReference', id: `d${at}` }));
    const relates = many.map(({ id }) => ({ reference: `#${id}` }));
    const contained = many.map((one) => ({ ...one, context: { related: relates } }));
    const index = indexOf(
      capabilityOf('DocumentReference'),
      { ...document, contained, context: { related: relates } },
      { types: conformance.types },
    );
    expect(index.c?.length).toBe(20);
    expect(index.c?.[0]?.c?.length).toBe(20);
    expect(index.c?.[0]?.c?.[0]?.c).toBeUndefined();
  });

  test.each([
    ['author:Practitioner.family=petit', true],
    ['author.family=petit', true],
    ['author:Practitioner.family=grand', false],
    ['author:Patient.family=petit', false],
    ['author:Practitioner.identifier:missing=true', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, rowOf(document))).toBe(expected);
  });
});
