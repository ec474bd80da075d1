// Every trace is an AuditEvent of R4 and keeps the rules of the BALP profiles that it claims; which it claims, and who and what it names.
// https://profiles.ihe.net/ITI/BALP/content.html
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Body, Client } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { claims, cx } from '../identity/issuer.ts';
import { finess, type Ground, idIn, ins, openGround, otherFiness, written } from '../interaction/ground.ts';
import { actor, consent, document, vaccination } from '../resources.ts';
import { brokenRules, profilesIn } from './balp.ts';

const rpps = '10003461033';
const json = { 'Content-Type': 'application/fhir+json' };
const hostile = 'Détresse <b>vitale</b> & "coma"';

let ground: Ground;
let path = '';
let people: Readonly<Record<'doctor' | 'emergency' | 'secretary' | 'hospital' | 'card' | 'operator' | 'stranger', Client>>;

beforeAll(async () => {
  ground = await openGround();
  const { as } = ground.carnet;
  const doctor = { rpps, name: 'Dr Claire Martin', finess, specialities: ['SM54'] };
  const token = (id: string): object => ({ jti: id, client_id: 'logiciel-cabinet' });
  people = {
    doctor: as({ ...claims.professional(doctor), ...token('jeton-1') }),
    emergency: as({
      ...claims.professional({ ...doctor, mode: 'BTG', reason: hostile, patient: ground.key }),
      ...token('jeton-2'),
    }),
    secretary: as({ ...claims.delegate({ ...doctor, secretary: { sub: 'nadia', name: 'Nadia Colin' } }), ...token('jeton-3') }),
    hospital: as(claims.structure(otherFiness)),
    card: as(claims.professional({ ...doctor, vitale: [cx(ins)] })),
    operator: ground.as('operator'),
    stranger: ground.as('stranger'),
  };
  const holder = ground.as('holder');
  written(
    await holder.post('/Consent', consent('sharing', ground.key, { type: 'permit', purpose: [btg], actor: [actor({ rpps })] })),
  );
  written(await people.doctor.post('/Consent', delegation));
  path = `/DocumentReference/${idIn(written(await people.hospital.post('/DocumentReference', document(ground.key, '34112-3'))))}`;
  await acted();
});
afterAll(async () => await ground.stop());

const btg = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' };
const delegation = consent('delegation', undefined, {
  type: 'permit',
  actor: [
    {
      role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
      reference: { identifier: { system: 'https://issuer.example', value: 'nadia' } },
    },
  ],
});

/** One request of each sort, each by its X-Request-Id. */
async function acted(): Promise<void> {
  const { doctor, emergency, secretary, hospital, card, operator, stranger } = people;
  const sent = async (as: Client, id: string, method: string, at: string, body?: object, type = json): Promise<void> =>
    void (await as.send(method, at, { ...type, 'X-Request-Id': id }, body === undefined ? undefined : JSON.stringify(body)));
  const other = idIn(written(await hospital.post('/DocumentReference', document(ground.key, '34112-3'))));
  const own = document(ground.key, '34112-3', { author: [{ display: 'Dr Martin' }] });
  await sent(doctor, 'read', 'GET', path);
  await sent(doctor, 'vread', 'GET', `${path}/_history/1`);
  await sent(doctor, 'history', 'GET', `${path}/_history`);
  await sent(doctor, 'search', 'GET', `/DocumentReference?patient=${ground.key}`);
  await sent(doctor, 'nothing', 'GET', '/DocumentReference?type=never');
  await sent(doctor, 'system', 'GET', `/?_type=DocumentReference&patient=${ground.key}`);
  await sent(emergency, 'emergency', 'GET', path);
  await sent(card, 'card', 'GET', path);
  await sent(stranger, 'refused', 'GET', path);
  await sent(doctor, 'create', 'POST', '/DocumentReference', own);
  await sent(secretary, 'secretary', 'POST', '/Immunization', vaccination(ground.key));
  const given = idIn(written(await hospital.post('/Immunization', vaccination(ground.key))));
  await sent(hospital, 'update', 'PUT', `/Immunization/${given}`, { ...vaccination(ground.key), id: given });
  await sent(
    hospital,
    'patch',
    'PATCH',
    `/DocumentReference/${other}`,
    [{ op: 'replace', path: '/status', value: 'superseded' }],
    {
      'Content-Type': 'application/json-patch+json',
    },
  );
  await sent(hospital, 'delete', 'DELETE', `/DocumentReference/${other}`);
  await sent(ground.as('holder'), 'traces', 'GET', '/AuditEvent?_count=2');
  await sent(operator, 'directory', 'POST', '/Practitioner', practitioner);
}

const practitioner = { resourceType: 'Practitioner', identifier: [{ system: 'https://rpps.esante.gouv.fr', value: rpps }] };

async function traced(id: string): Promise<Body> {
  const { body } = await ground.as('holder').get(`/AuditEvent?patient=${ground.key}&entity:identifier=${id}`);
  return body.entry?.[0]?.resource;
}

/** In order; `-` for none. */
const claimed: readonly (readonly [id: string, profiles: string])[] = [
  ['read', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['vread', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['history', 'OAUTHaccessTokenUse.Minimal'],
  ['search', 'PatientQuery OAUTHaccessTokenUse.Minimal'],
  ['system', 'PatientQuery OAUTHaccessTokenUse.Minimal'],
  ['emergency', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['card', 'PatientRead'],
  ['refused', ''],
  ['create', 'PatientCreate OAUTHaccessTokenUse.Minimal'],
  ['secretary', 'OAUTHaccessTokenUse.Minimal'],
  ['update', 'PatientUpdate'],
  ['patch', 'PatientUpdate'],
  ['delete', 'PatientDelete'],
  ['traces', 'PatientQuery'],
];
describe('what a trace claims', () => {
  test.each(claimed)('%s: %s', async (id, profiles) => {
    expect(profilesIn(await traced(id)).join(' ')).toBe(profiles);
  });

  it('is another profile where there is no patient', async () => {
    const own = (await people.doctor.get('/AuditEvent?entity:identifier=nothing')).body.entry[0].resource;
    expect(profilesIn(own)).toEqual(['Query', 'OAUTHaccessTokenUse.Minimal']);
    expect(brokenRules(own)).toEqual([]);
  });
});

it('is what it claims, and an AuditEvent', async () => {
  const { body } = await ground.as('holder').get(`/AuditEvent?patient=${ground.key}&_count=200`);
  const events: readonly Body[] = body.entry.map(({ resource }: Body) => resource);
  expect(events.length).toBeGreaterThan(claimed.length);
  expect(events.flatMap((event) => brokenRules(event).map((rule) => `${event.subtype[0].code} ${rule}`))).toEqual([]);
  expect(events.flatMap((event) => conformance.validate(event, 'base').map(({ text }) => text))).toEqual([]);
});

it('has rules that a wrong trace breaks', async () => {
  const { body } = await people.doctor.get(path, { 'X-Request-Id': 'again' });
  expect(body.id).toBeDefined();
  const event = await traced('again');
  const wrong: readonly Body[] = [
    { ...event, outcome: '4' },
    { ...event, agent: event.agent.slice(1) },
    { ...event, agent: event.agent.map((one: Body) => ({ ...one, network: undefined })) },
    { ...event, entity: event.entity.slice(0, 2) },
    { ...event, entity: [...event.entity, event.entity[2]] },
    { ...event, entity: event.entity.filter(({ role }: Body) => role?.code !== '1') },
    { ...event, subtype: [{ system: 'x', code: 'read' }] },
    { ...event, agent: event.agent.map((one: Body) => ({ ...one, policy: undefined })) },
  ];
  for (const one of wrong) expect(brokenRules(one)).not.toEqual([]);
});

describe('who and what', () => {
  it('names the professional, his profession and speciality, his structure, the application and the token', async () => {
    const { agent, source } = await traced('read');
    expect(agent[0]).toMatchObject({
      who: { type: 'Practitioner', identifier: { value: rpps } },
      name: 'Dr Claire Martin',
      role: [{ coding: [{ code: '10' }] }, { coding: [{ code: 'SM54' }] }],
      purposeOfUse: [{ coding: [{ code: 'TREAT' }, { code: 'normal' }] }],
      policy: ['urn:ietf:params:oauth:jti:jeton-1'],
    });
    expect(agent[1]).toMatchObject({ type: { coding: [{ code: 'PROV' }] }, who: { identifier: { value: finess } } });
    expect(agent[2]).toMatchObject({ who: { identifier: { value: 'logiciel-cabinet' } }, network: { type: '2' } });
    expect(agent[3]).toMatchObject({ network: { address: 'http://carnet.test/fhir', type: '5' } });
    expect(source).toMatchObject({ site: 'carnet.test', type: [{ code: '4' }] });
  });

  it('tells the mode and the reason of an emergency', async () => {
    const { purposeOfEvent, entity } = await traced('emergency');
    expect(purposeOfEvent).toMatchObject([{ coding: [{ code: 'BTG' }, { code: 'bris_de_glace' }], text: hostile }]);
    expect(entity[1]).toMatchObject({ detail: [{ type: 'justification', valueString: hostile }] });
  });

  it('names the secretary and for whom, the one who asks being she', async () => {
    const { agent, outcomeDesc } = await traced('secretary');
    expect(outcomeDesc).toBe('201');
    expect(agent.map(({ name, requestor, policy }: Body) => [name, requestor, policy?.length ?? 0]).slice(0, 2)).toEqual([
      ['Nadia Colin', true, 1],
      ['Dr Claire Martin', false, 0],
    ]);
  });

  it('says that a Vitale card was in the reader, and not whose', async () => {
    const { entity } = await traced('card');
    expect(entity.at(-1)).toMatchObject({ name: 'statute', detail: [{ type: 'vitale-card', valueString: 'present' }] });
    expect(JSON.stringify(await traced('card'))).not.toContain(ins);
    expect((await traced('read')).entity.at(-1).detail).toBeUndefined();
  });

  it('of a refusal holds what was asked and nothing that was not answered', async () => {
    const { outcome, outcomeDesc, entity } = await traced('refused');
    expect([outcome, outcomeDesc]).toEqual(['4', '404']);
    expect(entity.map(({ role }: Body) => role?.code)).toEqual([undefined, '24', '13']);
  });
});
