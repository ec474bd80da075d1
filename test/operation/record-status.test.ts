// $record-status, $close, $reopen, $request-erasure: what each caller is told, and what is left of it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { finess, idIn, written } from '../interaction/ground.ts';
import { actor, consent, document, patient, testIns } from '../resources.ts';

const rpps = {
  doctor: '10003461033',
  permitted: '10000000010',
  stranger: '10000000011',
  blocked: '10000000012',
  inside: '10000000013',
};
const ins = { open: '279035121518989', closed: '180067512345643', made: '190000000000011', none: '190000000000022' };
type Which = keyof typeof ins;
const noon = new Date('2026-11-25T12:00:00+01:00');

let now = noon;
let carnet: Carnet;
let key = '';
const keys: Partial<Record<Which, string>> = {};
const as = (said: Claims): Client => carnet.as(said);
const holder = (which: Which): Client => as(claims.holder(cx(ins[which])));
const ask = async (client: Client, which: Which): Promise<Reply> =>
  await client.get(`/Patient/$record-status?identifier=${testIns}|${ins[which]}`);
const told = ({ body }: Reply): Record<string, unknown> =>
  Object.fromEntries(body.parameter.map(({ name, ...value }: Body) => [name, Object.values(value)[0]]));

beforeAll(async () => {
  carnet = await startCarnet({ clock: () => now });
  for (const which of ['open', 'closed', 'made'] as const) {
    keys[which] = idIn(written(await holder(which).post('/Patient', patient(ins[which]))));
    if (which !== 'made') await wish(which, 'opening', { type: 'permit' });
  }
  key = keys.open ?? '';
  for (const which of ['open', 'closed'] as const) {
    await wish(which, 'sharing', { type: 'permit', actor: [actor({ rpps: rpps.permitted })] });
    await wish(which, 'sharing', { type: 'permit', actor: [actor({ rpps: rpps.doctor }, 'PCP')] });
  }
  await wish('open', 'sharing', { type: 'permit', actor: [actor({ rpps: rpps.blocked })] });
  await wish('open', 'sharing', { type: 'deny', actor: [actor({ rpps: rpps.blocked })] });
  await wish('open', 'sharing', { type: 'permit', actor: [actor({ finess })] });
  await wish('open', 'sharing', {
    type: 'permit',
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }],
  });
  written(await as(claims.structure(finess)).post('/DocumentReference', document(key, '34112-3')));
  expect((await holder('closed').post(`/Patient/${keys.closed}/$close`, { resourceType: 'Parameters' })).status).toBe(200);
});
afterAll(async () => await carnet.stop());

async function wish(which: Which, kind: string, provision: object): Promise<void> {
  written(await holder(which).post('/Consent', consent(kind, keys[which], { ...provision })));
}

const professional = (who: keyof typeof rpps, more: object = {}): Claims => claims.professional({ rpps: rpps[who], ...more });
const callers: Readonly<Record<string, readonly [said: () => Claims, shared: boolean]>> = {
  'the médecin traitant': [() => professional('doctor'), true],
  'a professional with a permit': [() => professional('permitted'), true],
  'of a structure with a permit': [() => professional('inside', { finess }), true],
  'a professional to whom nothing is shared': [() => professional('stranger'), false],
  'a blocked one': [() => professional('blocked'), false],
  'the structure, which deposited': [() => claims.structure(finess), false],
  'the insurance': [() => claims.feeder(), false],
  'an agent': [() => claims.agent(), false],
  'a secretary': [() => claims.delegate({ rpps: rpps.doctor, secretary: { sub: 's' } }), false],
};

describe('whoever knows the INS', () => {
  it.each(Object.entries(callers))('%s', async (_name, [said, shared]) => {
    const client = as(said());
    expect(told(await ask(client, 'open'))).toEqual({ status: 'open', shared });
    expect(told(await ask(client, 'closed'))).toEqual({ status: 'closed', shared: false });
    expect(told(await ask(client, 'made'))).toEqual({ status: 'closed', shared: false });
    expect(told(await ask(client, 'none'))).toEqual({ status: 'none' });
  });

  it('in his mode', async () => {
    const rescuer = as(professional('stranger', { mode: 'BTG', reason: 'inconscient', patient: key }));
    expect(told(await ask(rescuer, 'open'))).toEqual({ status: 'open', shared: true });
  });

  it('by POST alike, so that no INS stands in an address; in XML too', async () => {
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'identifier', valueString: `${testIns}|${ins.open}` }] };
    const agent = as(claims.agent());
    const posted = await agent.post('/Patient/$record-status', parameters);
    expect([posted.status, posted.text]).toEqual([200, (await ask(agent, 'open')).text]);
    const xml = await agent.post('/Patient/$record-status', parameters, { Accept: 'application/fhir+xml' });
    expect(xml.text).toContain('<name value="status"/><valueCode value="open"/>');
  });
});

describe('one record alone', () => {
  it.each<readonly [string, () => Claims, Which]>([
    ['of an emergency by id', () => professional('stranger', { mode: 'BTG', reason: 'x', patient: key }), 'open'],
    ['of an emergency by INS', () => professional('stranger', { mode: 'BTG', reason: 'x', person: cx(ins.open) }), 'open'],
    [
      'of an emergency by the INS of none',
      () => professional('stranger', { mode: 'BTG', reason: 'x', person: cx(ins.none) }),
      'none',
    ],
    ['bound by its scopes', () => professional('permitted', { scope: 'patient/*.cruds', patient: key }), 'open'],
    ['of the holder by INS', () => claims.holder(cx(ins.open)), 'open'],
    ['of a holder who has none', () => claims.holder(cx(ins.none)), 'none'],
    ['of the holder by id', () => ({ sub: 'h', scope: 'patient/*.cruds', fhirUser: `Patient/${key}` }), 'open'],
  ])('a token %s', async (_name, said, its) => {
    for (const which of ['open', 'closed', 'made', 'none'] as const) {
      const reply = await ask(as(said()), which);
      expect([which, reply.status]).toEqual([which, which === its ? 200 : 403]);
      if (which === its) expect(told(reply).status).toBe(its === 'none' ? 'none' : 'open');
    }
    const [there, none] = [await ask(as(said()), 'made'), await ask(as(said()), its === 'none' ? 'closed' : 'none')];
    expect(there.text).toBe(none.text);
  });
});

describe('refused', () => {
  it.each<readonly [string, () => Claims]>([
    ['a relative', () => claims.related(`${key}-aaaaaaaaaaaaa`)],
    ['the operator', () => claims.operator()],
    ['a tester', () => claims.tester()],
    ['who may search some Patients', () => professional('doctor', { scope: 'user/Patient.rs?active=true' })],
    ['the holder, about some Patients', () => ({ ...claims.holder(cx(ins.open)), scope: 'patient/Patient.rs?active=true' })],
    ['who may not search Patients', () => professional('doctor', { scope: 'user/DocumentReference.rs' })],
  ])('%s', async (_name, said) => {
    const replies = await Promise.all((['open', 'closed', 'none'] as const).map(async (which) => await ask(as(said()), which)));
    for (const reply of replies) {
      expectOutcome(reply, 403);
      expect(reply.text).toBe(replies[0]?.text);
    }
  });

  it.each<readonly [string, string, string]>([
    ['', 'Parameters.parameter', 'identifier is required'],
    [`?identifier=${ins.open}`, 'http.identifier', 'identifier is an INS: system|value'],
    [`?identifier=${testIns}|`, 'http.identifier', 'identifier is an INS: system|value'],
    [`?identifier=${testIns}|1|2`, 'http.identifier', 'identifier is an INS: system|value'],
    [`?identifier=urn:x|${ins.open}`, 'http.identifier', 'identifier is an INS: system|value'],
    ['?identifier=a|b&identifier=c|d', 'http.identifier', 'identifier stands here once at most'],
    ['?name=x', 'http.name', 'This operation takes identifier'],
  ])('%s', async (query, expression, text) => {
    const reply = await as(claims.agent()).get(`/Patient/$record-status${query}`);
    expectOutcome(reply, 400);
    expect(reply.body.issue[0]).toMatchObject({ expression: [expression], diagnostics: text });
  });

  it('the holder’s operations by GET, with parameters, on what never was', async () => {
    for (const name of ['close', 'reopen', 'request-erasure']) {
      expect((await holder('open').get(`/Patient/${key}/$${name}`)).status).toBe(405);
      expect((await holder('open').post(`/Patient/${key}/$${name}?x=1`, { resourceType: 'Parameters' })).status).toBe(400);
      const [never, other] = [
        await holder('open').post(`/Patient/aaaaaaaaaaaaa/$${name}`, { resourceType: 'Parameters' }),
        await holder('open').post(`/Patient/${keys.closed}/$${name}`, { resourceType: 'Parameters' }),
      ];
      expectOutcome(never, 404);
      expect(other.text).toBe(never.text);
    }
    expect(told(await ask(as(claims.agent()), 'closed')).status).toBe('closed');
  });
});

describe('what is left', () => {
  it('one trace, in the record', async () => {
    const count = async (): Promise<number> => (await holder('open').get(`/AuditEvent?patient=${key}&_summary=count`)).body.total;
    const before = await count();
    await ask(as(professional('stranger')), 'open');
    // The count before left one as well.
    expect(await count()).toBe(before + 2);
    await holder('open').post(`/Patient/${key}/$reopen`, { resourceType: 'Parameters' });
    expect(await count()).toBe(before + 4);
  });

  it('the holder is told since when, and until when', async () => {
    const operate = async (name: string): Promise<Record<string, unknown>> =>
      told(await holder('made').post(`/Patient/${keys.made}/$${name}`, { resourceType: 'Parameters' }));
    expect(await operate('reopen')).toEqual({ status: 'open' });
    now = new Date('2026-11-30T23:30:00Z');
    const closed = { status: 'closed', closed: '2026-11-30T23:30:00.000Z', keptUntil: '2036-12-01' };
    expect(await operate('close')).toEqual(closed);
    now = new Date('2026-12-31T12:00:00Z');
    expect(await operate('close')).toEqual(closed);
    const asked = { ...closed, erasureAsked: '2026-12-31T12:00:00.000Z', erasedBy: '2027-03-31' };
    expect(await operate('request-erasure')).toEqual(asked);
    now = new Date('2027-01-31T12:00:00Z');
    expect(await operate('request-erasure')).toEqual(asked);
    const { shared, ...life } = told(await ask(holder('made'), 'made'));
    expect([shared, life]).toEqual([true, asked]);
    expect(await operate('reopen')).toEqual({ status: 'open' });
    now = noon;
  });

  it('the Consents that a client could have written, as versions and of one trace', async () => {
    const consents = async (query: string): Promise<readonly string[]> =>
      ((await holder('open').get(`/Consent?patient=${key}&${query}`)).body.entry ?? [])
        .map(({ resource }: Body) => resource)
        .filter(({ category }: Body) => category[0].coding[0].code === 'opening')
        .map(({ provision, status, meta }: Body) => `${provision.type} ${status} ${meta.versionId}`);
    expect(await consents('')).toEqual(['permit active 1']);
    await holder('open').post(`/Patient/${key}/$close`, { resourceType: 'Parameters' });
    expect(await consents('')).toEqual(['permit inactive 2']);
    await holder('open').post(`/Patient/${key}/$reopen`, { resourceType: 'Parameters' });
    expect((await consents('')).toSorted()).toEqual(['permit active 1', 'permit inactive 2']);
  });
});
