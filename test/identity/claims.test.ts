import { describe, expect, test } from '@jest/globals';
import type { Kind } from '../../src/identity/caller.ts';
import { actReason, callerRole, healthProfession, speciality } from '../../src/identity/systems.ts';
import { ask, expectInvalid, issuer, now } from './asking.ts';
import { type Claims, claims, cx, type TokenOptions, testBaseUrl } from './issuer.ts';
import { samuFiness, socialWorker } from './trust-of.ts';

const at = now.getTime() / 1000;
const ins = cx('279035121518989');
const rpps = '10003461033';
const doctor = claims.professional({ rpps });
const structure = claims.structure('750712184');
const emergency = { rpps, finess: samuFiness, mode: 'BTG', reason: 'unconscious', patient: 'abc' } as const;

const iua = (base: Claims, more: Claims): Claims => ({
  ...base,
  extensions: { ihe_iua: { ...Object(Object(base.extensions).ihe_iua), ...more } },
});
const withRole = (base: Claims, ...roles: readonly Claims[]): Claims => iua(base, { subject_role: roles });

describe('every kind of caller', () => {
  const cases: readonly [Kind, string, Claims][] = [
    ['holder', `h:https://issuer.example|holder-279035121518989`, claims.holder(ins)],
    ['holder', 'h:https://issuer.example|u', { sub: 'u', fhirUser: 'Patient/abc', scope: 'patient/*.rs' }],
    [
      'holder',
      'h:https://issuer.example|u#abc',
      { sub: 'u', fhirUser: `${testBaseUrl}/Patient/abc`, patient: 'abc', sub_ins: ins, scope: 'patient/*.rs' },
    ],
    ['holder', 'h:https://issuer.example|a%7Cb%23BTG', { ...claims.holder(ins), sub: 'a|b#BTG' }],
    ['related', 'r:rel1', claims.related('rel1')],
    ['professional', `p:${rpps}`, doctor],
    ['professional', `p:${rpps}#abc`, claims.professional({ rpps, scope: 'patient/*.rs', patient: 'abc' })],
    ['professional', `p:${rpps}`, claims.professional({ rpps, patient: 'abc', mode: 'TREAT' })],
    [
      'professional',
      `p:${rpps}`,
      claims.professional({ rpps, profession: socialWorker, finess: '2A0000014', specialities: ['SM25'] }),
    ],
    ['professional', `p:${rpps}`, { ...doctor, fhirUser: 'Practitioner/p1' }],
    ['professional', `p:${rpps}#BTG#abc`, claims.professional(emergency)],
    [
      'professional',
      `p:${rpps}#BTG#urn:oid:1.2.250.1.213.1.4.10|279035121518989`,
      claims.professional({ rpps, profession: '60', mode: 'BTG', reason: 'x', person: ins }),
    ],
    ['professional', `p:${rpps}#ETREAT#abc`, claims.professional({ ...emergency, mode: 'ETREAT' })],
    ['delegate', `d:https://issuer.example|sec-1|${rpps}`, claims.delegate({ rpps, secretary: { sub: 'sec-1', name: 'Anne' } })],
    ['structure', 's:750712184', structure],
    ['feeder', 'f:https://issuer.example', claims.feeder()],
    ['agent', 'a:https://issuer.example|agent', claims.agent({ vitale: [ins, cx('279035121518989', '1.2.250.1.213.1.4.8')] })],
    ['operator', 'o:https://issuer.example|operator', claims.operator()],
    ['tester', 't:https://issuer.example|tester', claims.tester()],
  ];
  test.each(cases)('%s %s', async (kind, id, given) => {
    for (const algorithm of ['ES256', 'RS256'] as const) {
      const caller = await ask(issuer.token(given, { algorithm }));
      expect({ kind: caller.who.kind, id: caller.id }).toEqual({ kind, id });
    }
  });

  test('a professional, whole', async () => {
    const caller = await ask(
      issuer.token(
        claims.professional({
          ...emergency,
          name: 'Dr Claire Martin',
          specialities: ['SM54'],
          vitale: [ins],
          scope: 'openid user/Patient.rs',
        }),
      ),
    );
    expect(caller).toEqual({
      who: {
        kind: 'professional',
        rpps,
        profession: { system: healthProfession, code: '10' },
        specialities: ['SM54'],
        finess: samuFiness,
      },
      issuer: 'https://issuer.example',
      subject: `ps-${rpps}`,
      name: 'Dr Claire Martin',
      scopes: [{ context: 'user', type: 'Patient', interactions: new Set(['r', 's']) }],
      mode: 'BTG',
      reason: 'unconscious',
      patient: 'abc',
      vitale: [{ system: 'urn:oid:1.2.250.1.213.1.4.10', value: '279035121518989' }],
      expires: new Date((at + 300) * 1000),
      id: `p:${rpps}#BTG#abc`,
    });
  });
});

describe('claims that tell no kind of caller, or two', () => {
  const foreignRole = { system: callerRole, code: 'ASSUREUR' };
  const profession = { system: healthProfession, code: '10' };
  const cases: readonly [string, Claims][] = [
    ['nothing', {}],
    ['a role nobody knows', withRole({}, foreignRole)],
    ['two roles', withRole({}, { system: callerRole, code: 'HEBERGEUR' }, { system: callerRole, code: 'TESTEUR' })],
    ['a role and an RPPS', iua(claims.operator(), { national_provider_identifier: rpps })],
    ['a role and a profession', withRole({}, { system: callerRole, code: 'TESTEUR' }, profession)],
    ['a role and an INS', { ...claims.agent(), sub_ins: ins }],
    ['a role and a FINESS', iua(claims.feeder(), { subject_organization_id: 'https://finess.esante.gouv.fr|750712184' })],
    ['a role and an act', { ...claims.agent(), act: { sub: 'x' } }],
    ['an RPPS and an INS', { ...doctor, sub_ins: ins }],
    ['an RPPS and a patient', { ...doctor, fhirUser: 'Patient/abc' }],
    ['an RPPS and a relative', { ...doctor, fhirUser: 'RelatedPerson/abc' }],
    ['an RPPS without profession', withRole(doctor)],
    ['an RPPS and two professions', withRole(doctor, profession, socialWorker)],
    ['an RPPS and a profession that the matrix lacks', claims.professional({ rpps, profession: '99' })],
    ['an RPPS, a known and an unknown profession', withRole(doctor, profession, { system: healthProfession, code: '99' })],
    ['a profession without RPPS', withRole(structure, profession)],
    ['a speciality without RPPS', withRole(structure, { system: speciality, code: 'SM25' })],
    ['a speciality in another spelling', claims.professional({ rpps, specialities: ['sm25'] })],
    ['an INS and a relative', { ...claims.related('r'), sub_ins: ins }],
    ['an INS and a FINESS', iua(claims.holder(ins), { subject_organization_id: 'https://finess.esante.gouv.fr|750712184' })],
    ['an act of a structure', { ...structure, act: { sub: 'x' } }],
    ['an act of a holder', { ...claims.holder(ins), act: { sub: 'x' } }],
    ['an act of nobody', { ...doctor, act: { name: 'Anne' } }],
    ['an act of an act', { ...doctor, act: { sub: 'x', act: { sub: 'y' } } }],
    ['an actor of another issuer', { ...doctor, act: { sub: 'x', iss: 'https://hospital.example' } }],
    ['a practitioner without RPPS', { fhirUser: 'Practitioner/p1' }],
    ['a fhirUser elsewhere', { fhirUser: 'https://elsewhere.example/fhir/Patient/abc' }],
    ['a fhirUser with a path', { fhirUser: 'Patient/abc/_history/1' }],
    ['an INS of an unknown authority', { sub_ins: cx('279035121518989', '1.2.250.1.213.1.4.2') }],
    ['an INS too short', { sub_ins: cx('27903512151898') }],
    ['an INS that is null', { ...structure, sub_ins: null }],
    ['two RPPS in one', claims.professional({ rpps: `${rpps},10000000010` })],
    ['two RPPS in a list', iua(doctor, { national_provider_identifier: [rpps, '10000000010'] })],
    ['an RPPS with an operator', iua(doctor, { national_provider_identifier: { $ne: rpps } })],
    ['an empty patient', claims.professional({ rpps, scope: 'patient/*.rs', patient: '' })],
    ['an RPPS with its prefix', claims.professional({ rpps: `8${rpps}` })],
    ['a FINESS in another form', iua({}, { subject_organization_id: 'urn:oid:1.2.250.1.71.4.2.2|1750712184' })],
    ['a FINESS alone, bare', iua({}, { subject_organization_id: '750712184' })],
    ['roles that are no list', iua(structure, { subject_role: profession })],
    ['extensions that are a list', { ...claims.holder(ins), extensions: [] }],
    ['a card that is no list', { ...doctor, vitale: ins }],
    ['a card with an odd INS', { ...doctor, vitale: [ins, 'x'] }],
    ['a scope that is a list', { ...doctor, scope: ['user/*.rs'] }],
    ['patient scopes without patient', claims.professional({ rpps, scope: 'user/*.rs patient/*.rs' })],
    ['patient that is no id', claims.professional({ rpps, patient: 'Patient/abc' })],
    ['a holder in another record', { fhirUser: 'Patient/abc', patient: 'abd' }],
  ];
  test.each(cases)('%s', (_name, given) => expectInvalid(issuer.token(given)));
});

describe('purpose of use', () => {
  const purposes = (...codes: readonly Claims[]): Claims => iua(doctor, { purpose_of_use: codes });
  const cases: readonly [string, Claims, TokenOptions?][] = [
    ['two', purposes({ system: actReason, code: 'TREAT' }, { system: actReason, code: 'BTG' })],
    ['unknown', purposes({ system: actReason, code: 'HPAYMT' })],
    ['of another system', purposes({ system: 'https://elsewhere.example', code: 'TREAT' })],
    ['BTG without record', claims.professional({ rpps, mode: 'BTG', reason: 'x' })],
    ['BTG with two records', claims.professional({ ...emergency, person: ins })],
    ['BTG without reason', claims.professional({ rpps, mode: 'BTG', patient: 'abc' })],
    ['BTG with a blank reason', claims.professional({ ...emergency, reason: ' \n' })],
    ['BTG for more than four hours', claims.professional(emergency), { expiresIn: 4 * 3600 + 1 }],
    ['BTG without iat', { ...claims.professional(emergency), iat: undefined }],
    ['BTG of a profession outside TRE_G15', claims.professional({ ...emergency, profession: socialWorker })],
    ['BTG of a delegate', claims.delegate({ ...emergency, secretary: { sub: 's' } })],
    [
      'BTG of a holder',
      { ...iua(claims.holder(ins), { purpose_of_use: [{ system: actReason, code: 'BTG' }] }), patient: 'abc', reason: 'x' },
    ],
    ['ETREAT outside centre 15', claims.professional({ ...emergency, mode: 'ETREAT', finess: '130000001' })],
    ['ETREAT without structure', claims.professional({ rpps, mode: 'ETREAT', reason: 'x', patient: 'abc' })],
    ['ETREAT of a nurse', claims.professional({ ...emergency, mode: 'ETREAT', profession: '60' })],
  ];
  test.each(cases.map(([name, given, options = {}]) => ({ name, given, options })))('$name: 401', ({ given, options }) =>
    expectInvalid(issuer.token(given, options)),
  );

  test('four hours exactly are accepted', async () => {
    const caller = await ask(issuer.token(claims.professional(emergency), { expiresIn: 4 * 3600 }));
    expect(caller.mode).toBe('BTG');
  });
});
