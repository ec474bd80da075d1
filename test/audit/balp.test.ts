// Every trace is an AuditEvent of R4 and keeps the rules of the BALP profiles that it claims; which it claims, and who and what it names.
// https://profiles.ihe.net/ITI/BALP/content.html
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { finess, ins } from '../interaction/ground.ts';
import { type Acted, openActed, reason, rpps } from './acted.ts';
import { brokenRules, profilesIn } from './balp.ts';

let acted: Acted;
beforeAll(async () => {
  acted = await openActed();
});
afterAll(async () => await acted.ground.stop());

/** Short names, in order. */
const claimed: readonly (readonly [id: string, profiles: string])[] = [
  ['read', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['vread', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['history', 'OAUTHaccessTokenUse.Minimal'],
  ['search', 'PatientQuery OAUTHaccessTokenUse.Minimal'],
  ['system', 'PatientQuery OAUTHaccessTokenUse.Minimal'],
  ['emergency', 'PatientRead OAUTHaccessTokenUse.Minimal'],
  ['card', 'PatientRead'],
  ['nurse', 'PatientRead'],
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
    expect(profilesIn(await acted.traced(id)).join(' ')).toBe(profiles);
  });

  it('is another profile where there is no patient', async () => {
    const own = (await acted.as('doctor').get('/AuditEvent?entity:identifier=nothing')).body.entry[0].resource;
    expect(profilesIn(own)).toEqual(['Query', 'OAUTHaccessTokenUse.Minimal']);
    expect(brokenRules(own)).toEqual([]);
  });
});

it('is what it claims, and an AuditEvent', async () => {
  const { body } = await acted.as('holder').get(`/AuditEvent?patient=${acted.ground.key}&_count=200`);
  const events: readonly Body[] = body.entry.map(({ resource }: Body) => resource);
  expect(events.length).toBeGreaterThan(claimed.length);
  expect(events.flatMap((event) => brokenRules(event).map((rule) => `${event.subtype[0].code} ${rule}`))).toEqual([]);
  expect(events.flatMap((event) => conformance.validate(event, 'base').map(({ text }) => text))).toEqual([]);
});

it('has rules that a wrong trace breaks', async () => {
  const { body } = await acted.as('doctor').get(`/DocumentReference/${acted.id}`, { 'X-Request-Id': 'again' });
  expect(body.id).toBeDefined();
  const event = await acted.traced('again');
  const wrong: readonly Body[] = [
    { ...event, outcome: '4' },
    { ...event, type: { ...event.type, display: undefined } },
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
    const { agent, source } = await acted.traced('read');
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
    const { purposeOfEvent, entity } = await acted.traced('emergency');
    expect(purposeOfEvent).toMatchObject([{ coding: [{ code: 'BTG' }, { code: 'bris_de_glace' }], text: reason }]);
    expect(entity[1]).toMatchObject({ detail: [{ type: 'justification', valueString: reason }] });
  });

  it('names the secretary and for whom, the one who asks being she', async () => {
    const { agent, outcomeDesc } = await acted.traced('secretary');
    expect(outcomeDesc).toBe('201');
    expect(agent.map(({ name, requestor, policy }: Body) => [name, requestor, policy?.length ?? 0]).slice(0, 2)).toEqual([
      ['Nadia Colin', true, 1],
      ['Dr Claire Martin', false, 0],
    ]);
  });

  it('says that a Vitale card was in the reader, and not whose', async () => {
    const { entity } = await acted.traced('card');
    expect(entity.at(-1)).toMatchObject({ name: 'statute', detail: [{ type: 'vitale-card', valueString: 'present' }] });
    expect(JSON.stringify(await acted.traced('card'))).not.toContain(ins);
    expect((await acted.traced('read')).entity.at(-1).detail).toBeUndefined();
  });

  it('of a refusal holds what was asked and nothing that was not answered', async () => {
    const { outcome, outcomeDesc, entity } = await acted.traced('refused');
    expect([outcome, outcomeDesc]).toEqual(['4', '404']);
    expect(entity.map(({ role }: Body) => role?.code)).toEqual([undefined, '24', '13']);
  });
});
