// Two servers on one database: what is masked while others write stays so, and no rule is lost.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, type Carnet, type Client, idsOf, type Reply, startCarnet } from '../carnet.ts';
import { type Claims, claims, cx } from '../identity/issuer.ts';
import { actor, consent, document, label, mask, patient } from '../resources.ts';

const ins = '279035121518989';
const finess = '750712184';
const doctor = '10003461033';
const rppsOf = (group: number, one: number): string => `1000${group}${String(one).padStart(6, '0')}`;

describe('two servers', () => {
  const servers: Carnet[] = [];
  let key = '';
  beforeAll(async () => {
    const database = `test-${randomUUID().slice(0, 8)}`;
    servers.push(await startCarnet({ database }), await startCarnet({ database }));
    const agent = on(0, claims.agent({ vitale: [cx(ins)] }));
    const made = await agent.post('/Patient', patient(ins));
    key = /\/Patient\/(\w+)\//.exec(made.headers.location ?? '')?.[1] ?? '';
    expect((await agent.post('/Consent', consent('opening', key, { type: 'permit' }))).status).toBe(201);
    await wish({ type: 'permit', actor: [actor({ rpps: doctor })] });
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  const on = (server: number, said: Claims): Client => {
    const carnet = servers[server % 2];
    if (carnet === undefined) throw new Error('no server');
    return carnet.as(said);
  };
  const holder = (server = 0): Client => on(server, claims.holder(cx(ins)));
  const hospital = (server = 0): Client => on(server, claims.structure(finess));
  const as = (rpps: string, server = 0): Client => on(server, claims.professional({ rpps }));
  const wish = async (provision: object, server = 0): Promise<string> => {
    const sent = consent('sharing', key, { ...provision });
    return String((await done(async () => await holder(server).post('/Consent', sent))).body.id);
  };
  const push = async (server: number, more: object = {}): Promise<Reply> =>
    await done(async () => await hospital(server).post('/DocumentReference', document(key, '34112-3', { ...more })));
  const found = async (client: Client, query = ''): Promise<readonly string[]> => {
    const reply = await client.get(`/DocumentReference?patient=Patient/${key}&_count=500${query}`);
    expect(reply.status).toBe(200);
    return idsOf(reply);
  };

  it('never shows a successor of what was masked while it was being written', async () => {
    const written: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const first = (await push(round)).body;
      const bytes = await hospital(round).send(
        'POST',
        '/Binary',
        { 'Content-Type': 'text/plain', 'X-Security-Context': `Patient/${key}` },
        'raw',
      );
      expect(bytes.status).toBe(201);
      const relatesTo = (code: string): object => ({
        relatesTo: [{ code, target: { reference: `DocumentReference/${first.id}` } }],
      });
      const attachment = {
        contentType: 'text/plain',
        title: 'Document',
        url: `Binary/${bytes.headers.location?.match(/Binary\/([^/]+)/)?.[1]}`,
      };
      const appended = Array.from({ length: 4 }, async (_, at) => {
        await pause(at * 8);
        return await push(at, relatesTo('appends'));
      });
      const [masked, ...successors] = await Promise.all([
        pause(20 + round * 5).then(
          async () => await done(async () => await holder(round).patch(`/DocumentReference/${first.id}`, mask)),
        ),
        ...appended,
        push(round, { ...relatesTo('transforms'), content: [{ attachment }] }),
        ...(round % 2 === 0 ? [] : [push(round + 1, relatesTo('replaces'))]),
      ]);
      expect(masked.status).toBe(200);
      const hidden = [first, ...successors.map(({ body }) => body)];
      written.push(...hidden.map(({ id }: Body) => String(id)));
      for (const server of [0, 1]) {
        const seen = await found(as(doctor, server));
        for (const { id, content } of hidden) {
          expect(seen).not.toContain(id);
          expect((await as(doctor, server).get(`/DocumentReference/${id}`)).status).toBe(404);
          expect((await as(doctor, server).get(content[0].attachment.url)).status).toBe(404);
        }
      }
    }
    expect(await found(holder())).toEqual(expect.arrayContaining(written));
  });

  it('keeps every one of twenty wishes written at once', async () => {
    const blocked = Array.from({ length: 10 }, (_, at) => rppsOf(1, at));
    const permitted = Array.from({ length: 10 }, (_, at) => rppsOf(2, at));
    const { id } = (await push(0)).body;
    await wish({ type: 'permit', actor: blocked.map((rpps) => actor({ rpps })) });
    for (const rpps of blocked) expect(await found(as(rpps))).toContain(id);
    await Promise.all([
      ...blocked.map(async (rpps, at) => await wish({ type: 'deny', actor: [actor({ rpps })] }, at)),
      ...permitted.map(async (rpps, at) => await wish({ type: 'permit', actor: [actor({ rpps })] }, at)),
    ]);
    for (const rpps of blocked) expect([rpps, await found(as(rpps))]).toEqual([rpps, []]);
    for (const rpps of permitted) expect([rpps, (await found(as(rpps, 1))).includes(id)]).toEqual([rpps, true]);
  });

  it('leaves one médecin traitant of six declared at once', async () => {
    const declared = Array.from({ length: 6 }, (_, at) => rppsOf(3, at));
    const { id } = (await push(0, { securityLabel: [label('MASQUE_PS')] })).body;
    await Promise.all(declared.map(async (rpps, at) => await wish({ type: 'permit', actor: [actor({ rpps }, 'PCP')] }, at)));
    const treating: string[] = [];
    for (const rpps of declared) if ((await found(as(rpps, 1))).includes(id)) treating.push(rpps);
    expect(treating).toHaveLength(1);
    const wishes = await holder().get(`/Consent?patient=Patient/${key}&_count=500`);
    const isPcp = ({ resource }: Body): boolean => resource.provision.actor?.[0].role.coding[0].code === 'PCP';
    const active = wishes.body.entry.filter((entry: Body) => isPcp(entry) && entry.resource.status === 'active');
    expect(wishes.body.entry.filter(isPcp)).toHaveLength(6);
    expect(active.map(({ resource }: Body) => resource.provision.actor[0].reference.identifier.value)).toEqual(treating);
  });
});

/** 503 asks to try again. */
async function done(request: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await request();
    if (reply.status !== 503 || attempt === 40) {
      expect([reply.status, reply.status < 300 ? '' : reply.text]).toEqual([reply.status < 300 ? reply.status : 201, '']);
      return reply;
    }
    await pause(10 + Math.random() * 40);
  }
}
