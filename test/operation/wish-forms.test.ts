// What the consent operations are sent by the careless, the hostile and the hasty: forms, limits, races.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import type { Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { idIn } from '../interaction/ground.ts';
import { actor } from '../resources.ts';
import { at, type Consenting, ending, openConsenting, type Person, parameters, person, purpose, rpps } from './consenting.ts';

let consenting: Consenting;
beforeAll(async () => {
  consenting = await openConsenting();
}, 60_000);
afterAll(async () => await consenting.ground.stop());

const call = async (by: Person, operation: string, body: object, query = ''): Promise<Reply> =>
  await consenting.as(by).post(`/Patient/${consenting.key}/$${operation}${query}`, body);
const first = 'Parameters.parameter[0]';
const second = 'Parameters.parameter[1]';
const coding = (name: string, system: string, code: string): readonly [string, JsonObject] => [
  name,
  { valueCoding: { system, code } },
];
const other = person(rpps.other);

describe('what is wrong is said where it stands', () => {
  it.each<[what: string, operation: string, body: object, status: number, expression: string]>([
    ['another resource', 'authorise', { resourceType: 'Consent' }, 400, 'resourceType'],
    ['an unknown parameter', 'authorise', parameters(['who', { valueString: 'x' }]), 400, first],
    ['a parameter of Object', 'block', parameters(other, ['__proto__', { valueString: 'x' }]), 400, second],
    ['a parameter of another operation', 'block', parameters(other, purpose('BTG')), 400, second],
    ['an actor that is a text', 'authorise', parameters(['actor', { valueString: rpps.other }]), 400, first],
    ['two actors', 'authorise', parameters(other, other), 400, second],
    ['nobody to block', 'block', parameters(), 400, 'Parameters.parameter'],
    ['nobody for a treatment', 'authorise', parameters(), 422, 'Parameters.parameter'],
    [
      'nobody for a treatment, among emergencies',
      'authorise',
      parameters(purpose('BTG'), purpose('TREAT')),
      422,
      "Parameters.parameter.where(name='purpose')",
    ],
    ['an actor without identifier', 'authorise', parameters(['actor', { valueReference: { display: 'Dr Martin' } }]), 422, first],
    [
      'an identifier of another system',
      'authorise',
      parameters(['actor', { valueReference: { identifier: { system: 'urn:x', value: '1' } } }]),
      422,
      first,
    ],
    ['a practitioner who is not there', 'block', parameters(at('Practitioner/aaaaaaaaaaaaa')), 422, first],
    ['a team that is not there', 'block', parameters(at('CareTeam/aaaaaaaaaaaaa-aaaaaaaaaaaaa')), 422, first],
    ['a practitioner elsewhere', 'block', parameters(at('https://other.example/fhir/Practitioner/1')), 422, first],
    ['a related person', 'authorise', parameters(at('RelatedPerson/x')), 422, first],
    ['a purpose of insurers', 'authorise', parameters(other, purpose('HPAYMT')), 422, second],
    ['a class that is none', 'authorise', parameters(other, coding('class', 'urn:x', 'y')), 422, second],
    [
      'a document type that the matrix has not',
      'authorise',
      parameters(other, coding('code', 'http://loinc.org', '1-1')),
      422,
      second,
    ],
    [
      'a period without ends',
      'authorise',
      parameters(other, ['period', { valuePeriod: { id: 'x' } }]),
      400,
      `${second}.valuePeriod`,
    ],
    ['an end that is no date', 'block', parameters(other, ending('tomorrow')), 400, `${second}.valuePeriod.end`],
    [
      'the same rights for one document type',
      'authorise',
      parameters(other, ['same-rights', { valueBoolean: true }], coding('code', 'http://loinc.org', '34112-3')),
      422,
      'Parameters.parameter[2]',
    ],
    ['data that is no reference', 'block', parameters(other, ['data', { valueReference: { display: 'x' } }]), 422, second],
    [
      'a structure as médecin traitant',
      'declare-medecin-traitant',
      parameters(['actor', { valueReference: { identifier: { system: 'https://finess.esante.gouv.fr', value: '750712184' } } }]),
      422,
      first,
    ],
  ])('%s', async (_what, operation, body, status, expression) => {
    const before = (await consenting.active()).length;
    expectOutcome(await call('holder', operation, body), status, expression);
    expect((await consenting.active()).length).toBe(before);
  });

  it('in the address too, where a Reference cannot stand', async () => {
    expectOutcome(await call('holder', 'authorise', parameters(), '?actor=Practitioner/1'), 400, 'http.actor');
    expectOutcome(await call('holder', 'authorise', parameters(other), '?same-rights=yes'), 400, 'http.same-rights');
    expectOutcome(await call('holder', 'authorise', parameters(), '?purpose=HPAYMT'), 422, 'http.purpose');
    expectOutcome(await call('holder', 'authorise', parameters(), '?purpose=BTG&purpose=TREAT'), 422, 'http.purpose');
    expectOutcome(await call('holder', 'authorise', parameters(), '?constructor=x'), 400, 'http.constructor');
    const reply = await consenting.as('holder').send('POST', `/Patient/${consenting.key}/$authorise?purpose=ETREAT`);
    expect([reply.status, reply.body.provision.purpose[0].code]).toEqual([201, 'ETREAT']);
  });
});

describe('a record that is not there', () => {
  it.each<Person>(['holder', 'representative', 'nurse+card', 'treating'])('is to %s as one that takes nothing', async (by) => {
    for (const [operation, list] of [
      ['authorise', [other]],
      ['block', [other]],
      ['declare-medecin-traitant', [other]],
    ] as const) {
      const never = await consenting.as(by).post(`/Patient/aaaaaaaaaaaaa/$${operation}`, parameters(...list));
      const alien = await consenting.as('neighbour').post(`/Patient/${consenting.key}/$${operation}`, parameters(...list));
      expectOutcome(never, 422);
      expect(never.text).toBe(alien.text);
    }
  });

  it('whatever its id looks like', async () => {
    for (const id of ['x', '%24authorise', 'a'.repeat(65), "';--", `${consenting.key}-aaaaaaaaaaaaa`])
      expectOutcome(await consenting.as('holder').post(`/Patient/${id}/$block`, parameters(other)), 422);
  });
});

describe('forms', () => {
  it('takes and gives XML', async () => {
    const body = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="actor"/><valueReference><identifier><system value="https://rpps.esante.gouv.fr"/><value value="${rpps.nurse}"/></identifier><display value="Léa Petit"/></valueReference></parameter></Parameters>`;
    const send = async (operation: string): Promise<Reply> =>
      await consenting
        .as('holder')
        .send('POST', `/Patient/${consenting.key}/$${operation}`, { 'Content-Type': 'application/fhir+xml' }, body);
    const [made, gone] = [await send('authorise'), await send('revoke')];
    expect([made.status, /^<\?xml.*<Consent xmlns="http:\/\/hl7.org\/fhir">.*Léa Petit/s.test(made.text)]).toEqual([201, true]);
    expect([gone.status, /<Parameters .*<resource><Consent>.*<status value="inactive"\/>/s.test(gone.text)]).toEqual([200, true]);
  });

  it('heeds Prefer', async () => {
    const path = (operation: string): string => `/Patient/${consenting.key}/$${operation}`;
    const minimal = await consenting.as('holder').post(path('block'), parameters(other), { Prefer: 'return=minimal' });
    expect([minimal.status, minimal.text, idIn(minimal).startsWith(consenting.key)]).toEqual([201, '', true]);
    const outcome = await consenting.as('holder').post(path('unblock'), parameters(other), { Prefer: 'return=OperationOutcome' });
    expect([outcome.status, outcome.body.resourceType]).toEqual([200, 'OperationOutcome']);
  });

  it('is POST alone, on a Patient, with the scope of a create', async () => {
    expectOutcome(await consenting.as('holder').get(`/Patient/${consenting.key}/$authorise`), 405);
    expectOutcome(await consenting.as('holder').post('/Patient/$authorise', parameters(other)), 404);
    const claims = { sub: 'x', scope: 'patient/Consent.ru', sub_ins: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO' };
    expectOutcome(await consenting.ground.carnet.as(claims).post(`/Patient/${consenting.key}/$block`, parameters(other)), 403);
  });
});

describe('at the same time', () => {
  const active = async (role: string): Promise<readonly unknown[]> =>
    (await consenting.active())
      .flatMap(({ provision }) => objectsOf(objectsOf(provision)[0]?.actor))
      .filter((one) => JSON.stringify(one.role).includes(`"${role}"`));

  it('there is one médecin traitant', async () => {
    const asked: readonly [Person, string][] = [
      ['holder', rpps.other],
      ['representative', rpps.nurse],
      ['holder', rpps.member],
    ];
    const replies = await Promise.all(
      asked.map(async ([by, who]) => await call(by, 'declare-medecin-traitant', parameters(person(who)))),
    );
    expect(replies.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
    expect(await active('PCP')).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect([
      (await call('holder', 'declare-medecin-traitant', parameters(person(rpps.treating)))).status,
      await active('PCP'),
    ]).toEqual([201, [actor({ rpps: rpps.treating }, 'PCP')]]);
  });

  it('the same wish is written once', async () => {
    const replies = await Promise.all(
      [1, 2, 3].map(async () => await call('holder', 'authorise', parameters(person(rpps.blocked)))),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect(new Set(replies.map(({ headers }) => headers.location)).size).toBe(1);
  });
});
