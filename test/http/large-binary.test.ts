// A Binary of 100 MB goes in and out while the server's memory stays flat: the server is a process of its own here.
// https://hl7.org/fhir/R4/binary.html
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dropDatabase, uriOf } from '../database.ts';
import { type ServerProcess, startProcess } from '../server-process.ts';

const mostMegabytes = 100;
const database = 'test-large';
/** Bytes held whole would be 84 MB more than those of the smaller one, as text more than twice of it. */
const mostGrowth = 75 * 1024 * 1024;

let folder = '';
let server: ServerProcess;
let variables: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carnet-large-'));
  const environment = {
    DATA_DIR: folder,
    MONGODB_URI: uriOf(database),
    NODE_ENV: 'development',
    // Collected often, and so the same on a busy machine: what is held shows, not what waits to be collected.
    NODE_OPTIONS: '--max-semi-space-size=1',
    BASE_URL: 'http://carnet.test/fhir',
  };
  server = await startProcess(environment, 'demo-tokens.sh');
  const script = await readFile(join(folder, 'demo-tokens.sh'), 'utf8');
  variables = new Map([...script.matchAll(/(\w+)=['"]?([^'"\n]+)/g)].map(([, name = '', value = '']) => [name, value]));
}, 120_000);

afterAll(async () => {
  await server.stop();
  await dropDatabase(database);
  await rm(folder, { recursive: true });
}, 60_000);

const memory = (): number => 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)]).toString());

type Told = {
  readonly status: number;
  readonly location: string;
  readonly length: number;
  readonly hash: string;
  readonly most: number;
};

/** Sends `megabytes` of a pattern, hashes what comes, and looks at the server's memory all the while. */
async function ask(method: string, path: string, headers: Readonly<Record<string, string>>, megabytes = 0): Promise<Told> {
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, memory());
  }, 50);
  const told = await new Promise<Omit<Told, 'most'>>((resolve, reject) => {
    const asking = request({
      port: server.port,
      method,
      path: `/fhir${path}`,
      headers: { authorization: `Bearer ${variables.get('HOSPITAL')}`, ...headers },
    });
    asking.on('error', reject).on('response', (response) => {
      const hash = createHash('sha256');
      let length = 0;
      response.on('error', reject).on('data', (chunk: Buffer) => {
        length += chunk.length;
        hash.update(chunk);
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, location: answered.location ?? '', length, hash: hash.digest('hex') });
      });
    });
    void (async () => {
      for (let sent = 0; sent < megabytes; sent += 1)
        await new Promise<void>((done) => asking.write(megabyte(sent), () => done()));
      asking.end();
    })();
  });
  clearInterval(watch);
  return { ...told, most };
}

function megabyte(at: number): Buffer {
  return Buffer.alloc(1024 * 1024, createHash('sha256').update(String(at)).digest());
}

/** In, out, and out as a resource; the most memory that the server had meanwhile. */
async function cycle(megabytes: number): Promise<number> {
  const headers = { ...binary(), prefer: 'return=minimal' };
  const upload = await ask('POST', '/Binary', headers, megabytes);
  expect(upload.status).toBe(201);
  const path = new URL(upload.location).pathname.replace(/^\/fhir|\/_history.*$/g, '');
  const hash = createHash('sha256');
  for (let at = 0; at < megabytes; at += 1) hash.update(megabyte(at));
  const download = await ask('GET', path, {});
  expect([download.status, download.length, download.hash]).toEqual([200, megabytes * 1024 * 1024, hash.digest('hex')]);
  const resource = await ask('GET', path, { accept: 'application/fhir+json' });
  expect([resource.status, resource.length > (download.length * 4) / 3]).toEqual([200, true]);
  return Math.max(upload.most, download.most, resource.most);
}

const binary = (): Readonly<Record<string, string>> => ({
  'content-type': 'application/octet-stream',
  'x-security-context': `Patient/${variables.get('PATIENT')}`,
});

it('is stored, read and shown as a resource with flat memory', async () => {
  // The smaller one fills the buffers that any takes.
  const small = await cycle(16);
  const large = await cycle(mostMegabytes);
  expect(large - small).toBeLessThan(mostGrowth);
}, 180_000);

it('a megabyte more is refused', async () => {
  expect((await ask('POST', '/Binary', binary(), mostMegabytes + 1)).status).toBe(413);
}, 120_000);
