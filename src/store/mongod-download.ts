// mongod as MongoDB publishes it, fetched by mongodb-memory-server-core in a process of its own that can be ended where the network is closed.
// https://typegoose.github.io/mongodb-memory-server/docs/api/classes/mongo-binary
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, oneLine } from './log.ts';

const version = '8.0.17';
const silence = { connecting: 20_000, downloading: 120_000 };

/** Puts mongod into `folder` as `fileName`; throws one line. */
export async function fromDownload(folder: string, fileName: string, log: Log): Promise<string> {
  log(`Fetching MongoDB ${version} from its publisher (once, about 100 MB) …`);
  const temporary = await mkdtemp(join(folder, 'download-'));
  try {
    const fetched = await fetchApart(temporary);
    const copy = join(temporary, `${fileName}.copy`);
    await copyFile(fetched, copy);
    await chmod(copy, 0o755);
    await rename(copy, join(folder, fileName));
    return join(folder, fileName);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The path of the binary: the last line that the other process prints. It prints its progress too, so silence means no network. */
function fetchApart(downloadDir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, downloadDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let failure = '';
    const giveUp = (): boolean => child.kill('SIGKILL');
    let timer = setTimeout(giveUp, silence.connecting);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      clearTimeout(timer);
      timer = setTimeout(giveUp, silence.downloading);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      failure += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(oneLine(printed));
      const reason = code === null ? 'no answer in time' : oneLine(failure);
      reject(new Error(`MongoDB could not be fetched from its publisher (${reason}).`));
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const { MongoBinary } = await import('mongodb-memory-server-core/lib/util/MongoBinary.js');
  try {
    process.stdout.write(`\n${await MongoBinary.getPath({ version, downloadDir: process.argv[2] ?? '' })}\n`);
  } catch (error) {
    process.stderr.write(`${oneLine(error)}\n`);
    process.exitCode = 1;
  }
}
