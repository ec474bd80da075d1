// Several processes of the server on one database: whoever is shut out sees nothing of what is added afterwards, in whatever way he keeps asking.
// https://hl7.org/fhir/R4/security.html#access
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Body, baseUrl, type Client, clientOf, type Reply } from '../carnet.ts';
import { dropDatabase, uriOf } from '../database.ts';
import { type Claims, claims, cx, testIssuer } from '../identity/issuer.ts';
import { finess, idIn, ins, written } from '../interaction/ground.ts';
import { actor, consent, document, patient } from '../resources.ts';
import { type ServerProcess, startProcess } from '../server-process.ts';

const rpps = '10003461033';
/** A word for each round, which no document holds before its block. */
const words = ['zirconium', 'hafnium', 'niobium'];
const watchedMs = 400;
const database = `test-${randomUUID().slice(0, 8)}`;
const issuer = testIssuer({ baseUrl });

let folder = '';
const processes: ServerProcess[] = [];
let key = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carnet-shut-out-'));
  const trusted = join(folder, 'trusted.json');
  await writeFile(trusted, JSON.stringify([issuer.trusted]));
  const environment = { NODE_ENV: 'production', MONGODB_URI: uriOf(database), TRUSTED_ISSUERS: trusted, BASE_URL: baseUrl };
  // The first makes the collections.
  processes.push(await startProcess(environment));
  processes.push(...(await Promise.all([startProcess(environment), startProcess(environment)])));
  const agent = on(0, claims.agent({ vitale: [cx(ins)] }));
  key = idIn(written(await agent.post('/Patient', patient(ins))));
  written(await agent.post('/Consent', consent('opening', key, { type: 'permit' })));
  await wish(0, { type: 'permit', actor: [actor({ rpps })] });
}, 60_000);
afterAll(async () => {
  await Promise.all(processes.map(async (server) => await server.stop()));
  await dropDatabase(database);
  await rm(folder, { recursive: true });
}, 60_000);

function on(process: number, said: Claims): Client {
  const server = processes[process % processes.length];
  if (server === undefined) throw new Error('no process');
  return clientOf(`http://127.0.0.1:${server.port}`, issuer.token(said));
}

/** 503 asks to try again: its readers keep the record busy. */
async function done(request: () => Promise<Reply>, status: number): Promise<Reply> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const reply = await request();
    if (reply.status === status) return reply;
    if (reply.status !== 503) throw new Error(`${reply.status} ${reply.text}`);
    await pause(20);
  }
  throw new Error('busy for too long');
}

async function wish(process: number, provision: object): Promise<string> {
  const holder = on(process, claims.holder(cx(ins)));
  return idIn(await done(async () => await holder.post('/Consent', consent('sharing', key, { ...provision })), 201));
}

async function deposit(process: number, description: string, more: object = {}): Promise<string> {
  const sent = document(key, '34112-3', { description, ...more }, description);
  return idIn(await done(async () => await on(process, claims.structure(finess)).post('/DocumentReference', sent), 201));
}

/** The version that a reader of the earlier document would meet next. */
async function retitle(process: number, id: string, description: string): Promise<void> {
  const hospital = on(process, claims.structure(finess));
  const { body } = await done(async () => await hospital.get(`/DocumentReference/${id}`), 200);
  const json = { 'Content-Type': 'application/fhir+json' };
  const sent = JSON.stringify({ ...body, description });
  await done(async () => await hospital.send('PUT', `/DocumentReference/${id}`, json, sent), 200);
}

type Known = { readonly word: string; readonly before: string; added: string | undefined };
type Way = (known: Known) => string;
/** What is there before the block. */
const openWays: readonly Way[] = [
  ({ before }) => `/DocumentReference/${before}`,
  ({ before }) => `/DocumentReference/${before}/_history`,
  () => `/DocumentReference/_history?_count=50`,
  () => `/DocumentReference?patient=Patient/${key}&_count=50`,
  () => `/DocumentReference?patient=Patient/${key}&_summary=count`,
  ({ before }) => `/DocumentReference?_id=${before}&_revinclude=DocumentReference:relatesto`,
  () => `/Patient?_id=${key}&_revinclude=DocumentReference:patient`,
  () => `/Patient/${key}/DocumentReference`,
  () => `/DocumentReference?patient=Patient/${key}&_count=1`,
];
/** What only the document added afterwards would answer. */
const shutWays: readonly Way[] = [
  ({ added, before }) => (added === undefined ? `/DocumentReference/${before}-x` : `/DocumentReference/${added}`),
  ({ word }) => `/DocumentReference?patient=Patient/${key}&_content=${word}`,
  ({ word }) => `/DocumentReference?_content=${word}`,
  ({ word }) => `/DocumentReference?description=${word}&_summary=count`,
  ({ word }) => `/Patient?_has:DocumentReference:patient:description=${word}`,
];

type Look = { readonly way: number; readonly afterBlock: boolean; readonly path: string; readonly reply: Reply };

/** Each page by another process than the one before. */
async function look(process: number, path: string): Promise<readonly [string, Reply][]> {
  const seen: [string, Reply][] = [];
  for (let next: string | undefined = path, at = 0; next !== undefined && at < 3; at += 1) {
    const reply = await on(process + at, claims.professional({ rpps })).get(next);
    seen.push([next, reply]);
    next = reply.body?.link?.find(({ relation }: Body) => relation === 'next')?.url;
  }
  return seen;
}

/** Of an answer what it shows, its links aside: they say what was asked. */
function shownIn({ status, body }: Reply): readonly unknown[] {
  if (status !== 200) return [];
  if (body.resourceType !== 'Bundle') return [body];
  return [...(body.entry ?? []), ...Array.from({ length: body.entry === undefined ? (body.total ?? 0) : 0 }, () => 'counted')];
}

function waysIn(looks: readonly Look[]): readonly number[] {
  return [...new Set(looks.map(({ way }) => way))].toSorted((a, b) => a - b);
}

/**
 * A search of every record reads the access states anew, and so does a deposit: these keep to one process. Of the two others one has
 * not written the block, and knows the old rules until the proof of its own reads tells it.
 */
function readerOf(path: string, round: number, turn: number): number {
  return path.includes(key) ? round + 2 * (turn % 2) : round + 1;
}

/** Waits for it, ten seconds at most: a busy machine asks slowly. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn += 1) await pause(25);
}

function tell({ path, reply: { status, text } }: Look): string {
  return `${path}: ${status} ${text.slice(0, 400)}`;
}

it.each(words.map((word, round) => [word, round] as const))('%s', async (word, round) => {
  const known: Known = { word, before: await deposit(round, 'Courrier'), added: undefined };
  const looks: Look[] = [];
  let [blocked, over] = [false, false];
  const readers = [...openWays, ...shutWays].map(async (way, at) => {
    for (let turn = at; !over; turn += 1) {
      const afterBlock = blocked;
      const path = way(known);
      for (const [asked, reply] of await look(readerOf(path, round, turn), path))
        looks.push({ way: at, afterBlock, path: asked, reply });
    }
  });
  const seenBefore = (): readonly number[] => waysIn(looks.filter(({ reply }) => shownIn(reply).length > 0));
  const askedAfter = (): readonly number[] => waysIn(looks.filter(({ afterBlock }) => afterBlock));
  let block = '';
  try {
    await until(() => seenBefore().length === openWays.length);
    block = await wish(round, { type: 'deny', actor: [actor({ rpps })] });
    blocked = true;
    const relatesTo = [{ code: 'appends', target: { reference: `DocumentReference/${known.before}` } }];
    known.added = await deposit(round + 1, word, { relatesTo });
    await retitle(round, known.before, word);
    await pause(watchedMs);
    await until(() => askedAfter().length === openWays.length + shutWays.length);
  } finally {
    over = true;
    await Promise.all(readers);
  }
  const { added } = known;

  expect(seenBefore()).toEqual(openWays.map((_, at) => at));
  expect(askedAfter().length).toBe(openWays.length + shutWays.length);
  const told = (reply: Reply): string => JSON.stringify(shownIn(reply));
  expect(looks.filter(({ reply }) => told(reply).includes(word) || told(reply).includes(added)).map(tell)).toEqual([]);
  expect(looks.filter(({ afterBlock, reply }) => afterBlock && shownIn(reply).length > 0).map(tell)).toEqual([]);
  expect(looks.filter(({ reply }) => ![200, 404, 503].includes(reply.status)).map(tell)).toEqual([]);

  const holder = on(round, claims.holder(cx(ins)));
  const lifted = [{ op: 'replace', path: '/status', value: 'inactive' }];
  await done(async () => await holder.patch(`/Consent/${block}`, lifted), 200);
  for (const way of shutWays) expect(shownIn(await on(round, claims.professional({ rpps })).get(way(known)))).not.toEqual([]);
});
