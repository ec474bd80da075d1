// Relations end: a guardianship by whoever may record one, a mandate with the person whom it names.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, type Client, idsOf, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, patient } from '../resources.ts';

const ins = '279035121518989';
const coded = (code: string): object[] => [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }];

describe('a related person', () => {
  let carnet: Carnet;
  let holder: Client;
  let agent: Client;
  let key = '';
  beforeAll(async () => {
    carnet = await startCarnet();
    holder = carnet.as(claims.holder(cx(ins)));
    agent = carnet.as(claims.agent({ vitale: [cx(ins)] }));
    key = (await holder.post('/Patient', patient(ins))).body.id;
    await holder.post('/Consent', consent('opening', key, { type: 'permit' }));
  });
  afterAll(async () => await carnet.stop());

  it('with a mandate reads no more once she is deleted, and the mandate is inactive', async () => {
    const person = await holder.post('/RelatedPerson', {
      resourceType: 'RelatedPerson',
      patient: { reference: `Patient/${key}` },
      relationship: coded('BRO'),
    });
    const mandate = await holder.post(
      '/Consent',
      consent('mandate', key, { type: 'permit', actor: [actor({ reference: `RelatedPerson/${person.body.id}` })] }),
    );
    const relative = carnet.as(claims.related(person.body.id));
    expect(idsOf(await relative.get('/Patient'))).toEqual([key]);
    expect((await holder.delete(`/RelatedPerson/${person.body.id}`)).status).toBe(204);
    expect(idsOf(await relative.get('/Patient'))).toEqual([]);
    expect((await holder.get(`/Consent/${mandate.body.id}`)).body.status).toBe('inactive');
  });

  it('in charge is so until agent or operator ends it, not the holder', async () => {
    const made = await agent.post('/RelatedPerson', {
      resourceType: 'RelatedPerson',
      patient: { reference: `Patient/${key}` },
      relationship: coded('GUARD'),
      extension: [
        { url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof', valueAttachment: { title: 'Jugement' } },
      ],
      period: { start: '2026-01-01', end: '2031-01-01' },
    });
    expect(made.status).toBe(201);
    const [, id = ''] = /RelatedPerson\/([^/]+)\//.exec(made.headers.location ?? '') ?? [];
    const guardian = carnet.as(claims.related(id));
    expect(idsOf(await guardian.get('/Patient'))).toEqual([key]);
    expect((await holder.delete(`/RelatedPerson/${id}`)).status).toBe(403);
    expect((await agent.delete(`/RelatedPerson/${id}`)).status).toBe(204);
    expect(idsOf(await guardian.get('/Patient'))).toEqual([]);
  });
});
