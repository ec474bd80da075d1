// The embedded MongoDB over its life: data survive a stop and a crash of the server, and one folder has one server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { startEmbedded } from '../../src/store/embedded.ts';

const source = join(import.meta.dirname, '..', '..', 'src', 'store', 'embedded.ts');
const lines: string[] = [];
let dataDir = '';

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'carnet-embedded-'));
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const start = (): ReturnType<typeof startEmbedded> => startEmbedded({ dataDir, cacheGb: 0.25, log: (line) => lines.push(line) });

async function withClient<T>(uri: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const count = (uri: string): Promise<number> => withClient(uri, (client) => client.db().collection('rows').countDocuments());

describe('one folder', () => {
  test('takes a transaction, is refused to a second server, and can be opened again', async () => {
    const first = await start();
    await withClient(first.uri, (client) =>
      client.withSession((session) =>
        session.withTransaction(async () => {
          await client.db().collection('rows').insertOne({ n: 1 }, { session });
        }),
      ),
    );
    await expect(start()).rejects.toThrow(
      /^DATA_DIR \S+ is in use by another server: stop that one or choose another DATA_DIR\.$/,
    );
    await first.stop();

    const second = await start();
    expect(await count(second.uri)).toBe(1);
    await second.stop();
  }, 60_000);

  test('a server that was killed leaves its data and nothing in the way', async () => {
    const script = `import { startEmbedded } from ${JSON.stringify(source)};
      await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, cacheGb: 0.25, log: () => {} });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await start();
    expect(lines).toContain('Stopping the mongod that an earlier server left running …');
    expect(await count(next.uri)).toBe(1);
    await next.stop();
  }, 60_000);

  test('the lock file of another program names no mongod to stop', async () => {
    const lock = join(dataDir, 'mongod', 'mongod.lock');
    expect(existsSync(lock)).toBe(true);
    await writeFile(lock, `${process.pid}\n`);
    const next = await start();
    expect((await readFile(lock, 'utf8')).trim()).not.toBe(String(process.pid));
    await next.stop();
  }, 60_000);
});

test('a mongod that ends by itself is told in one line', async () => {
  const embedded = await start();
  await withClient(`${embedded.uri}&directConnection=true`, (client) =>
    client.db('admin').command({ shutdown: 1, force: true }),
  ).catch(() => undefined);
  expect(await embedded.died).toMatch(/^The embedded mongod ended \(.+\): see mongod\.log in DATA_DIR, then start again\.$/);
  await embedded.stop();
}, 60_000);
