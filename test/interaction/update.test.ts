// Update by id: who may change what of which type, what stays, and what follows. https://hl7.org/fhir/R4/http.html#update
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, mask, patient, vaccination } from '../resources.ts';
import { type Ground, idIn, ins, openGround, written } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround({ telecom: [{ system: 'phone', value: '0102030405' }] });
});
afterAll(async () => await ground.stop());

type Name = Parameters<Ground['as']>[0];
async function put(client: Client, path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return await client.send('PUT', path, { 'Content-Type': 'application/fhir+json', ...headers }, JSON.stringify(body));
}
const as = (name: Name): Client => ground.as(name);
const created = async (name: Name, type: string, body: object): Promise<string> =>
  idIn(written(await as(name).post(`/${type}`, body)));
const current = async (name: Name, path: string): Promise<Body> => (await as(name).get(path)).body;
const immunization = (more: object = {}): object => vaccination(ground.key, { ...more });

describe('a deposit', () => {
  it('is replaced by its depositor, version by version', async () => {
    const id = await created('hospital', 'Immunization', immunization());
    const reply = await put(as('hospital'), `/Immunization/${id}`, immunization({ id, lotNumber: 'L' }), { 'If-Match': 'W/"1"' });
    expect([reply.status, reply.headers.etag]).toEqual([200, 'W/"2"']);
    expect(reply.body).toMatchObject({ id, lotNumber: 'L', meta: { versionId: '2' } });
    expect((await as('doctor').get('/Immunization?lot-number=L&_total=accurate')).body.total).toBe(1);
  });

  it('makes no version where nothing changes', async () => {
    const id = await created('hospital', 'Immunization', immunization());
    const reply = await put(as('hospital'), `/Immunization/${id}`, await current('hospital', `/Immunization/${id}`));
    expect([reply.status, reply.headers.etag]).toEqual([200, 'W/"1"']);
  });

  it('keeps the digits and the order of what was sent', async () => {
    const id = await created('hospital', 'Immunization', immunization());
    const sent = `{"resourceType":"Immunization","id":"${id}","status":"completed","patient":{"reference":"Patient/${ground.key}"},"vaccineCode":{"text":"DTP"},"occurrenceDateTime":"2026-10-01","doseQuantity":{"value":1.500}}`;
    const reply = await as('hospital').send('PUT', `/Immunization/${id}`, { 'Content-Type': 'application/fhir+json' }, sent);
    expect(reply.text).toContain('"doseQuantity":{"value":1.500}');
  });

  it('keeps its labels where none is sent, and takes none that the caller may not set', async () => {
    const id = await created('hospital', 'DocumentReference', document(ground.key, '34112-3'));
    written({ ...(await as('holder').patch(`/DocumentReference/${id}`, mask)), status: 201 });
    const { meta: _meta, securityLabel: _label, ...bare } = await current('hospital', `/DocumentReference/${id}`);
    const reply = await put(as('hospital'), `/DocumentReference/${id}`, { ...bare, description: 'corrigé' });
    expect(reply.body).toMatchObject({
      description: 'corrigé',
      meta: { versionId: '3', security: [{ code: 'MASQUE_PS' }] },
      securityLabel: [{ coding: [{ code: 'MASQUE_PS' }] }],
    });
    const other = await created('hospital', 'DocumentReference', document(ground.key, '34112-3'));
    const masked = { ...(await current('hospital', `/DocumentReference/${other}`)), securityLabel: [mask[0]?.value] };
    expectOutcome(await put(as('hospital'), `/DocumentReference/${other}`, masked), 403);
  });

  const cases: readonly (readonly [string, Name, (id: string) => object, number, string | undefined])[] = [
    ['by another depositor', 'clinic', (id) => immunization({ id, lotNumber: 'x' }), 404, undefined],
    ['by the médecin traitant, who sees it', 'doctor', (id) => immunization({ id, lotNumber: 'x' }), 403, undefined],
    ['by the holder, who did not deposit it', 'holder', (id) => immunization({ id, lotNumber: 'x' }), 403, undefined],
    ['by the insurance', 'insurance', (id) => immunization({ id, lotNumber: 'x' }), 404, undefined],
    ['by a stranger', 'stranger', (id) => immunization({ id, lotNumber: 'x' }), 404, undefined],
    [
      'with another patient',
      'hospital',
      (id) => immunization({ id, patient: { reference: 'Patient/aaaaaaaaaaaaa' } }),
      422,
      'Immunization.patient',
    ],
    ['without id', 'hospital', () => immunization(), 400, 'Immunization.id'],
    ['with another id', 'hospital', () => immunization({ id: 'x' }), 400, 'Immunization.id'],
    ['of another type', 'hospital', (id) => ({ ...document(ground.key, '34112-3'), id }), 400, 'resourceType'],
    ['that is invalid', 'hospital', (id) => immunization({ id, status: 'nowhere' }), 422, 'Immunization.status'],
  ];
  it.each(cases)('is not replaced %s', async (_title, name, body, status, expression) => {
    const id = await created('hospital', 'Immunization', immunization());
    expectOutcome(await put(as(name), `/Immunization/${id}`, body(id)), status, expression);
    expect((await current('hospital', `/Immunization/${id}`)).meta.versionId).toBe('1');
  });

  it('that is not there is not made by its id, and one that is deleted does not come back', async () => {
    expectOutcome(await put(as('hospital'), '/Immunization/nobody', immunization({ id: 'nobody' })), 404);
    const id = await created('hospital', 'Immunization', immunization());
    await as('hospital').delete(`/Immunization/${id}`);
    expectOutcome(await put(as('hospital'), `/Immunization/${id}`, immunization({ id })), 410);
    expectOutcome(await put(as('clinic'), `/Immunization/${id}`, immunization({ id })), 404);
  });

  it.each([
    ['content', { content: [{ attachment: { contentType: 'text/plain', data: 'eA==', title: 'x' } }] }],
    ['relatesTo', { relatesTo: [{ code: 'appends', target: { reference: 'DocumentReference/x' } }] }],
    ['masterIdentifier', { masterIdentifier: { system: 'urn:x', value: '9' } }],
  ])('of a document keeps its %s', async (element, more) => {
    const id = await created('hospital', 'DocumentReference', document(ground.key, '34112-3'));
    const changed = { ...(await current('hospital', `/DocumentReference/${id}`)), ...more };
    expectOutcome(await put(as('hospital'), `/DocumentReference/${id}`, changed), 422, `DocumentReference.${element}`);
  });
});

describe('what rules the record', () => {
  const plain = (id: string, more: object = {}): object => ({
    ...patient(ins),
    id,
    telecom: [{ system: 'phone', value: '0600000000' }],
    ...more,
  });

  it('lets the holder change his contact details, and nothing else of his identity', async () => {
    const was = await current('holder', `/Patient/${ground.key}`);
    const reply = await put(as('holder'), `/Patient/${ground.key}`, {
      ...was,
      telecom: [{ system: 'phone', value: '0600000000' }],
    });
    expect([reply.status, reply.body.telecom[0].value]).toEqual([200, '0600000000']);
    expectOutcome(await put(as('holder'), `/Patient/${ground.key}`, { ...was, birthDate: '1990-01-01' }), 403);
    for (const name of ['doctor', 'hospital', 'agent'] as const)
      expect([403, 404]).toContain((await put(as(name), `/Patient/${ground.key}`, plain(ground.key))).status);
  });

  it('takes a changed wish at once', async () => {
    const permit = consent('sharing', ground.key, { type: 'permit', actor: [actor({ rpps: '10000000010' })] });
    await created('hospital', 'DocumentReference', document(ground.key, '34112-3'));
    const id = await created('holder', 'Consent', permit);
    expect((await as('stranger').get('/DocumentReference?_summary=count')).body.total).toBeGreaterThan(0);
    const was = await current('holder', `/Consent/${id}`);
    const changed = { ...was, provision: { type: 'permit', actor: [actor({ rpps: '10000000019' })] } };
    expect((await put(as('holder'), `/Consent/${id}`, changed)).status).toBe(200);
    expect((await as('stranger').get('/DocumentReference?_summary=count')).body.total).toBe(0);
    expectOutcome(await put(as('holder'), `/Consent/${id}`, { ...changed, provision: { type: 'permit' } }), 422);
  });

  it('takes a changed care team at once', async () => {
    const team = (rpps: string): object => ({
      resourceType: 'CareTeam',
      status: 'active',
      subject: { reference: `Patient/${ground.key}` },
      participant: [{ member: { identifier: { system: 'https://rpps.esante.gouv.fr', value: rpps } } }],
    });
    const id = await created('holder', 'CareTeam', team('10000000019'));
    expectOutcome(await as('stranger').get(`/CareTeam/${id}`), 404);
    expect((await put(as('holder'), `/CareTeam/${id}`, { ...team('10000000010'), id })).status).toBe(200);
    expect((await as('stranger').get(`/CareTeam/${id}`)).status).toBe(200);
    expectOutcome(await put(as('stranger'), `/CareTeam/${id}`, { ...team('10000000011'), id }), 404);
  });

  it('keeps guardianship to agent and operator', async () => {
    const child = '115067512345628';
    const agent = ground.carnet.as(claims.agent({ vitale: [cx(child)] }));
    const key = idIn(written(await agent.post('/Patient', patient(child, { birthDate: '2015-06-07' }))));
    written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
    const parent = {
      resourceType: 'RelatedPerson',
      active: true,
      extension: [
        { url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof', valueAttachment: { title: 'Livret' } },
      ],
      patient: { reference: `Patient/${key}` },
      relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'FTH' }] }],
      period: { start: '2015-06-07', end: '2033-06-07' },
    };
    const id = idIn(written(await agent.post('/RelatedPerson', parent)));
    const father = ground.carnet.as(claims.related(id));
    expect((await father.get(`/Patient/${key}`)).status).toBe(200);
    const longer = { ...parent, id, period: { start: '2015-06-07', end: '2043-06-07' } };
    expectOutcome(await put(father, `/RelatedPerson/${id}`, longer), 403);
    const ended = { ...parent, id, period: { start: '2015-06-07', end: '2025-06-07' } };
    expect((await put(agent, `/RelatedPerson/${id}`, ended)).status).toBe(200);
    expectOutcome(await father.get(`/Patient/${key}`), 404);
  });
});

describe('the directory', () => {
  const practitioner = (more: object = {}): object => ({
    resourceType: 'Practitioner',
    identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10009999999' }],
    name: [{ family: 'Durand' }],
    ...more,
  });

  it('is written by the operator, who chooses ids', async () => {
    const first = await put(as('operator'), '/Practitioner/durand', practitioner({ id: 'durand' }));
    expect([first.status, first.headers.location]).toEqual([201, 'http://carnet.test/fhir/Practitioner/durand/_history/1']);
    const second = await put(as('operator'), '/Practitioner/durand', practitioner({ id: 'durand', active: true }));
    expect([second.status, second.headers.etag]).toEqual([200, 'W/"2"']);
    await as('operator').delete('/Practitioner/durand');
    const back = await put(as('operator'), '/Practitioner/durand', practitioner({ id: 'durand' }));
    expect([back.status, back.headers.etag]).toEqual([201, 'W/"4"']);
  });

  it('keeps RPPS and FINESS', async () => {
    await put(as('operator'), '/Practitioner/petit', practitioner({ id: 'petit' }));
    const other = practitioner({ id: 'petit', identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10008888888' }] });
    expectOutcome(await put(as('operator'), '/Practitioner/petit', other), 422, 'Practitioner.identifier');
  });

  it.each<Name>(['holder', 'doctor', 'hospital', 'agent', 'insurance'])('is not written by %s', async (name) => {
    const reply = await put(as(name), '/Practitioner/other', practitioner({ id: 'other' }));
    expect([403, 404]).toContain(reply.status);
    expectOutcome(await as('operator').get('/Practitioner/other'), 404);
  });
});

describe('the testers', () => {
  it('choose any id, and bring back what was deleted', async () => {
    const body = { resourceType: 'Patient', id: 'A.b-1', name: [{ family: 'Test' }] };
    expect((await put(as('tester'), '/Patient/A.b-1', body)).status).toBe(201);
    expect((await put(as('tester'), '/Patient/A.b-1', { ...body, active: true })).headers.etag).toBe('W/"2"');
    expect((await as('tester').delete('/Patient/A.b-1')).status).toBe(204);
    expect((await put(as('tester'), '/Patient/A.b-1', body)).headers.etag).toBe('W/"4"');
    expectOutcome(await as('holder').get('/Patient/A.b-1'), 404);
  });

  it('give a document other bytes', async () => {
    const sent = {
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain', data: 'eA==' } }],
    };
    expect((await put(as('tester'), '/DocumentReference/d', sent)).status).toBe(201);
    const next = { ...sent, content: [{ attachment: { contentType: 'text/plain', data: 'eXk=' } }] };
    const reply = await put(as('tester'), '/DocumentReference/d', next);
    expect(reply.body.content[0].attachment).toMatchObject({ size: 2, url: expect.stringContaining('/Binary/') });
    expect((await as('tester').get(reply.body.content[0].attachment.url, { Accept: '*/*' })).text).toBe('yy');
  });
});

describe('bytes', () => {
  it('are deleted by their depositor until a document has them', async () => {
    const headers = { 'Content-Type': 'text/plain', 'X-Security-Context': `Patient/${ground.key}` };
    const id = idIn(await as('hospital').send('POST', '/Binary', headers, 'x'));
    expectOutcome(await as('clinic').delete(`/Binary/${id}`), 404);
    expect((await as('hospital').delete(`/Binary/${id}`)).status).toBe(204);
    expectOutcome(await as('hospital').get(`/Binary/${id}`), 410);
    const document_ = written(await as('hospital').post('/DocumentReference', document(ground.key, '34112-3')));
    const path = new URL(document_.body.content[0].attachment.url).pathname.replace('/fhir', '');
    expectOutcome(await as('hospital').delete(path), 409);
    expectOutcome(await as('clinic').delete(path), 404);
  });
});
