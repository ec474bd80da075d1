// `npm run erase` beside two servers, one a process of its own: killed half-way it goes on, and from its first step on nobody finds anything.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Document } from 'mongodb';
import { baseUrl, type Client, clientOf, type Reply } from '../carnet.ts';
import { testIssuer } from '../identity/issuer.ts';
import { document } from '../resources.ts';
import { type ServerProcess, startProcess } from '../server-process.ts';
import { type Ground, multiply, naming, openGround, shows, startErase } from './erasing.ts';

const many = 4000;
const issuer = testIssuer({ baseUrl, issuer: 'https://other.example' });

let ground: Ground;
let folder = '';
let other: ServerProcess;

beforeAll(async () => {
  ground = await openGround({ issuers: [issuer.trusted] });
  // Of one time with the processes.
  ground.setClock(new Date());
  folder = await mkdtemp(join(tmpdir(), 'carnet-erase-'));
  const trusted = join(folder, 'trusted.json');
  await writeFile(trusted, JSON.stringify([issuer.trusted]));
  const environment = { NODE_ENV: 'production', MONGODB_URI: ground.address, TRUSTED_ISSUERS: trusted, BASE_URL: baseUrl };
  other = await startProcess(environment);
}, 120_000);
afterAll(async () => {
  await other.stop();
  await ground.stop();
  await rm(folder, { recursive: true });
});

type Row = Document & { _id: string };
const count = async (key: string): Promise<number> =>
  await ground.db.collection('DocumentReference').countDocuments({ rec: key });

it('killed half-way it goes on; from its first step on no server has anything', async () => {
  const { key, ins, documents } = await ground.closed('2014-01-01T12:00:00Z', 2);
  ground.setClock(new Date());
  const [first = ''] = documents;
  await multiply(ground, first, many);
  const token = issuer.token({ sub: 'holder', scope: 'patient/*.cruds', fhirUser: `Patient/${key}` });
  const ways = [
    `/Patient/${key}`,
    `/DocumentReference/${first}`,
    `/DocumentReference/${first}/_history`,
    `/DocumentReference?patient=Patient/${key}&_count=2`,
    `/AuditEvent?patient=Patient/${key}&_count=2`,
  ];
  const looks: { readonly after: boolean; readonly server: number; readonly reply: Reply }[] = [];
  let [gone, over] = [false, false];
  const readers = [ground.carnet.address, `http://127.0.0.1:${other.port}`].map(async (address, server) => {
    const holder: Client = clientOf(address, token);
    for (let at = 0; !over; at += 1) {
      const after = gone;
      looks.push({ after, server, reply: await holder.get(ways[at % ways.length] ?? '') });
      await pause(10);
    }
  });
  await pause(300);
  const killed = startErase(ground);
  try {
    const until = async (is: () => Promise<boolean>): Promise<void> => {
      while (!(await is())) {
        if (killed.exitCode !== null) throw new Error(await killed.ended);
        await pause(2);
      }
    };
    await until(async () => (await ground.db.collection<Row>('records').findOne({ _id: key })) === null);
    gone = true;
    await until(async () => (await count(key)) < many);
    killed.kill('SIGKILL');
    await killed.ended;
    await pause(300);
  } finally {
    killed.kill('SIGKILL');
    over = true;
    await Promise.all(readers);
  }
  expect(await count(key)).toBeGreaterThan(0);
  for (const server of [0, 1]) {
    const [before, after] = [false, true].map((one) => looks.filter((look) => look.after === one && look.server === server));
    expect(before?.some(({ reply }) => shows(reply))).toBe(true);
    expect(after?.length).toBeGreaterThan(ways.length);
    expect(after?.filter(({ reply }) => shows(reply)).map(({ reply }) => reply.text.slice(0, 300))).toEqual([]);
  }
  expect([...new Set(looks.map(({ reply }) => reply.status))].toSorted()).toEqual([200, 404]);

  expect((await ground.erase({ dryRun: true })).at(2)).toBe('Under way: 1');
  const said = await ground.erase();
  expect(said[0]).toBe('1 were under way.');
  expect(Number(/went (\d+) resources/.exec(said.at(-1) ?? '')?.[1])).toBeGreaterThan(many);
  expect(await naming(ground, ins)).toEqual([]);
  // Its own trace aside only those of who asked for it by name when there was no such record.
  const left = (await naming(ground, key)).filter((row) => !row.startsWith('AuditEvent: ') || row.includes('"rec":'));
  expect(left.map((row) => row.slice(0, 300))).toEqual([]);
}, 180_000);

it('what a write under way leaves after the first step goes as well; the next is refused', async () => {
  const { key } = await ground.closed('2014-01-01T12:00:00Z', 1);
  const documents = ground.db.collection<Row>('DocumentReference');
  const row = await documents.findOne({ rec: key });
  const erasing = ground.erase({ settleMs: 1500 });
  while ((await count(key)) > 0) await pause(5);
  const refused = await ground.as.hospital.post('/DocumentReference', document(key, '34112-3'));
  expect([refused.status, refused.body.issue[0].diagnostics]).toEqual([422, 'This record does not take deposits from you']);
  const late = `${key}-aaaaaaaaaaaaa`;
  await documents.insertOne({ ...row, _id: late });
  expect((await ground.as.hospital.get(`/DocumentReference/${late}`)).status).toBe(404);
  await erasing;
  expect(await count(key)).toBe(0);
}, 120_000);
