// One MongoDB for the whole run: the embedded server in a temporary folder, or the one that MONGODB_URI names. A test file makes its own database.
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/store/embedded.ts';
import { stopLeftover } from '../../src/store/leftover.ts';

const prefix = 'carnet-test-';
// In memory where the system has it: a test run waits for thousands of journal writes.
const folders = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export default async function startMongod() {
  if (process.env.MONGODB_URI) {
    process.env.TEST_MONGODB_URI = process.env.MONGODB_URI;
    return;
  }
  await removeAbandoned();
  const dataDir = await mkdtemp(join(folders, `${prefix}${process.pid}-`));
  const log = (line) => process.stderr.write(`${line}\n`);
  const embedded = await startEmbedded({ dataDir, cacheGb: 0.5, testCommands: true, log });
  process.env.TEST_MONGODB_URI = embedded.uri;
  globalThis.stopTestMongod = async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** A run that was killed leaves its folder and its mongod: the next one clears them. */
async function removeAbandoned() {
  for (const name of readdirSync(folders).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(folders, name);
    if (isRunning(Number(name.slice(prefix.length).split('-')[0]))) continue;
    if (existsSync(join(folder, 'mongod'))) await stopLeftover(join(folder, 'mongod'), () => {});
    await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
