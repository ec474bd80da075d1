// The MongoDB of a trial and of the tests, never of production: a mongod of our own on 127.0.0.1 whose data survive restarts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, realpath, rename } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdFolder, stopLeftover } from './leftover.ts';
import { type Log, oneLine } from './log.ts';
import { findMongod } from './mongod.ts';
import { becomePrimary, replicaSet } from './replica-set.ts';

export type Embedded = {
  readonly uri: string;
  /** Settles only if mongod ends without being asked to: one line. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
};

type Options = {
  readonly dataDir: string;
  readonly cacheGb?: number;
  /** It can be told to fail. */
  readonly testCommands?: boolean;
  readonly log: Log;
};
type Form = Required<Pick<Options, 'cacheGb' | 'testCommands'>>;
type Mongod = { readonly child: ChildProcess; readonly port: number; readonly ended: Promise<number | string> };

const portTaken = 48; // mongod's exit code
const patience = { start: 120_000, stop: 20_000 };

/** Throws an Error of one line that says what to do. */
export async function startEmbedded({ dataDir, cacheGb = 1, testCommands = false, log }: Options): Promise<Embedded> {
  await mkdir(join(dataDir, 'mongod'), { recursive: true });
  const folder = await realpath(dataDir);
  const release = await holdFolder(folder);
  try {
    await stopLeftover(join(folder, 'mongod'), log);
    const mongod = await launch(await findMongod(folder, log), folder, { cacheGb, testCommands });
    return await opened(mongod, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function opened(mongod: Mongod, release: () => void): Promise<Embedded> {
  let asked = false;
  const stop = async (): Promise<void> => {
    asked = true;
    await end(mongod);
    release();
  };
  const died = new Promise<string>((resolve) => {
    void mongod.ended.then((code) => {
      if (!asked) resolve(`The embedded mongod ended (${code}): see mongod.log in DATA_DIR, then start again.`);
    });
  });
  try {
    await becomePrimary(mongod.port, mongod.child.pid);
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri: `mongodb://127.0.0.1:${mongod.port}/carnet?replicaSet=${replicaSet}`, died, stop };
}

/** A mongod that listens. Another program may take the free port first, so a few are tried. */
async function launch(binary: string, folder: string, form: Form): Promise<Mongod> {
  const logPath = join(folder, 'mongod.log');
  for (let attempt = 1; ; attempt += 1) {
    await rename(logPath, `${logPath}.1`).catch(() => undefined);
    const port = await freePort();
    // A process group of its own: Ctrl-C reaches the server first, which then stops mongod.
    const child = spawn(binary, options(folder, logPath, port, form), { stdio: 'ignore', detached: true });
    const ended = once(child, 'exit').then(([code, signal]) => code ?? signal, oneLine);
    const endWithUs = (): boolean => child.kill('SIGTERM');
    process.once('exit', endWithUs);
    void ended.then(() => process.off('exit', endWithUs));
    const mongod: Mongod = { child, port, ended };
    const early = await Promise.race([ended, listening(port, child)]);
    if (early === 'listening') return mongod;
    await end(mongod);
    if (early !== portTaken || attempt === 3) throw new Error(`mongod did not start (${early}): ${await fault(logPath)}`);
  }
}

function options(folder: string, logPath: string, port: number, { cacheGb, testCommands }: Form): readonly string[] {
  const given = {
    dbpath: join(folder, 'mongod'),
    port,
    bind_ip: '127.0.0.1',
    replSet: replicaSet,
    logpath: logPath,
    wiredTigerCacheSizeGB: cacheGb,
    wiredTigerCollectionBlockCompressor: 'zstd',
    // Each type has seven files: idle ones are closed before the process runs out of them.
    wiredTigerEngineConfigString: 'file_manager=(close_idle_time=15,close_scan_interval=5,close_handle_minimum=250)',
    networkMessageCompressors: 'disabled',
  };
  // Many records in one search: one scan each, merged, instead of a sort of everything.
  const parameters = [
    'internalQueryMaxScansToExplode=4000',
    'shutdownTimeoutMillisForSignaledShutdown=100',
    'diagnosticDataCollectionEnabled=false',
    ...(testCommands ? ['enableTestCommands=1'] : []),
  ];
  return [
    ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...parameters.flatMap((parameter) => ['--setParameter', parameter]),
    ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
    '--quiet',
  ];
}

async function end({ child, ended }: Mongod): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), patience.stop);
  await ended;
  clearTimeout(late);
}

async function listening(port: number, child: ChildProcess): Promise<'listening' | 'too slow'> {
  const deadline = Date.now() + patience.start;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (await connects(port)) return 'listening';
    await sleep(50);
  }
  return 'too slow';
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}

/** The last error that mongod wrote. https://www.mongodb.com/docs/manual/reference/log-messages/ */
async function fault(logPath: string): Promise<string> {
  const lines = (await readFile(logPath, 'utf8').catch(() => '')).split('\n');
  const last = lines.findLast((line) => /"s":"[FE]"/.test(line));
  if (last === undefined) return `see ${logPath}.`;
  const { msg, attr } = JSON.parse(last);
  return `${oneLine(attr?.error?.errmsg ?? attr?.error ?? msg)} (${logPath})`;
}
