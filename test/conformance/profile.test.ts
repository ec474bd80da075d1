import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { conformance, consent, doctor, document, patient, purpose, relative, role, secretary } from './example.ts';

function faults(resource: JsonObject): readonly string[] {
  const defined = Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== undefined));
  return conformance
    .validate(defined, 'national')
    .map(({ code, text, expression }) => `${code} ${expression} ${code === 'invariant' ? text.split(':')[0] : ''}`.trim());
}

const sharing = (provision: JsonObject, more?: JsonObject): JsonObject => consent('sharing', provision, more);
const permit = { type: 'permit', actor: [doctor] };
const instance = { meaning: 'instance', reference: { reference: 'DocumentReference/d1' } };
const masked = 'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
const ins = (value: string, oid = '10'): JsonObject => ({ system: `urn:oid:1.2.250.1.213.1.4.${oid}`, value });
const attachment = (more: JsonObject): JsonObject => ({
  ...document,
  content: [{ attachment: { contentType: 'a/b', title: 't', ...more } }],
});

const valid: readonly (readonly [string, JsonObject])[] = [
  ['a record Patient', patient],
  ['a Patient born in Corsica', { ...patient, identifier: [ins('179032A12151867', '8')] }],
  ['a document sent along', document],
  ['a document sent before', attachment({ url: 'https://carnet.example/fhir/Binary/b1' })],
  ['a masked document', { ...document, securityLabel: [{ coding: [{ system: masked, code: 'MASQUE_PS' }] }] }],
  ['an opening', consent('opening', { type: 'permit', period: { start: '2026-11-20' } })],
  ['an opening for care', consent('opening', { type: 'permit', purpose: [purpose('TREAT')] })],
  ['an objection', consent('opening', { type: 'deny' })],
  ['an authorisation', sharing({ ...permit, purpose: [purpose('TREAT')] })],
  ['a block', sharing({ type: 'deny', actor: [doctor] })],
  ['a hidden document', sharing({ type: 'deny', data: [instance] })],
  ['an emergency permit', sharing({ type: 'permit', purpose: [purpose('BTG')] })],
  ['a médecin traitant', sharing({ type: 'permit', actor: [{ ...doctor, role: role('PCP') }] })],
  [
    'exceptions to exceptions',
    sharing({
      ...permit,
      provision: [{ type: 'deny', dataPeriod: { end: '2020' }, provision: [{ type: 'permit', data: [instance] }] }],
    }),
  ],
  ['a mandate', consent('mandate', { type: 'permit', actor: [relative], provision: [{ type: 'deny', data: [instance] }] })],
  ['a delegation', consent('delegation', { type: 'permit', actor: [secretary], period: { end: '2027-01-01' } })],
];

const invalid: readonly (readonly [string, JsonObject, string])[] = [
  ['no INS', { ...patient, identifier: [{ system: 'urn:x', value: '1' }] }, 'invariant Patient ins-1'],
  ['two INS', { ...patient, identifier: [ins('279035121518989'), ins('179035121518989', '9')] }, 'invariant Patient ins-1'],
  ['an INS too short', { ...patient, identifier: [ins('2790351215189')] }, 'invariant Patient ins-2'],
  ['no name', { ...patient, name: undefined }, 'required Patient.name'],
  ['no family name', { ...patient, name: [{ given: ['A'] }] }, 'invariant Patient ins-3'],
  ['no birth date', { ...patient, birthDate: undefined }, 'required Patient.birthDate'],
  [
    'a birth date by extension alone',
    { ...patient, birthDate: undefined, _birthDate: { extension: [{ url: 'u', valueCode: 'unknown' }] } },
    'required Patient.birthDate',
  ],
  ['a birth month', { ...patient, birthDate: '1979-03' }, 'invariant Patient ins-4'],
  ['no gender', { ...patient, gender: undefined }, 'required Patient.gender'],
  ['a document without type', { ...document, type: undefined }, 'required DocumentReference.type'],
  ['a type in words', { ...document, type: { text: 'bio' } }, 'invariant DocumentReference doc-1'],
  ['a document without patient', { ...document, subject: undefined }, 'required DocumentReference.subject'],
  ['a patient in words', { ...document, subject: { display: 'Anne' } }, 'required DocumentReference.subject.reference'],
  ['a document without date', { ...document, date: undefined }, 'required DocumentReference.date'],
  ['a document without author', { ...document, author: undefined }, 'required DocumentReference.author'],
  ['two categories', { ...document, category: [{ text: 'a' }, { text: 'b' }] }, 'structure DocumentReference.category'],
  ['neither data nor url', attachment({}), 'invariant DocumentReference.content[0].attachment doc-3'],
  ['data and url', attachment({ data: 'AAAA', url: 'Binary/b' }), 'invariant DocumentReference.content[0].attachment doc-3'],
  [
    'no title',
    { ...document, content: [{ attachment: { contentType: 'a/b', data: 'AAAA' } }] },
    'required DocumentReference.content[0].attachment.title',
  ],
  [
    'a misspelt label',
    { ...document, meta: { security: [{ system: masked, code: 'MASQUE' }] } },
    'invariant DocumentReference doc-2',
  ],
  ['a Consent of no kind', consent('sharing', permit, { category: [{ text: 'x' }] }), 'invariant Consent con-1'],
  ['a Consent of an unknown kind', consent('everything', permit), 'invariant Consent con-1'],
  ['no provision', consent('opening', permit, { provision: undefined }), 'required Consent.provision'],
  ['no type at the root', sharing({ actor: [doctor] }), 'required Consent.provision.type'],
  ['no type below', sharing({ ...permit, provision: [{ data: [instance] }] }), 'required Consent.provision.provision[0].type'],
  [
    'the same type below',
    sharing({ ...permit, provision: [{ type: 'permit', data: [instance] }] }),
    'invariant Consent.provision con-3',
  ],
  [
    'the same type two levels below',
    sharing({ ...permit, provision: [{ type: 'deny', provision: [{ type: 'deny' }] }] }),
    'invariant Consent.provision.provision[0] con-3',
  ],
  ['a scope of research', sharing(permit, { scope: { text: 'research' } }), 'invariant Consent con-2'],
  ['no patient', sharing(permit, { patient: undefined }), 'invariant Consent con-2'],
  ['a policy rule', sharing(permit, { policyRule: { text: 'opt-in' } }), 'not-supported Consent.policyRule'],
  [
    'a modifier extension',
    sharing({ ...permit, modifierExtension: [{ url: 'u', valueBoolean: true }] }),
    'not-supported Consent.provision.modifierExtension',
  ],
  [
    'an extension two levels below',
    sharing({ ...permit, provision: [{ type: 'deny', extension: [{ url: 'u', valueBoolean: true }] }] }),
    'not-supported Consent.provision.provision[0].extension',
  ],
  [
    'data that is related',
    sharing({ type: 'deny', data: [{ ...instance, meaning: 'related' }] }),
    'value Consent.provision.data[0].meaning',
  ],
  [
    'data by identifier',
    sharing({ type: 'deny', data: [{ meaning: 'instance', reference: { identifier: { value: 'x' } } }] }),
    'required Consent.provision.data[0].reference.reference',
  ],
  ['another purpose', sharing({ ...permit, purpose: [purpose('HPAYMT')] }), 'code-invalid Consent.provision.purpose[0]'],
  [
    'another role',
    sharing({ type: 'permit', actor: [{ ...doctor, role: role('XXX') }] }),
    'code-invalid Consent.provision.actor[0].role',
  ],
  [
    'another action',
    sharing({
      ...permit,
      action: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentaction', code: 'disclose' }] }],
    }),
    'code-invalid Consent.provision.action[0]',
  ],
  ['another class', sharing({ ...permit, class: [{ system: 'urn:x', code: 'y' }] }), 'invariant Consent.provision con-4'],
  ['an objection of one purpose', consent('opening', { type: 'deny', purpose: [purpose('BTG')] }), 'invariant Consent opn-1'],
  ['an opening with an actor', consent('opening', permit), 'invariant Consent opn-1'],
  ['a permit for everybody', sharing({ type: 'permit' }), 'invariant Consent shr-1'],
  [
    'a permit for everybody under TREAT too',
    sharing({ type: 'permit', purpose: [purpose('BTG'), purpose('TREAT')] }),
    'invariant Consent shr-1',
  ],
  ['sharing with a relative', sharing({ type: 'permit', actor: [relative] }), 'invariant Consent shr-2'],
  [
    'a médecin traitant below the root',
    sharing({ type: 'deny', actor: [doctor], provision: [{ type: 'permit', actor: [{ ...doctor, role: role('PCP') }] }] }),
    'invariant Consent shr-3',
  ],
  [
    'a médecin traitant of one type',
    sharing({ type: 'permit', actor: [{ ...doctor, role: role('PCP') }], data: [instance] }),
    'invariant Consent shr-4',
  ],
  [
    'two médecins traitants',
    sharing({ type: 'permit', actor: [{ ...doctor, role: role('PCP') }, doctor] }),
    'invariant Consent shr-5',
  ],
  ['a mandate for a doctor', consent('mandate', permit), 'invariant Consent mdt-2'],
  ['a mandate for nobody', consent('mandate', { type: 'permit' }), 'invariant Consent mdt-1'],
  [
    'a delegation of a record',
    consent('delegation', { type: 'permit', actor: [secretary] }, { patient: { reference: 'Patient/abc' } }),
    'invariant Consent con-2',
  ],
  ['a delegation to two', consent('delegation', { type: 'permit', actor: [secretary, secretary] }), 'invariant Consent dlg-1'],
  ['a delegation by reference', consent('delegation', { type: 'permit', actor: [relative] }), 'invariant Consent dlg-2'],
];

describe('our profiles', () => {
  test.each(valid)('accept %s', (_name, resource) => {
    expect(faults(resource)).toEqual([]);
  });

  test.each(invalid)('refuse %s', (_name, resource, expected) => {
    expect(faults(resource)).toEqual([expected]);
  });

  test('R4 alone is asked in the testers’ database', () => {
    expect(conformance.validate({ resourceType: 'Patient', active: true }, 'base')).toEqual([]);
  });

  test('a claimed profile changes nothing', () => {
    expect(
      faults({ ...patient, gender: undefined, meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Patient'] } }),
    ).toEqual(['required Patient.gender']);
  });

  test('a frozen resource is left as it was', () => {
    const before = JSON.stringify(patient);
    faults(patient);
    expect(JSON.stringify(patient)).toBe(before);
  });
});
