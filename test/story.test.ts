// The main job, whole: a record is opened with consent, a hospital pushes, everybody sees exactly what he may, the holder rules and looks.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, type Client, idsOf, startCarnet } from './carnet.ts';
import { claims, cx } from './identity/issuer.ts';
import { actor, consent, document, mask, patient, testIns } from './resources.ts';

const ins = '279035121518989';
const hospitalFiness = '750712184';
const cda =
  '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Compte rendu d’hospitalisation</title></ClinicalDocument>\n';

describe('the main job', () => {
  let carnet: Carnet;
  const people: Record<string, Client> = {};
  const who = (name: string): Client => {
    const client = people[name];
    if (client === undefined) throw new Error(`nobody is called ${name}`);
    return client;
  };
  let key = '';
  const documents: Record<string, string> = {};

  beforeAll(async () => {
    carnet = await startCarnet();
    const { as } = carnet;
    const professional = (rpps: string, profession: string, more = {}): Client =>
      as(claims.professional({ rpps, profession, ...more }));
    Object.assign(people, {
      agent: as(claims.agent({ vitale: [cx(ins)] })),
      hospital: as(claims.structure(hospitalFiness)),
      doctor: professional('10003461033', '10', { name: 'Dr Claire Martin' }),
      speech: professional('10000000091', '91'),
      chiropodist: professional('10000000080', '80'),
      stranger: professional('10000000010', '10'),
      occupational: professional('10000000025', '10', { specialities: ['SM25'] }),
      insurance: as(claims.feeder()),
      holder: as(claims.holder(cx(ins))),
    });
  });
  afterAll(async () => await carnet.stop());

  const found = async (name: string): Promise<readonly string[]> => {
    const reply = await who(name).get(`/DocumentReference?patient=Patient/${key}`);
    expect(reply.status).toBe(200);
    return idsOf(reply).toSorted();
  };
  const named = (...names: readonly string[]): readonly string[] => names.map((name) => documents[name] ?? '').toSorted();

  it('is opened by a reception agent, with the holder present and his express consent', async () => {
    const made = await who('agent').post('/Patient', patient(ins));
    expect(made.status).toBe(201);
    expect(made.text).toBe('');
    key = /\/Patient\/(\w+)\//.exec(made.headers.location ?? '')?.[1] ?? '';
    const early = await who('hospital').post('/DocumentReference', document(key, '11502-2'));
    expect([early.status, early.body.issue[0].diagnostics]).toEqual([422, 'This record does not take deposits from you']);
    const opened = await who('agent').post('/Consent', consent('opening', key, { type: 'permit' }));
    expect(opened.status).toBe(201);
  });

  it('takes what the hospital pushes, and gives the bytes back unchanged', async () => {
    const identity = await who('hospital').get(`/Patient?identifier=${testIns}|${ins}`);
    expect(identity.body.entry[0].resource).toEqual({
      resourceType: 'Patient',
      id: key,
      meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }] },
      identifier: [{ system: testIns, value: ins }],
      active: true,
    });
    for (const [name, sent] of [
      ['laboratory', document(key, '11502-2')],
      ['hospital', document(key, '34112-3', {}, cda, 'text/xml')],
      ['prescription', document(key, '57833-6')],
    ] as const) {
      const reply = await who('hospital').post('/DocumentReference', sent);
      expect(reply.status).toBe(201);
      documents[name] = reply.body.id;
    }
    const stored = await who('hospital').get(`/DocumentReference/${documents.hospital}`);
    const { url, size } = stored.body.content[0].attachment;
    expect(size).toBe(Buffer.byteLength(cda));
    const bytes = await who('hospital').get(url);
    expect([bytes.headers['content-type'], bytes.text]).toEqual(['text/xml', cda]);
  });

  it('shows each reader what law, consent and profession give him', async () => {
    expect(await found('doctor')).toEqual([]);
    for (const rpps of ['10003461033', '10000000091', '10000000080', '10000000025']) {
      const provision = { type: 'permit', actor: [actor({ rpps })] };
      expect((await who('holder').post('/Consent', consent('sharing', key, provision))).status).toBe(201);
    }
    expect(await found('doctor')).toEqual(named('laboratory', 'hospital', 'prescription'));
    expect(await found('speech')).not.toContain(documents.laboratory);
    expect(await found('chiropodist')).not.toContain(documents.hospital);
    expect(await found('stranger')).toEqual([]);
    expect(await found('occupational')).toEqual([]);
    expect((await who('insurance').get(`/DocumentReference?patient=Patient/${key}`)).status).toBe(403);
    expect(await found('holder')).toEqual(named('laboratory', 'hospital', 'prescription'));
    const chained = await who('doctor').get(
      `/DocumentReference?patient.identifier=${testIns}|${ins}&type=http://loinc.org|34112-3`,
    );
    expect(idsOf(chained)).toEqual(named('hospital'));
  });

  it('obeys a mask and a block at the next request', async () => {
    expect((await who('holder').patch(`/DocumentReference/${documents.prescription}`, mask)).status).toBe(200);
    expect(await found('doctor')).toEqual(named('laboratory', 'hospital'));
    expect((await who('doctor').get(`/DocumentReference/${documents.prescription}`)).status).toBe(404);
    const blocked = await who('holder').post(
      '/Consent',
      consent('sharing', key, { type: 'deny', actor: [actor({ rpps: '10003461033' })] }),
    );
    expect(await found('doctor')).toEqual([]);
    expect(await found('hospital')).toEqual(named('laboratory', 'hospital', 'prescription'));
    const lifted = await who('holder').patch(`/Consent/${blocked.body.id}`, [
      { op: 'replace', path: '/status', value: 'inactive' },
    ]);
    expect(lifted.status).toBe(200);
    expect(await found('doctor')).toEqual(named('laboratory', 'hospital'));
  });

  it('tells the holder who looked', async () => {
    const traces = await who('holder').get(`/AuditEvent?patient=Patient/${key}&_count=100`);
    const requestors = traces.body.entry.map(
      ({ resource }: { resource: { agent: { name?: string; who: { identifier?: { value: string } } }[] } }) =>
        resource.agent[0]?.who.identifier?.value,
    );
    for (const looker of ['10003461033', '10000000091', '10000000010', hospitalFiness]) expect(requestors).toContain(looker);
  });
});
