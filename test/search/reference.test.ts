import { describe, expect, test } from '@jest/globals';
import { base, finds, rowOf } from './world.ts';

const ins = 'urn:oid:1.2.250.1.213.1.4.8';
const document = rowOf(
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    subject: { reference: 'Patient/k1', identifier: { system: ins, value: '1850' } },
    author: [
      { reference: 'Practitioner/1/_history/3' },
      { reference: `${base}/Organization/o1` },
      { reference: 'https://other.example/fhir/Practitioner/9' },
      { identifier: { system: 'urn:rpps', value: '10003461033' } },
      { reference: '#inside' },
    ],
    context: { related: [{ reference: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7' }] },
  },
  { rec: 'k1' },
);
const bare = rowOf({ resourceType: 'DocumentReference', id: 'd2', author: [{ display: 'Dr Who' }] }, { rec: 'k1' });
const patient = rowOf({
  resourceType: 'Patient',
  id: 'k1',
  identifier: [{ system: ins, value: '1850' }],
  name: [{ family: 'Durand' }],
});
const doctor = rowOf({
  resourceType: 'Practitioner',
  id: '1',
  identifier: [{ value: '10003461033' }],
  name: [{ family: 'Martin' }],
});

describe('reference', () => {
  test.each([
    ['author=Practitioner/1', true],
    ['author=Practitioner/1/_history/3', true],
    ['author=Practitioner/1/_history/7', false],
    ['author=Practitioner/1/_history/7,Practitioner/1/_history/3', true],
    [`author=${base}/Practitioner/1/_history/3`, true],
    ['author:Practitioner=Practitioner/1/_history/3', true],
    [`author=${base}/Organization/o1/_history/1`, false],
    ['author=inside', false],
    [`author=${base}/Practitioner/1`, true],
    ['author=https://other.example/fhir/Practitioner/1', false],
    ['author=https://other.example/fhir/Practitioner/9', true],
    ['author=Practitioner/9', false],
    ['author=1', true],
    ['author=o1', true],
    ['author=Organization/o1', true],
    ['author=Practitioner/o1', false],
    ['author=Practitioner/0,Practitioner/1', true],
    ['author:Practitioner=1', true],
    ['author:Organization=1', false],
    ['author:Organization=Practitioner/1', false],
    ['author:identifier=urn:rpps|10003461033', true],
    ['author:identifier=10003461033', true],
    ['author:identifier=urn:rpps|', true],
    ['author:identifier=urn:rp|', false],
    ['author:missing=false', true],
    ['related=urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', true],
    ['related:missing=true', false],
    ['patient=k1', true],
    ['patient=Patient/k1', true],
    ['patient:Patient=k1', true],
    [`subject=${base}/Patient/k1`, true],
    ['subject=Patient/k2', false],
    ['subject=Device/k1', false],
    ['subject=Patient/k2,Patient/k1', true],
    [`patient:identifier=${ins}|1850`, true],
    ['patient:missing=false', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, document)).toBe(expected);
  });

  test.each([
    ['author:missing=true', false],
    ['related:missing=true', true],
    ['author=Practitioner/1', false],
  ])('only a display, %s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, bare)).toBe(expected);
  });

  test.each([
    ['author:Practitioner.family=martin', true],
    ['author:Practitioner.family=martine', false],
    ['author.family=mart', true],
    ['author.family=durand', false],
    ['author:Practitioner.identifier=10003461033', true],
    ['author:Practitioner.name:exact=Martin', true],
    ['author:Practitioner._id=1', true],
    ['patient.family=durand', true],
    ['patient.family=martin', false],
    [`subject:Patient.identifier=${ins}|1850`, true],
    ['subject.family:missing=false', true],
    ['patient.birthdate:missing=true', true],
    ['patient.family=durand&author:Practitioner.family=martin', true],
  ])('chain %s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, document, [patient, doctor])).toBe(expected);
  });

  test('a chain over what is not visible finds nothing', async () => {
    expect(await finds('DocumentReference', 'patient.family=durand', document)).toBe(false);
    expect(await finds('DocumentReference', 'author:Practitioner.family:missing=true', document)).toBe(false);
  });

  test('the record is the row’s rec, never a token', () => {
    expect(document.idx.some((entry) => /^(patient|subject)\|/.test(entry))).toBe(false);
    expect(document.idx).toContain('author|Practitioner/1');
    expect(document.idx).toContain('author|Organization/o1');
    expect(document.idx).toContain(`author:identifier|10003461033|urn:rpps`);
    expect(document.s.patient).toEqual({ min: 'k1', max: 'k1' });
  });
});
