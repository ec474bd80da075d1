// The directory: written by the operator, read by every recognised caller; a Device is of it where it has no patient, else of a record.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, type Client, idsOf, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, patient } from '../resources.ts';
import { clientOf, type Known } from './people.ts';

const ins = '279035121518989';
const system = 'urn:example:directory';
const json = { 'Content-Type': 'application/fhir+json' };
const identifier = [{ system, value: 'one' }];
const everybody = ['holder', 'stranger', 'doctor', 'nurse', 'hospital', 'insurance', 'agent', 'operator', 'secretary', 'doctor@BTG'];
const types = {
  PractitionerRole: { identifier, practitioner: { display: 'Dr Martin' }, active: true },
  Location: { identifier, name: 'Accueil' },
  HealthcareService: { identifier, name: 'Cardiologie' },
  Device: { identifier, serialNumber: 'A1' },
};

describe('the directory', () => {
  let carnet: Carnet;
  let known: Known = { ins, key: '', ids: new Map(), types: new Map() };
  const ids = new Map<string, string>();
  const as = (name: string): Client => clientOf(carnet, name, known);
  const idOf = (location: string | undefined): string => /\/([^/]+)\/_history\/1$/.exec(location ?? '')?.[1] ?? '';

  beforeAll(async () => {
    carnet = await startCarnet();
    const agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
    const key = idOf((await agent.post('/Patient', patient(ins))).headers.location);
    known = { ...known, key };
    expect((await agent.post('/Consent', consent('opening', key, { type: 'permit' }))).status).toBe(201);
    const permit = consent('sharing', key, { type: 'permit', actor: [actor({ rpps: '10003461033' })] });
    expect((await as('holder').post('/Consent', permit)).status).toBe(201);
    for (const [type, elements] of Object.entries(types)) {
      const { status, headers } = await as('operator').post(`/${type}`, { resourceType: type, ...elements });
      expect([type, status]).toEqual([type, 201]);
      ids.set(type, idOf(headers.location));
    }
    const worn = { resourceType: 'Device', identifier, serialNumber: 'A2', patient: { reference: `Patient/${key}` } };
    ids.set('worn', idOf((await as('hospital').post('/Device', worn)).headers.location));
  });
  afterAll(async () => await carnet.stop());

  describe.each(Object.keys(types))('%s', (type) => {
    it.each(everybody)('is read and found by %s', async (caller) => {
      const id = ids.get(type) ?? '';
      expect((await as(caller).get(`/${type}/${id}`)).status).toBe(200);
      const found = idsOf(await as(caller).get(`/${type}?identifier=${system}|one`));
      expect(found).toContain(id);
      expect(idsOf(await as(caller).get(`/${type}?_id=${id}`))).toEqual([id]);
      expect((await as(caller).get(`/${type}?identifier=${system}|one&_summary=count`)).body.total).toBe(found.length);
    });

    it.each(everybody.filter((name) => name !== 'operator'))('is not written by %s', async (caller) => {
      const resource = { resourceType: type, ...types.Device, ...types.Location, ...{ serialNumber: undefined, name: undefined } };
      expect((await as(caller).post(`/${type}`, resource)).status).toBe(403);
      const change = await as(caller).patch(`/${type}/${ids.get(type)}`, [{ op: 'replace', path: '/identifier/0/value', value: 'two' }]);
      expect([403, 404]).toContain(change.status);
      expect([403, 404]).toContain((await as(caller).delete(`/${type}/${ids.get(type)}`)).status);
    });
  });

  it.each([
    ['holder', 200],
    ['doctor', 200],
    ['hospital', 200],
    ['nurse', 404],
    ['stranger', 404],
    ['operator', 404],
    ['insurance', 404],
    ['agent', 404],
    ['secretary', 404],
  ])('a Device of a patient: %s gets %d, and the directory beside it', async (caller, status) => {
    const [worn = '', shelved = ''] = [ids.get('worn'), ids.get('Device')];
    const expected = status === 200 ? [shelved, worn].toSorted() : [shelved];
    expect((await as(caller).get(`/Device/${worn}`)).status).toBe(status);
    expect(idsOf(await as(caller).get(`/Device?identifier=${system}|one`)).toSorted()).toEqual(expected);
    expect(idsOf(await as(caller).get(`/Device?_id=${worn},${shelved}`)).toSorted()).toEqual(expected);
    expect(idsOf(await as(caller).get(`/Device?patient=Patient/${known.key}`))).toEqual(status === 200 ? [worn] : []);
    expect((await as(caller).get(`/Device?identifier=${system}|one&_summary=count`)).body.total).toBe(expected.length);
  });

  it('the operator learns of no id of a record that it is taken', async () => {
    const worn = ids.get('worn') ?? '';
    const ask = async (id: string): Promise<readonly [number, string]> => {
      const { status, text } = await as('operator').send('PUT', `/Device/${id}`, json, JSON.stringify({ resourceType: 'Device', id }));
      return [status, text.replaceAll(id, '…')];
    };
    const free = await ask(`${worn.slice(0, -1)}${worn.endsWith('a') ? 'b' : 'a'}`);
    expect(free[0]).toBe(404);
    expect(await ask(worn)).toEqual(free);
    expect((await ask('shelf-1'))[0]).toBe(201);
  });

  it('a Device stays where it is', async () => {
    const path = '/patient';
    const [worn, shelved] = [ids.get('worn'), ids.get('Device')];
    const given = await as('operator').patch(`/Device/${shelved}`, [{ op: 'add', path, value: { reference: `Patient/${known.key}` } }]);
    expect([given.status, given.body.issue[0].expression]).toEqual([422, ['Device.patient']]);
    expect((await as('hospital').patch(`/Device/${worn}`, [{ op: 'remove', path }])).status).toBe(422);
    expect((await as('operator').patch(`/Device/${shelved}`, [{ op: 'replace', path: '/serialNumber', value: 'A3' }])).status).toBe(200);
  });

  it('what refers to a Device is found with it, in the records that the caller may see', async () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/${known.key}` },
      device: { reference: `Device/${ids.get('Device')}` },
    };
    const made = idOf((await as('hospital').post('/Observation', observation)).headers.location);
    for (const [caller, expected] of [['doctor', [made]], ['hospital', [made]], ['holder', [made]], ['nurse', []]] as const) {
      const reply = await as(caller).get(`/Device?_id=${ids.get('Device')}&_revinclude=Observation:device`);
      expect([caller, idsOf(reply, 'include')]).toEqual([caller, expected]);
      const including = await as(caller).get(`/Observation?patient=Patient/${known.key}&_include=Observation:device`);
      expect([caller, idsOf(including, 'include')]).toEqual([caller, expected.length === 0 ? [] : [ids.get('Device')]]);
      const chained = await as(caller).get(`/Observation?patient=Patient/${known.key}&device.identifier=${system}|one`);
      expect([caller, idsOf(chained)]).toEqual([caller, expected]);
    }
  });
});
