// Whether the time of an answer tells what is hidden from what is absent: a rank test over interleaved requests, of a server process
// of its own, one at a time. A small p says yes. `npm run bench:timing [requests of each comparison]`, with MONGODB_URI or without.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { newId, randomIds } from '../../src/fhir/id.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { claims, cx, testIssuer } from '../identity/issuer.ts';
import { actor, consent, document, label, patient } from '../resources.ts';
import { type ServerProcess, startProcess } from '../server-process.ts';
import { mannWhitney } from './mann-whitney.ts';

const requests = Number(process.argv[2] ?? 5000);
const documents = 100;
const baseUrl = 'http://carnet.test/fhir';
const system = 'urn:oid:1.2.3';
const rpps = '10003461033';
const people = { shared: '279035121518989', strange: '180067512345643' };

const folder = await mkdtemp(join(tmpdir(), 'carnet-timing-'));
const log = (line: string): void => console.error(line);
const embedded = process.env.MONGODB_URI === undefined ? await startEmbedded({ dataDir: folder, cacheGb: 0.5, log }) : undefined;
const issuer = testIssuer({ baseUrl });
const token = (said: JsonObject): string => issuer.token(said, { expiresIn: 7200 });
const tokens = {
  agent: token(claims.agent({ vitale: Object.values(people).map((ins) => cx(ins)) })),
  holder: token(claims.holder(cx(people.shared))),
  hospital: token(claims.structure('750712184')),
  doctor: token(claims.professional({ rpps })),
};

type Told = { readonly status: number; readonly location: string; readonly text: string; readonly ms: number };
const connection = new Agent({ keepAlive: true, maxSockets: 1 });

async function ask(server: ServerProcess, method: string, path: string, authorization: string, body?: JsonObject): Promise<Told> {
  const headers = { authorization: `Bearer ${authorization}`, 'content-type': 'application/fhir+json' };
  return await new Promise<Told>((resolve, reject) => {
    const asking = request({ agent: connection, port: server.port, method, path: `/fhir${path}`, headers });
    let from = 0;
    asking.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject).on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', () => {
        const ms = performance.now() - from;
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, location: answered.location ?? '', text: Buffer.concat(chunks).toString(), ms });
      });
    });
    from = performance.now();
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function write(server: ServerProcess, path: string, authorization: string, body: JsonObject): Promise<string> {
  const { status, location, text } = await ask(server, 'POST', path, authorization, body);
  const id = /\/([^/]+)\/_history\/1$/.exec(location)?.[1];
  if (status !== 201 || id === undefined) throw new Error(`${path}: ${status} ${text}`);
  return id;
}

type Ground = Readonly<Record<'shared' | 'strange', string>> &
  Readonly<Record<'visible' | 'masked' | 'unshared', readonly string[]>>;

/** Two records, of which one is shared with the doctor, but for what is masked. */
async function prepare(server: ServerProcess): Promise<Ground> {
  const open = async (ins: string): Promise<string> => {
    const key = await write(server, '/Patient', tokens.agent, patient(ins));
    await write(server, '/Consent', tokens.agent, consent('opening', key, { type: 'permit' }));
    return key;
  };
  const [shared, strange] = [await open(people.shared), await open(people.strange)];
  await write(server, '/Consent', tokens.holder, consent('sharing', shared, { type: 'permit', actor: [actor({ rpps })] }));
  const deposit = async (key: string, name: string, more: JsonObject = {}): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let at = 0; at < documents; at += 1) {
      const identifier = [{ system, value: `${name}-${at}` }];
      ids.push(await write(server, '/DocumentReference', tokens.hospital, document(key, '34112-3', { identifier, ...more })));
    }
    return ids;
  };
  const visible = await deposit(shared, 'visible');
  const masked = await deposit(shared, 'masked', { securityLabel: [label('MASQUE_PS')] });
  return { shared, strange, visible, masked, unshared: await deposit(strange, 'unshared') };
}

type Path = (at: number) => string;
type Comparison = { readonly name: string; readonly first: Path; readonly second: Path; readonly same: boolean };

function comparisonsOf({ shared, strange, visible, masked, unshared }: Ground): readonly Comparison[] {
  const read =
    (ids: readonly string[]): Path =>
    (at) =>
      `/DocumentReference/${ids[at % ids.length]}`;
  const absent = (key: string): Path => read(Array.from({ length: documents }, () => newId(randomIds, key)));
  const identified =
    (name: string): Path =>
    (at) =>
      `/DocumentReference?identifier=${system}|${name}-${at % documents}`;
  return [
    { name: 'read: masked, absent', first: read(masked), second: absent(shared), same: true },
    { name: 'read: in a record not shared, absent', first: read(unshared), second: absent(strange), same: true },
    { name: 'search by identifier: masked, absent', first: identified('masked'), second: identified('nothing'), same: true },
    { name: 'search by identifier: not shared, absent', first: identified('unshared'), second: identified('nobody'), same: true },
    { name: 'control: read: visible, absent', first: read(visible), second: absent(shared), same: false },
  ];
}

/** Pair by pair, which of the two comes first by chance. */
async function compare(server: ServerProcess, { name, first, second, same }: Comparison): Promise<void> {
  const times: readonly [number[], number[]] = [[], []];
  for (let at = 0; at < requests / 2; at += 1) {
    const order = Math.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const);
    const told = new Map<0 | 1, Told>();
    for (const which of order) told.set(which, await ask(server, 'GET', [first, second][which]?.(at) ?? '', tokens.doctor));
    const [one, other] = [told.get(0), told.get(1)];
    if (one === undefined || other === undefined) throw new Error('no answer');
    const alike =
      one.status === other.status && one.text.replaceAll(/self[^}]*/g, '') === other.text.replaceAll(/self[^}]*/g, '');
    if (alike !== same) throw new Error(`${name}: ${one.status} ${one.text}, ${other.status} ${other.text}`);
    times[0].push(one.ms);
    times[1].push(other.ms);
  }
  const { u, z, p } = mannWhitney(times[0], times[1]);
  const share = u / (times[0].length * times[1].length);
  const columns = [median(times[0]), median(times[1]), share, z].map((value) => value.toFixed(3).padStart(10));
  console.log(`${name.padEnd(44)}${columns.join('')}  ${p.toPrecision(3)}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function drop(uri: URL): Promise<void> {
  const client = await MongoClient.connect(uri.href);
  for (const name of [client.db().databaseName, `${client.db().databaseName}-htest`]) await client.db(name).dropDatabase();
  await client.close();
}

const uri = new URL(process.env.MONGODB_URI ?? embedded?.uri ?? '');
uri.pathname = `/timing-${process.pid}`;
let server: ServerProcess | undefined;
try {
  const trusted = join(folder, 'trusted.json');
  await writeFile(trusted, JSON.stringify([issuer.trusted]));
  server = await startProcess({
    NODE_ENV: 'production',
    MONGODB_URI: uri.href,
    TRUSTED_ISSUERS: trusted,
    BASE_URL: baseUrl,
  });
  const comparisons = comparisonsOf(await prepare(server));
  console.log(`${requests} requests a line, interleaved: median ms of each, share of pairs in which the first is slower, z, p`);
  for (const comparison of comparisons) {
    for (let at = 0; at < 50; at += 1) await ask(server, 'GET', comparison.first(at), tokens.doctor);
    await compare(server, comparison);
  }
} finally {
  connection.destroy();
  await server?.stop();
  await drop(uri);
  await embedded?.stop();
  await rm(folder, { recursive: true });
}
