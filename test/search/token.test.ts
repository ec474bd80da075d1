import { describe, expect, test } from '@jest/globals';
import { tokenEntry } from '../../src/search/token.ts';
import { finds, rowOf } from './world.ts';

const loinc = 'http://loinc.org';
const labels = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
const document = rowOf({
  resourceType: 'DocumentReference',
  id: 'd1',
  meta: { security: [{ system: labels, code: 'MASQUE_PS' }], tag: [{ code: 'x' }] },
  status: 'current',
  type: { coding: [{ system: loinc, code: '34133-9' }, { code: 'local' }] },
  masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2' },
  identifier: [{ system: 'urn:x', value: 'a|b\\c,d' }],
});
const patient = rowOf({
  resourceType: 'Patient',
  id: 'p1',
  active: false,
  telecom: [
    { system: 'phone', use: 'home', value: '+33 1' },
    { system: 'email', value: 'a@b.example' },
  ],
});
const empty = rowOf({ resourceType: 'DocumentReference', id: 'd2' });
const textOnly = rowOf({ resourceType: 'DocumentReference', id: 'd3', type: { text: 'Lettre' } });

describe('token', () => {
  test.each([
    ['type=34133-9', true],
    ['type=34133', false],
    ['type=34133-9|', false],
    [`type=${loinc}|34133-9`, true],
    [`type=${loinc}|34133-8`, false],
    [`type=|34133-9`, false],
    ['type=|local', true],
    [`type=${loinc}|`, true],
    ['type=http://loinc|', false],
    [`type=nothing,${loinc}|34133-9`, true],
    ['type=34133-9&type=local', true],
    ['type=34133-9&type=other', false],
    ['type:not=34133-9', false],
    ['type:not=other', true],
    ['type:not=other,local', false],
    ['type:missing=false', true],
    ['type:missing=true', false],
    ['status=current', true],
    ['status:not=current', false],
    ['identifier=urn:oid:1.2', true],
    ['identifier=urn:ietf:rfc:3986|urn:oid:1.2', true],
    ['identifier=urn:x|a\\|b\\\\c\\,d', true],
    ['identifier=a\\|b\\\\c\\,d', true],
    ['identifier=a', false],
    ['identifier=b\\\\c\\,d|a', false],
    ['_security=MASQUE_PS', true],
    [`_security=${labels}|MASQUE_PS`, true],
    ['_security:not=MASQUE_PS', false],
    ['_security:missing=true', false],
    ['_id=d1', true],
    ['_id=d0,d1', true],
    ['_id=d', false],
    ['_id:not=d1', false],
    ['_id:missing=true', false],
    ['_id:missing=false', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, document)).toBe(expected);
  });

  test.each([
    ['type:not=34133-9', true],
    ['type=34133-9', false],
    ['type:missing=true', true],
    ['_security:missing=true', true],
    ['_security:not=MASQUE_PS', true],
  ])('without a value, %s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, empty)).toBe(expected);
  });

  test('an element without a code is not missing', async () => {
    expect(await finds('DocumentReference', 'type:missing=true', textOnly)).toBe(false);
  });

  test.each([
    ['active=false', true],
    ['active=true', false],
    ['telecom=+33 1', true],
    ['telecom=home|+33 1', false],
    ['phone=+33 1', true],
    ['phone=a@b.example', false],
    ['telecom=a@b.example', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('Patient', search, patient)).toBe(expected);
  });

  test('one entry a token, code first', () => {
    expect(document.idx).toContain(`type|34133-9|${loinc}`);
    expect(document.idx).toContain(tokenEntry('_security', 'MASQUE_PS', labels));
    expect(document.idx.some((entry) => entry.startsWith('_tag|'))).toBe(false);
    expect(tokenEntry('identifier', 'a|b', 'c')).not.toBe(tokenEntry('identifier', 'a', 'b|c'));
  });
});
