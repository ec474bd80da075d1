// Lists made while the label of their document changes: at the end each is hidden exactly where the document is.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Carnet, type Client, idsOf, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, mask, patient } from '../resources.ts';

const ins = '279035121518989';
let carnet: Carnet;
let key = '';
let holder: Client;
let hospital: Client;
let doctor: Client;

const idOf = (location: string | undefined): string => /\/([^/]+)\/_history\/1$/.exec(location ?? '')?.[1] ?? '';

beforeAll(async () => {
  carnet = await startCarnet();
  const agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
  holder = carnet.as(claims.holder(cx(ins)));
  hospital = carnet.as(claims.structure('750712184'));
  doctor = carnet.as(claims.professional({ rpps: '10003461033' }));
  key = idOf((await agent.post('/Patient', patient(ins))).headers.location);
  await agent.post('/Consent', consent('opening', key, { type: 'permit' }));
  await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: '10003461033' })] }));
});
afterAll(async () => await carnet.stop());

/** Whoever loses too often against the Lists is told to try again. */
async function untilDone(id: string): Promise<Reply> {
  const reply = await holder.patch(`/DocumentReference/${id}`, mask);
  return reply.status === 503 ? await untilDone(id) : reply;
}

it('a List and a change of labels never both win', async () => {
  for (let round = 0; round < 12; round += 1) {
    const document1 = idOf((await hospital.post('/DocumentReference', document(key, '34112-3'))).headers.location);
    const list = {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      subject: { reference: `Patient/${key}` },
      entry: [{ item: { reference: `DocumentReference/${document1}` } }],
    };
    const many = Array.from({ length: 6 }, async () => await hospital.post('/List', list));
    const [masked, ...made] = await Promise.all([untilDone(document1), ...many]);
    expect([masked.status, ...made.map(({ status }) => status)].filter((status) => status >= 300 && status !== 503)).toEqual([]);
    const seen = idsOf(await doctor.get(`/List?patient=Patient/${key}&_count=200`));
    expect([round, masked.status, (await doctor.get(`/DocumentReference/${document1}`)).status, seen]).toEqual([round, 200, 404, []]);
  }
});
