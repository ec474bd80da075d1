// A search parameter newer than what is stored: refused until `npm run reindex`, which goes on where it was killed and loses nothing.
// https://hl7.org/fhir/R4/searchparameter.html
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Db, MongoClient } from 'mongodb';
import { reindexAll } from '../../src/command/reindexing.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Carnet, type Client, idsOf, type Reply, startCarnet } from '../carnet.ts';
import { root } from '../conformance/example.ts';
import { type Folder, searchParameter, withParameters } from '../conformance/with-parameters.ts';
import { uriOf } from '../database.ts';
import { claims } from '../identity/issuer.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { actor, consent, document, label, visibility } from '../resources.ts';

const database = `test-${randomUUID().slice(0, 8)}`;
const many = 1000;
const colleagueRpps = '10000000020';

let folder: Folder;
let old: Ground;
let carnet: Carnet;
let mongo: MongoClient;
let db: Db;
let ids: Readonly<Record<'plain' | 'masked' | 'tested', string>>;

const titled = (description: string): JsonObject => ({ description });
const asDoctor = (): Client => carnet.as(claims.professional({ rpps: '10003461033' }));
const asColleague = (): Client => carnet.as(claims.professional({ rpps: colleagueRpps }));
const asHospital = (): Client => carnet.as(claims.structure('750712184'));
const titles = (client: Client, query: string) => client.get(`/DocumentReference?patient=${old.key}&${query}`);

beforeAll(async () => {
  folder = withParameters([searchParameter('doc-title', 'string', 'DocumentReference', 'DocumentReference.description')]);
  old = await openGround({}, { database });
  const { key, as } = old;
  const share = consent('sharing', key, { type: 'permit', actor: [actor({ rpps: colleagueRpps })] });
  written(await as('holder').post('/Consent', share));
  const push = async (more: JsonObject): Promise<string> =>
    idIn(written(await as('hospital').post('/DocumentReference', document(key, '34112-3', more))));
  const masked = { securityLabel: [label('MASQUE_PS')] };
  const tested = written(await as('tester').post('/DocumentReference', document('nobody', '34112-3', titled('Vieux titre'))));
  ids = {
    plain: await push(titled('Vieux titre')),
    masked: await push({ ...titled('Vieux secret'), ...masked }),
    tested: idIn(tested),
  };
  await old.carnet.server.stop();
  mongo = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
  db = mongo.db(database);
  await fill(db, ids.plain);
  carnet = await startCarnet({ database, conformance: folder.path });
}, 240_000);
afterAll(async () => {
  await carnet.stop();
  await mongo.close();
  folder.remove();
});

/** Many rows like the one of the id, as a write would have left them. */
async function fill(into: Db, id: string): Promise<void> {
  const rows = into.collection<{ _id: string; j: string; line: string[] }>('DocumentReference');
  const row = await rows.findOne({ _id: id });
  if (row === null) throw new Error('no row');
  const copies = Array.from({ length: many }, (_, at) => {
    const copy = `${id.slice(0, id.indexOf('.') + 1)}copy${String(at).padStart(5, '0')}`;
    return { ...row, _id: copy, line: [copy], j: row.j.replaceAll(id, copy).replace('Vieux titre', `Copie ${at}`) };
  });
  await rows.insertMany(copies);
}

/** In this process, of the types whatever they lack. */
async function reindexHere(...types: readonly string[]): Promise<void> {
  const environment = { conformance: folder.path, baseUrl: carnet.baseUrl };
  await reindexAll({ environment, mongodbUri: uriOf(database), types, log: () => undefined });
}

function reindex(): ChildProcess & { readonly said: () => string } {
  const env = {
    ...process.env,
    MONGODB_URI: uriOf(database),
    BASE_URL: carnet.baseUrl,
    CONFORMANCE: folder.path,
    NODE_ENV: 'test',
  };
  const program = join(root, 'src/command/reindex.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return Object.assign(child, { said: () => text });
}

async function ended(child: ReturnType<typeof reindex>): Promise<string> {
  const [code] = await once(child, 'close');
  return `${child.said()}exit ${code}`;
}

const job = async (): Promise<number | undefined> =>
  (await db.collection<{ _id: string; job?: { done: number } }>('indexes').findOne({ _id: 'DocumentReference' }))?.job?.done;

async function retitle(id: string, title: string): Promise<void> {
  const { body } = await asHospital().get(`/DocumentReference/${id}`);
  body.description = title;
  const json = { 'Content-Type': 'application/fhir+json' };
  const { status, text } = await asHospital().send('PUT', `/DocumentReference/${id}`, json, JSON.stringify(body));
  if (status !== 200) throw new Error(text);
}

/** Until a server has seen what another process did. */
async function until(is: () => Promise<boolean>, everyMs = 100): Promise<void> {
  for (let waited = 0; waited < 60_000 && !(await is()); waited += everyMs) await sleep(everyMs);
}

describe('before a reindex', () => {
  it('the start says in one line what is needed', () => {
    const lines = carnet.lines.filter((line) => line.includes('npm run reindex'));
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain(`${database}: DocumentReference (doc-title, contained DocumentReference)`);
    expect(lines[0]).toContain(`${database}-htest: DocumentReference (doc-title, contained DocumentReference)`);
  });

  it.each([
    'doc-title=vieux',
    'doc-title:missing=true',
    'doc-title=nothing&status=current',
    '_sort=doc-title',
    'relatesto.doc-title=vieux',
    '_has:DocumentReference:relatesto:doc-title=vieux',
  ])('%s is refused, to whom sees something as to whom sees nothing', async (query) => {
    for (const client of [
      asDoctor(),
      asColleague(),
      carnet.as(claims.professional({ rpps: '10000000099' })),
      carnet.as(claims.tester()),
    ]) {
      for (const headers of [{}, { Prefer: 'handling=lenient' }]) {
        const { status, body } = await client.get(`/DocumentReference?patient=${old.key}&${query}`, headers);
        expect([status, body.issue[0].code, body.issue[0].expression]).toEqual([503, 'transient', ['http.doc-title']]);
      }
    }
  });

  it('a chain into what may be contained is refused as well, the reference by itself is not', async () => {
    const doctor = asDoctor();
    const contained = await titles(doctor, '_contained=true&status=current');
    expect([contained.status, contained.body.issue[0].expression]).toEqual([503, ['http._contained']]);
    const chained = await doctor.get(`/List?patient=${old.key}&item:DocumentReference.status=current`);
    expect([chained.status, chained.body.issue[0].expression]).toEqual([503, ['http.item:DocumentReference.status']]);
    expect((await doctor.get(`/List?patient=${old.key}&item=DocumentReference/${ids.plain}`)).status).toBe(200);
    expect((await doctor.get(`/List?patient.identifier=x|y`)).status).toBe(200);
  });

  it('everything else is answered, and what is written is indexed already', async () => {
    expect((await titles(asDoctor(), '_id=x')).status).toBe(200);
    const id = idIn(written(await asHospital().post('/DocumentReference', document(old.key, '34112-3', titled('Neuf')))));
    const row = await db.collection<{ _id: string; idx: string[] }>('DocumentReference').findOne({ _id: id });
    expect(row?.idx).toContain('doc-title|neuf');
  });
});

it('is killed half-way and goes on from there; writers meanwhile lose nothing; envelopes stay', async () => {
  const rows = db.collection<{ _id: string; idx: string[] }>('DocumentReference');
  const before = await rows.findOne({ _id: ids.masked });
  const killed = reindex();
  await until(async () => ((await job()) ?? 0) > 0, 5);
  killed.kill('SIGKILL');
  await ended(killed);
  const done = (await job()) ?? 0;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(many);
  expect((await titles(asDoctor(), 'doc-title=vieux')).status).toBe(503);

  const again = reindex();
  let running = true;
  const finished = ended(again).finally(() => {
    running = false;
  });
  const made: string[] = [];
  for (let at = 0; running; at += 1) {
    await retitle(ids.plain, `Titre ${at}`);
    made.push(
      idIn(written(await asHospital().post('/DocumentReference', document(old.key, '34112-3', titled(`Pendant ${at}`))))),
    );
  }
  const said = await finished;
  expect(said).toMatch(/Everything is indexed\.\nexit 0$/);
  expect(Number(/DocumentReference: (\d+) of/.exec(said)?.[1])).toBeGreaterThanOrEqual(done);
  expect(said).not.toMatch(/Vieux|Copie|Titre|Lefèvre|copy0/);

  await until(async () => (await titles(asDoctor(), 'doc-title=vieux')).status === 200);
  const found = await titles(asDoctor(), 'doc-title=pendant&_count=500');
  expect(idsOf(found).toSorted()).toEqual(made.toSorted());
  expect(idsOf(await titles(asDoctor(), `doc-title:exact=Titre ${made.length - 1}`))).toEqual([ids.plain]);
  expect((await titles(asDoctor(), 'doc-title=copie&_summary=count')).body.total).toBe(many);
  const tested = async (): Promise<Reply> => await carnet.as(claims.tester()).get('/DocumentReference?doc-title=vieux');
  await until(async () => (await tested()).status === 200);
  expect(idsOf(await tested())).toEqual([ids.tested]);

  expect((await asDoctor().get(`/List?patient=${old.key}&item:DocumentReference.doc-title=vieux`)).status).toBe(200);
  expect((await titles(asDoctor(), '_contained=true&status=current')).status).toBe(200);
  const after = await rows.findOne({ _id: ids.masked });
  expect(after?.idx).toContain('doc-title|vieux secret');
  const envelope = (row: object | null) => ({ ...row, idx: [], p: {}, s: {} });
  expect(envelope(after)).toEqual(envelope(before));
}, 240_000);

it('what is hidden stays hidden', async () => {
  expect(idsOf(await titles(asDoctor(), 'doc-title=vieux'))).toEqual([ids.masked]);
  const { body } = await titles(asColleague(), 'doc-title=vieux&_total=accurate');
  expect([body.total, body.entry]).toEqual([0, undefined]);
});

it('a server with the older statement, which writes without the parameter, takes it away again', async () => {
  const older = await startCarnet({ database });
  await until(async () => (await titles(asDoctor(), 'doc-title=vieux')).status === 503);
  expect((await titles(asDoctor(), 'doc-title=vieux')).status).toBe(503);
  await older.server.stop();
  await reindexHere('DocumentReference');
  await until(async () => (await titles(asDoctor(), 'doc-title=vieux')).status === 200);
  expect(idsOf(await titles(asDoctor(), 'doc-title=vieux'))).toEqual([ids.masked]);
}, 240_000);

it('tokens that rules speak of go to old versions and bytes too', async () => {
  const documents = db.collection<{ _id: string; idx: string[] }>('DocumentReference');
  const strange = `_security|STRANGE|${visibility}`;
  for (const [name, filter] of [
    ['history', { id: ids.plain }],
    ['Binary', { of: ids.plain }],
    ['DocumentReference', { _id: ids.plain }],
  ] as const)
    await db.collection<{ _id: string; idx: string[] }>(name).updateMany(filter, { $push: { idx: strange } });
  await reindexHere('DocumentReference');
  const left = await Promise.all(
    ['history', 'Binary', 'DocumentReference'].map((name) => db.collection(name).countDocuments({ idx: strange })),
  );
  expect(left).toEqual([0, 0, 0]);
  expect((await documents.findOne({ _id: ids.plain }))?.idx).not.toContain(strange);
}, 240_000);

it('a type that is not searched stops it with one line', async () => {
  await expect(reindexHere('Binary')).rejects.toThrow(/^Binary is no type that is searched$/);
}, 30_000);
