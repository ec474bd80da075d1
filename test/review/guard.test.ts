// What holds while others write: rules are proved even where they show nothing, a write is done once, and no body is read for a stranger.
import { connect as dial } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, patient } from '../resources.ts';
import { finess, type Ground, idIn, ins, prepare, rpps } from './people.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await prepare();
});
afterAll(async () => await ground.carnet.stop());

describe('a second node of the same database', () => {
  it('obeys at once what the first was told, granting as well as refusing', async () => {
    const database = `review-${process.pid}`;
    const one = await startCarnet({ database });
    const two = await startCarnet({ database });
    try {
      const [agent, holder] = [one.as(claims.agent({ vitale: [cx(ins)] })), one.as(claims.holder(cx(ins)))];
      const [hospital, doctor] = [two.as(claims.structure(finess)), two.as(claims.professional({ rpps: rpps.doctor }))];
      const key = idIn(await agent.post('/Patient', patient(ins)));
      const deposit = async (): Promise<Reply> => await hospital.post('/DocumentReference', document(key, '34112-3'));
      expect((await deposit()).status).toBe(422);
      await agent.post('/Consent', consent('opening', key, { type: 'permit' }));
      const id = idIn(await deposit());
      const seen = async (): Promise<readonly number[]> => [
        (await doctor.get(`/DocumentReference/${id}`)).status,
        (await doctor.get(`/DocumentReference?patient=Patient/${key}&_summary=count`)).body.total,
      ];
      expect(await seen()).toEqual([404, 0]);
      const permit = idIn(
        await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps: rpps.doctor })] })),
      );
      expect(await seen()).toEqual([200, 1]);
      await holder.patch(`/Consent/${permit}`, [{ op: 'replace', path: '/status', value: 'inactive' }]);
      expect(await seen()).toEqual([404, 0]);
    } finally {
      await two.stop();
      await one.stop();
    }
  });
});

describe('traces', () => {
  it('of a visible document stay the doctor’s own when a hidden one is appended to it', async () => {
    const { key, as } = ground;
    const id = idIn(await as('hospital').post('/DocumentReference', document(key, '34112-3')));
    const query = `/DocumentReference?_id=${id}&_include=DocumentReference:patient`;
    expect((await as('doctor').get(query)).body.entry).toHaveLength(2);
    const mine = async (): Promise<number> =>
      (await as('doctor').get(`/AuditEvent?patient=Patient/${key}&entity=DocumentReference/${id}&_summary=count`)).body.total;
    const before = await mine();
    const relatesTo = [{ code: 'appends', target: { reference: `DocumentReference/${id}` } }];
    const hidden = await as('hospital').post(
      '/DocumentReference',
      document(key, '34112-3', { relatesTo, securityLabel: [label('MASQUE_PS')] }),
    );
    expect(hidden.status).toBe(201);
    expect([before, await mine()]).toEqual([1, 1]);
  });
});

describe('a body', () => {
  it('is not read before its sender is known', async () => {
    const { hostname, port } = new URL(ground.carnet.address);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = dial(Number(port), hostname, () =>
        socket.write(
          'POST /fhir/DocumentReference HTTP/1.1\r\nHost: carnet.test\r\nContent-Type: application/fhir+json\r\nContent-Length: 30000000\r\n\r\n{',
        ),
      );
      socket.setTimeout(20_000, () => reject(new Error('no answer before the body')));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(String(data).slice(0, 12));
      });
      socket.once('error', reject);
    });
    expect(answer).toBe('HTTP/1.1 401');
  });
});

describe('while the rules of the record change', () => {
  it('a write is done once', async () => {
    const { key, as } = ground;
    const permits = { type: 'permit', actor: [actor({ rpps: rpps.stranger })] };
    let busy = true;
    const changing = (async () => {
      while (busy) {
        const made = await as('holder').post('/Consent', consent('sharing', key, permits));
        if (made.status === 201)
          await as('holder').patch(`/Consent/${idIn(made)}`, [{ op: 'replace', path: '/status', value: 'inactive' }]);
      }
    })();
    const marks = Array.from({ length: 40 }, (_, at) => `mark-${at}`);
    const replies = [];
    for (const mark of marks)
      replies.push(await as('hospital').post('/DocumentReference', document(key, '34112-3', { description: mark })));
    busy = false;
    await changing;
    const counts = [];
    for (const mark of marks)
      counts.push((await as('holder').get(`/DocumentReference?description:exact=${mark}&_summary=count`)).body.total);
    expect(counts).toEqual(replies.map(({ status }) => (status === 201 ? 1 : 0)));
  }, 60_000);
});
