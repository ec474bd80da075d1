// One server a data folder, and nothing left in its way: the hold on the folder, and the end of a mongod that outlived its server.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Log } from './log.ts';

const run = promisify(execFile);

/** Holds the folder until released or the process ends, however it ends: a socket's name, which the system gives back. Throws one line. */
export async function holdFolder(folder: string): Promise<() => void> {
  const name = socketName(folder);
  const held = (await listen(name)) ?? (await listenAgain(name));
  if (held === undefined)
    throw new Error(`DATA_DIR ${folder} is in use by another server: stop that one or choose another DATA_DIR.`);
  return () => held.close();
}

/** Stops the mongod that still runs on `dbPath`. Only what is really a mongod on that folder; call it while holding the folder. */
export async function stopLeftover(dbPath: string, log: Log): Promise<void> {
  const pid = Number.parseInt(await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => ''), 10);
  if (!(await isMongodOn(pid, dbPath))) return;
  log('Stopping the mongod that an earlier server left running …');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    for (let waited = 0; waited < 15_000; waited += 50) {
      await sleep(50);
      if (!(await isMongodOn(pid, dbPath))) return;
    }
  }
  throw new Error(`A mongod of an earlier server does not stop: end process ${pid}, then start again.`);
}

async function isMongodOn(pid: number, dbPath: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  const words = await commandLine(pid);
  return basename(words[0] ?? '').startsWith('mongod') && words.includes(dbPath);
}

/** The words of a running process; none where it has ended. */
async function commandLine(pid: number): Promise<readonly string[]> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]);
    const [program = '', ...rest] = stdout.trim().split(' --');
    return [program, ...rest.flatMap((word) => [`--${word}`, word.slice(word.indexOf(' ') + 1)])];
  } catch {
    return [];
  }
}

function socketName(folder: string): string {
  const name = `carnet-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server.unref()));
  });
}

/** Where a socket is a file (macOS), it stays after a crash: nobody answers, so it is taken over. */
async function listenAgain(name: string): Promise<Server | undefined> {
  if (!name.startsWith('/') || (await answers(name))) return undefined;
  await rm(name, { force: true });
  return listen(name);
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(name, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
