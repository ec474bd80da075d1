// Who opens a record, in both regimes: the two writes of everybody whom the law names, and of nobody else.
// https://hl7.org/fhir/R4/consent.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { consent, document, patient, testIns } from '../resources.ts';
import { finess, idIn } from './ground.ts';

const rpps = '10003461033';
const professional = (more: object = {}): Claims => claims.professional({ rpps, ...more });
const structure = (...vitale: readonly string[]): Claims => ({ ...claims.structure(finess), vitale });

/** By the INS. The parent's card lists the child's INS after her own. */
const openers: Readonly<Record<string, (ins: string) => Claims>> = {
  'the holder from his account': (ins) => claims.holder(cx(ins)),
  'a reception agent with his card': (ins) => claims.agent({ vitale: [cx(ins)] }),
  'an agent, for a child, with a parent’s card': (ins) => claims.agent({ vitale: [cx('279035121518989'), cx(ins)] }),
  'the admission desk of a structure with his card': (ins) => structure(cx(ins)),
  'a professional with his card': (ins) => professional({ vitale: [cx(ins)] }),
  'a nurse with his card': (ins) => professional({ profession: '60', vitale: [cx(ins)] }),
};
const others: Readonly<Record<string, (ins: string) => Claims>> = {
  'another holder': () => claims.holder(cx('180067512345643')),
  'an agent without a card': () => claims.agent(),
  'an agent with another card': () => claims.agent({ vitale: [cx('279035121518989')] }),
  'a structure without a card': () => structure(),
  'a professional without a card': () => professional(),
  'a professional in an emergency, with his card': (ins) =>
    professional({ mode: 'BTG', reason: 'inconscient', person: cx(ins), vitale: [cx(ins)] }),
  'a secretary with his card': (ins) => ({
    ...claims.delegate({ rpps, secretary: { sub: 'secretary' } }),
    vitale: [cx(ins)],
  }),
  'the insurance': () => claims.feeder(),
  'the operator': () => claims.operator(),
  'a representative': () => claims.related('aaaaaaaaaaaaa-aaaaaaaaaaaaa'),
};

let serial = 0;
const anybody = (): string => `1810351${String(++serial).padStart(8, '0')}`;

describe.each(['2018', '2022'] as const)('regime %s', (regime) => {
  let carnet: Carnet;
  beforeAll(async () => {
    carnet = await startCarnet({ regime });
  });
  afterAll(async () => await carnet.stop());

  const status = async (ins: string): Promise<string> => {
    const reply = await carnet.as(claims.agent()).get(`/Patient/$record-status?identifier=${testIns}|${ins}`);
    return reply.body.parameter[0].valueCode;
  };
  const takes = async (key: string): Promise<number> =>
    (await carnet.as(claims.structure(finess)).post('/DocumentReference', document(key, '34112-3'))).status;

  it.each(Object.entries(openers))('%s', async (_name, said) => {
    const ins = anybody();
    const opener = carnet.as(said(ins));
    expect(await status(ins)).toBe('none');
    const made = await opener.post('/Patient', patient(ins));
    expect(made.status).toBe(201);
    const key = idIn(made);
    expect([await status(ins), await takes(key)]).toEqual(regime === '2018' ? ['closed', 422] : ['open', 201]);
    expect((await opener.post('/Consent', consent('opening', key, { type: 'permit' }))).status).toBe(201);
    expect([await status(ins), await takes(key)]).toEqual(['open', 201]);
    expect((await opener.post('/Patient', patient(ins))).status).toBe(409);
  });

  it('nobody else', async () => {
    const ins = anybody();
    const tried = async (path: string, body: object): Promise<readonly (readonly [string, number])[]> =>
      await Promise.all(
        Object.entries(others).map(async ([name, said]) => [name, (await carnet.as(said(ins)).post(path, body)).status] as const),
      );
    const made = await tried('/Patient', patient(ins));
    expect(made.filter(([, answer]) => answer !== 403)).toEqual([]);
    expect(await status(ins)).toBe('none');
    const key = idIn(await carnet.as(claims.holder(cx(ins))).post('/Patient', patient(ins)));
    const opened = await tried('/Consent', consent('opening', key, { type: 'permit' }));
    expect(opened.filter(([, answer]) => answer !== 403 && answer !== 422)).toEqual([]);
    expect(await status(ins)).toBe(regime === '2018' ? 'closed' : 'open');
  });

  it('in one transaction', async () => {
    const ins = anybody();
    const desk = carnet.as(structure(cx(ins)));
    const opening = {
      ...consent('opening', undefined, { type: 'permit' }),
      patient: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' },
    };
    const entry = [
      {
        fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001',
        resource: patient(ins),
        request: { method: 'POST', url: 'Patient' },
      },
      { resource: opening, request: { method: 'POST', url: 'Consent' } },
    ];
    expect((await desk.post('/', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    expect(await status(ins)).toBe('open');
  });
});
