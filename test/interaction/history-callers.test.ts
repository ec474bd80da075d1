// Histories by kind of caller: who is refused, what the law itself wrote, traces, directory, the testers' database.
// https://hl7.org/fhir/R4/http.html#history
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';

let ground: Ground;
let paper = '';
let practitioner = '';
beforeAll(async () => {
  ground = await openGround();
  paper = idIn(written(await as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  const person = { resourceType: 'Practitioner', identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10003461033' }] };
  practitioner = idIn(written(await as('operator').post('/Practitioner', person)));
  await put(as('operator'), `/Practitioner/${practitioner}`, { ...person, id: practitioner, active: true });
});
afterAll(async () => await ground.stop());

type Name = Parameters<Ground['as']>[0];
const as = (name: Name): Client => ground.as(name);
const delegate = (): Client => ground.carnet.as(claims.delegate({ rpps: '10003461033', secretary: { sub: 's' } }));
const put = async (client: Client, path: string, body: object): Promise<Reply> =>
  await client.send('PUT', path, { 'Content-Type': 'application/fhir+json' }, JSON.stringify(body));
const told = ({ body }: Reply): readonly string[] =>
  (body.entry ?? []).map(({ request, response }: Body) => `${request.method} ${response.etag.slice(3, -1)}`);
const typesIn = ({ body }: Reply): ReadonlySet<string> =>
  new Set(body.entry.map(({ fullUrl }: Body) => fullUrl.split('/').at(-2)));

describe('who reads nothing', () => {
  it.each<[string, Name | 'delegate']>([
    ['the health insurance', 'insurance'],
    ['the reception', 'agent'],
    ['the host', 'operator'],
    ['a delegate', 'delegate'],
  ])('%s: 403 of every record type and of the system, whatever exists', async (_kind, name) => {
    const client = name === 'delegate' ? delegate() : as(name);
    const never = 'aaaaaaaaaaaaa-bbbbbbbbbbbbb';
    for (const path of [
      `/DocumentReference/${paper}/_history`,
      `/DocumentReference/${paper}/_history/1`,
      `/DocumentReference/${never}/_history/1`,
      '/DocumentReference/_history',
      '/Patient/_history',
      '/_history',
    ])
      expectOutcome(await client.get(path), 403);
  });
});

describe('the directory', () => {
  it.each<Name>(['holder', 'doctor', 'stranger', 'hospital', 'insurance', 'agent', 'operator'])('%s', async (name) => {
    expect(told(await as(name).get(`/Practitioner/${practitioner}/_history`))).toEqual(['PUT 2', 'POST 1']);
    expect(told(await as(name).get('/Practitioner/_history'))).toEqual(['PUT 2', 'POST 1']);
    expect((await as(name).get(`/Practitioner/${practitioner}/_history/1`)).body).not.toHaveProperty('active');
  });
});

describe('scopes', () => {
  const scoped = (scope: string): Client => ground.carnet.as(claims.professional({ rpps: '10003461033', scope }));
  it.each([
    ['user/*.rs', 200, 200, 200],
    // To read is to read versions; to list is to search.
    ['user/*.r', 200, 403, 403],
    ['user/*.s', 403, 200, 200],
    // The system is every type.
    ['user/DocumentReference.rs', 200, 200, 403],
    ['user/Patient.rs', 403, 403, 403],
    ['user/*.cud', 403, 403, 403],
  ])('%s', async (scope, instance, ofType, system) => {
    const client = scoped(scope);
    const paths = [
      `/DocumentReference/${paper}/_history/1`,
      `/DocumentReference/${paper}/_history`,
      '/DocumentReference/_history',
      '/_history',
    ];
    const statuses = await Promise.all(paths.map(async (path) => (await client.get(path)).status));
    expect(statuses).toEqual([instance, instance, ofType, system]);
  });

  it('bind the system to one record', async () => {
    const other = cx('180067512345643');
    const neighbour = ground.carnet.as(claims.holder(other));
    const theirs = await neighbour.get('/_history');
    expect([...typesIn(theirs)]).toEqual(['Practitioner']);
    const mine = await as('holder').get('/_history?_count=500');
    expect([...typesIn(mine)].toSorted()).toEqual([
      'AuditEvent',
      'Binary',
      'Communication',
      'Consent',
      'DocumentReference',
      'List',
      'Patient',
      'Practitioner',
    ]);
    expect(mine.text).not.toContain('p:10003461033');
  });
});

describe('bris de glace', () => {
  it('reaches one record, where its permit is in force', async () => {
    const urgent = ground.carnet.as(
      claims.professional({ rpps: '10000000015', mode: 'BTG', reason: 'inconscient', patient: ground.key }),
    );
    expect((await urgent.get(`/DocumentReference/${paper}/_history`)).status).toBe(404);
    expect(told(await urgent.get('/DocumentReference/_history'))).toEqual([]);
    const permit = { type: 'permit', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] };
    written(await as('holder').post('/Consent', consent('sharing', ground.key, permit)));
    expect(told(await urgent.get(`/DocumentReference/${paper}/_history`))).toEqual(['POST 1']);
    expect(told(await urgent.get('/DocumentReference/_history'))).toEqual(['POST 1']);
  });
});

describe('what is told by its id', () => {
  it('has the versions of that id: a Consent, to whom it permits', async () => {
    const permitted = ground.carnet.as(claims.professional({ rpps: '10000000060', profession: '60' }));
    const sent = consent('sharing', ground.key, { type: 'permit', actor: [actor({ rpps: '10000000060' })] });
    const id = idIn(written(await as('holder').post('/Consent', sent)));
    expect((await put(as('holder'), `/Consent/${id}`, { ...sent, id, dateTime: '2026-11-25' })).status).toBe(200);
    for (const path of [`/Consent/${id}/_history`, '/Consent/_history']) {
      expect([path, told(await permitted.get(path))]).toEqual([path, ['PUT 2', 'POST 1']]);
      expect(told(await as('stranger').get(path))).toEqual([]);
    }
    expect((await permitted.get(`/Consent/${id}/_history/1`)).status).toBe(200);
    expect((await as('stranger').get(`/Consent/${id}/_history/1`)).status).toBe(404);
  });
});

describe('what the law itself writes', () => {
  it('is a version like others: a declaration ends the one before', async () => {
    const declare = async (rpps: string): Promise<string> =>
      idIn(
        written(
          await as('holder').post(
            '/Consent',
            consent('sharing', ground.key, { type: 'permit', actor: [actor({ rpps }, 'PCP')] }),
          ),
        ),
      );
    const first = await declare('10000000012');
    await declare('10003461033');
    const history = await as('holder').get(`/Consent/${first}/_history`);
    expect(told(history)).toEqual(['PUT 2', 'POST 1']);
    expect(history.body.entry.map(({ resource }: Body) => resource.status)).toEqual(['inactive', 'active']);
    expect((await as('holder').get(`/Consent/${first}/_history/1`)).body.status).toBe('active');
  });

  it('a trace has one version', async () => {
    const [trace] = (await as('holder').get(`/AuditEvent?patient=Patient/${ground.key}&_count=1`)).body.entry;
    expect(told(await as('holder').get(`/AuditEvent/${trace.resource.id}/_history`))).toEqual(['POST 1']);
    expect((await as('holder').get(`/AuditEvent/${trace.resource.id}/_history/1`)).body).toEqual(trace.resource);
    expect((await as('clinic').get(`/AuditEvent/${trace.resource.id}/_history/1`)).status).toBe(404);
  });
});

describe('traces', () => {
  it.each([
    ['vread', () => `/DocumentReference/${paper}/_history/1`],
    ['history-instance', () => `/DocumentReference/${paper}/_history?_since=2026`],
    ['history-type', () => '/DocumentReference/_history?_count=7'],
    ['history-system', () => '/_history?_at=2030&_count=100'],
  ])('%s leaves what says what was delivered', async (interaction, pathOf) => {
    expect((await as('doctor').get(pathOf())).status).toBe(200);
    const { body } = await as('holder').get(`/AuditEvent?patient=Patient/${ground.key}&_count=3`);
    // One for each set of labels: of the system, a SubmissionSet has another than its document, and a notice has none.
    const traces = body.entry.map(({ resource }: Body) => resource).slice(0, interaction === 'history-system' ? 3 : 1);
    for (const { action, subtype, outcome } of traces)
      expect([action, subtype[0].code, outcome]).toEqual(['R', interaction, '0']);
    const entities = traces.flatMap(({ entity }: Body) => entity);
    const named = entities.flatMap(({ what, role }: Body) => (role?.code === '4' ? [what.reference] : []));
    expect(named).toContain(`DocumentReference/${paper}`);
    expect(new Set(named).size).toBe(named.length);
    const asked = entities.flatMap(({ query }: Body) => (query === undefined ? [] : [Buffer.from(query, 'base64').toString()]));
    expect(decodeURIComponent(asked[0])).toContain(pathOf().slice(1).split('?')[0]);
  });

  it('a history of what is not there leaves one too', async () => {
    await as('stranger').get(`/DocumentReference/${paper}/_history`);
    const { body } = await as('holder').get(`/AuditEvent?patient=Patient/${ground.key}&_count=1`);
    expect(body.entry[0].resource).toMatchObject({ subtype: [{ code: 'history-instance' }], outcomeDesc: '404' });
  });
});

describe("the testers' database", () => {
  it('counts on after a deletion, and is apart', async () => {
    const tester = as('tester');
    const basic = (lot: string): object => ({
      resourceType: 'Immunization',
      id: 'mine',
      status: 'completed',
      vaccineCode: { text: lot },
      patient: { reference: 'Patient/x' },
      occurrenceDateTime: '2026',
    });
    expect((await put(tester, '/Immunization/mine', basic('one'))).status).toBe(201);
    expect((await tester.delete('/Immunization/mine')).status).toBe(204);
    expect((await tester.get('/Immunization/mine/_history/2')).status).toBe(410);
    const deleted = new Date().toISOString();
    // The next version is of a later millisecond.
    await setTimeout(2);
    expect((await put(tester, '/Immunization/mine', basic('three'))).status).toBe(201);
    expect((await put(tester, '/Immunization/mine', basic('four'))).status).toBe(200);
    expect((await tester.delete('/Immunization/mine')).status).toBe(204);
    const all = ['DELETE 5', 'PUT 4', 'PUT 3', 'DELETE 2', 'POST 1'];
    for (const path of ['/Immunization/mine/_history', '/Immunization/_history'])
      expect(told(await tester.get(path))).toEqual(all);
    expect(
      (await tester.get('/_history?_count=500')).body.entry.filter(({ fullUrl }: Body) => fullUrl.endsWith('/mine')),
    ).toHaveLength(5);
    expect(told(await tester.get(`/Immunization/mine/_history?_at=${deleted}`))).toEqual(['DELETE 2']);
    expect(told(await tester.get('/Immunization/mine/_history?_at=2099'))).toEqual(['DELETE 5']);
    expect((await tester.get('/Immunization/mine/_history/3')).body.vaccineCode.text).toBe('three');
    expect((await tester.get('/Immunization/mine')).status).toBe(410);
    expect((await tester.get(`/DocumentReference/${paper}/_history`)).status).toBe(404);
    expect((await as('holder').get('/Immunization/mine/_history')).status).toBe(404);
  });
});
