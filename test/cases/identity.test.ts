// Minimal identity (ACCESS.md §3): the two exact forms that exist here, who gets them, and everywhere else the full rule; then who sees which trace.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, type Client, idsOf, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, patient, testIns } from '../resources.ts';
import { idIn } from '../review/people.ts';
import { clientOf, type Known } from './people.ts';

const ins = '279035121518989';
const unknown = '180067512345643';

describe('minimal identity', () => {
  let carnet: Carnet;
  let known: Known = { ins, key: '', ids: new Map(), types: new Map() };
  const as = (name: string): Client => clientOf(carnet, name, known);
  const kindOf = ({ body }: Reply): string => {
    const [entry] = body?.entry ?? [];
    if (entry === undefined) return 'nothing';
    return entry.resource.name === undefined ? 'minimal' : 'full';
  };

  beforeAll(async () => {
    carnet = await startCarnet();
    const agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
    const made = await agent.post('/Patient', patient(ins));
    const key = /\/Patient\/(\w+)\//.exec(made.headers.location ?? '')?.[1] ?? '';
    known = { ins, key, ids: new Map(), types: new Map() };
    expect((await as('agent').get(`/Patient?identifier=${testIns}|${ins}`)).body.entry[0].resource.active).toBe(false);
    expect((await agent.post('/Consent', consent('opening', key, { type: 'permit' }))).status).toBe(201);
    for (const [kind, provision] of [
      ['sharing', { type: 'permit', actor: [actor({ rpps: '10003461033' })] }],
      ['sharing', { type: 'deny', actor: [actor({ rpps: '10000000010' })] }],
    ] as const) {
      expect((await as('holder').post('/Consent', consent(kind, key, { ...provision }))).status).toBe(201);
    }
    expect((await as('hospital').post('/DocumentReference', document(key, '34112-3'))).status).toBe(201);
  });
  afterAll(async () => await carnet.stop());

  it.each<[caller: string, kind: string]>([
    ['nurse', 'minimal'],
    ['other', 'minimal'],
    ['hospital', 'minimal'],
    ['clinic', 'minimal'],
    ['insurance', 'minimal'],
    ['agent', 'minimal'],
    ['secretary', 'minimal'],
    ['doctor', 'full'],
    ['holder', 'full'],
    ['stranger', 'nothing'],
    ['nurse+patient ~ patient/*.rs', 'minimal'],
  ])('%s who knows the exact INS gets %s', async (caller, kind) => {
    for (const more of ['', '&_count=5', '&_format=json', '&_pretty=true']) {
      expect([more, kindOf(await as(caller).get(`/Patient?identifier=${testIns}|${ins}${more}`))]).toEqual([more, kind]);
    }
    const post = await as(caller).send('POST', '/Patient/_search', { 'Content-Type': 'application/x-www-form-urlencoded' }, `identifier=${testIns}|${ins}`);
    expect(kindOf(post)).toBe(kind);
    const count = await as(caller).get(`/Patient?identifier=${testIns}|${ins}&_summary=count`);
    expect(count.body.total).toBe(kind === 'nothing' ? 0 : 1);
    expect(kindOf(await as(caller).get(`/Patient?identifier=${testIns}|${unknown}`))).toBe('nothing');
  });

  it('says id, that identifier, the state of the record and that it is a part', async () => {
    const { body } = await as('nurse').get(`/Patient?identifier=${testIns}|${ins}`);
    expect(body.entry[0].resource).toEqual({
      resourceType: 'Patient',
      id: known.key,
      meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }] },
      identifier: [{ system: testIns, value: ins }],
      active: true,
    });
  });

  const near = [
    `identifier=${ins}`,
    `identifier=|${ins}`,
    `identifier=${testIns}|`,
    `identifier=${testIns}|${ins},${testIns}|${unknown}`,
    `identifier=${testIns}|${ins}&identifier=${testIns}|${ins}`,
    `identifier=${testIns}|${ins}&gender=female`,
    `identifier=${testIns}|${ins}&_id=KEY`,
    `identifier=${testIns}|${ins}&_sort=birthdate`,
    `identifier=${testIns}|${ins}&_include=Patient:organization`,
    `identifier=${testIns}|${ins}&_revinclude=DocumentReference:patient`,
    `identifier:not=${testIns}|${unknown}`,
    `_id=KEY`,
    `family=Lefevre`,
    `birthdate=1979-03-15`,
  ];
  it.each(near)('%s is no exact form: the full rule', async (query) => {
    const asked = `/Patient?${query.replace('KEY', known.key)}`;
    for (const caller of ['nurse', 'other', 'hospital']) {
      const reply = await as(caller).get(asked);
      expect([caller, reply.status, kindOf(reply)]).toEqual([caller, 200, 'nothing']);
    }
    for (const caller of ['insurance', 'agent', 'secretary', 'operator']) expect([caller, (await as(caller).get(asked)).status]).toEqual([caller, 403]);
  });

  it('is not referred to by a token of another record, or of an emergency there', async () => {
    const wanted = { 'If-None-Exist': `identifier=${testIns}|${ins}` };
    const bound = { ...claims.professional({ rpps: '10003461033', patient: 'aaaaaaaaaaaaa', vitale: [cx(ins)] }), scope: 'patient/*.cruds' };
    const elsewhere = claims.professional({ rpps: '10003461033', patient: 'aaaaaaaaaaaaa', mode: 'BTG', reason: 'x', vitale: [cx(ins)] });
    for (const [name, of, status] of [
      ['here', claims.professional({ rpps: '10003461033', vitale: [cx(ins)] }), 200],
      ['bound elsewhere', bound, 403],
      ['an emergency elsewhere', elsewhere, 403],
    ] as const) {
      const reply = await carnet.as(of).post('/Patient', patient(ins), wanted);
      expect([name, reply.status]).toEqual([name, status]);
    }
  });

  it('says closed where the holder has closed it', async () => {
    const closed = idIn(await as('holder').post('/Consent', consent('opening', known.key, { type: 'deny' })));
    expect((await as('nurse').get(`/Patient?identifier=${testIns}|${ins}`)).body.entry[0].resource.active).toBe(false);
    expect((await as('holder').patch(`/Consent/${closed}`, [{ op: 'replace', path: '/status', value: 'inactive' }])).status).toBe(200);
    expect((await as('nurse').get(`/Patient?identifier=${testIns}|${ins}`)).body.entry[0].resource.active).toBe(true);
  });

  it('is not read by id', async () => {
    for (const caller of ['nurse', 'other', 'hospital']) expect((await as(caller).get(`/Patient/${known.key}`)).status).toBe(404);
  });

  it('is not for the operator', async () => {
    expect((await as('operator').get(`/Patient?identifier=${testIns}|${ins}`)).status).toBe(403);
  });

  it('needs a scope on Patient', async () => {
    expect((await as('nurse ~ user/DocumentReference.rs').get(`/Patient?identifier=${testIns}|${ins}`)).status).toBe(403);
  });

  it('a chain by the exact INS finds own deposits, and by anything else of a hidden person nothing', async () => {
    const found = async (query: string): Promise<number> => idsOf(await as('hospital').get(`/DocumentReference?${query}`)).length;
    expect(await found(`patient.identifier=${testIns}|${ins}`)).toBe(1);
    expect(await found(`subject.identifier=${testIns}|${ins}`)).toBe(1);
    for (const query of [`patient.identifier=${ins}`, `patient.identifier=${testIns}|${ins},${testIns}|${unknown}`, 'patient.family=Lefevre', 'patient.gender=female', `patient.identifier=${testIns}|${unknown}`]) {
      expect([query, await found(query)]).toEqual([query, 0]);
    }
    expect(await found(`patient.identifier=${testIns}|${ins}&patient.gender=female`)).toBe(0);
  });

  it('traces: the holder all, a professional his own acts and those in his name, others none', async () => {
    const seen = async (caller: string): Promise<readonly string[]> => {
      const { status, body } = await as(caller).get(`/AuditEvent?patient=Patient/${known.key}&_count=500`);
      if (status !== 200) return [String(status)];
      return [...new Set<string>((body.entry ?? []).map(({ resource }: Body) => resource.agent[0].who.identifier?.value ?? 'other'))];
    };
    await as('doctor').get(`/DocumentReference?patient=Patient/${known.key}`);
    await as('hospital').get(`/DocumentReference?patient=Patient/${known.key}`);
    expect(await seen('holder')).toEqual(expect.arrayContaining(['10003461033', '750712184', 'agent']));
    // What a secretary did was done in his name.
    expect(await seen('doctor')).toEqual(['10003461033', `secretary-${known.key}`]);
    for (const caller of ['hospital', 'stranger']) expect([caller, await seen(caller)]).toEqual([caller, []]);
    for (const caller of ['insurance', 'agent', 'operator', 'secretary']) expect([caller, await seen(caller)]).toEqual([caller, ['403']]);
  });
});
