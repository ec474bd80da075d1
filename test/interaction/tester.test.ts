// The testers' own database: R4 alone is enforced there, and nothing of the real one is in it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, type Client, idsOf, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { consent, document, patient } from '../resources.ts';

const ins = '279035121518989';

describe("the testers' database", () => {
  let carnet: Carnet;
  let tester: Client;
  let holder: Client;
  let key = '';
  beforeAll(async () => {
    carnet = await startCarnet();
    tester = carnet.as(claims.tester());
    holder = carnet.as(claims.holder(cx(ins)));
    key = (await holder.post('/Patient', patient(ins))).body.id;
    await holder.post('/Consent', consent('opening', key, { type: 'permit' }));
  });
  afterAll(async () => await carnet.stop());

  it('needs no record, no opening and none of our profiles', async () => {
    const made = await tester.post('/Patient', { resourceType: 'Patient', name: [{ family: 'Test' }] });
    expect(made.status).toBe(201);
    const sent = {
      resourceType: 'DocumentReference',
      status: 'current',
      subject: { reference: 'Patient/whoever' },
      content: [{ attachment: { url: 'http://elsewhere.example/doc' } }],
    };
    const stored = await tester.post('/DocumentReference', sent);
    expect(stored.status).toBe(201);
    expect((await tester.get(`/DocumentReference/${stored.body.id}`)).body.content).toEqual(sent.content);
    for (const query of ['patient=Patient/whoever', 'subject=Patient/whoever', 'patient=whoever', `_id=${stored.body.id}`]) {
      expect([query, idsOf(await tester.get(`/DocumentReference?${query}`))]).toEqual([query, [stored.body.id]]);
    }
    expect(idsOf(await tester.get('/DocumentReference?subject:Patient.name=Test'))).toEqual([]);
  });

  it('enforces R4', async () => {
    const reply = await tester.post('/DocumentReference', { resourceType: 'DocumentReference', status: 'nowhere', content: [] });
    expect(reply.status).toBe(422);
    expect(reply.body.issue.map(({ expression }: { expression: string[] }) => expression[0])).toContain(
      'DocumentReference.status',
    );
  });

  it('deletes: 204 for an unknown id, 410 afterwards for a known one', async () => {
    expect((await tester.delete('/DocumentReference/never-there')).status).toBe(204);
    const { body } = await tester.post('/DocumentReference', document('x', '11502-2'));
    expect((await tester.delete(`/DocumentReference/${body.id}`)).status).toBe(204);
    expect((await tester.get(`/DocumentReference/${body.id}`)).status).toBe(410);
  });

  it('is apart from the real one, both ways', async () => {
    const theirs = await tester.post('/Patient', patient(ins));
    expect(theirs.status).toBe(201);
    expect((await tester.get(`/Patient/${key}`)).status).toBe(404);
    expect((await holder.get(`/Patient/${theirs.body.id}`)).status).toBe(404);
    expect(idsOf(await holder.get('/Patient'))).toEqual([key]);
    expect(idsOf(await tester.get('/AuditEvent?_count=500')).length).toBeGreaterThan(5);
  });
});
