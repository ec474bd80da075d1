// `npm run erase [-- --dry-run]`: the environment is the servers', which may run meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { readStatute } from '../access/statute.ts';
import { loadConformance } from '../conformance/conformance.ts';
import { oneLine } from '../store/log.ts';
import { type OpenDatabase, withDatabases } from './database.ts';
import type { Environment } from './environment.ts';
import { countDue, eraseDue, type Work } from './erasing.ts';
import { StartError } from './start-error.ts';

async function workIn(open: OpenDatabase, environment: Environment): Promise<Work> {
  const conformance = loadConformance(environment.conformance);
  return {
    database: await open('national', [...conformance.types.keys()]),
    conformance,
    statute: readStatute(conformance, environment),
    baseUrl: environment.baseUrl,
    clock: () => new Date(),
    pause,
    log: (line) => void process.stdout.write(`${line}\n`),
  };
}

try {
  const [option, ...more] = process.argv.slice(2);
  if (more.length > 0 || (option !== undefined && option !== '--dry-run')) throw new StartError('The only option is --dry-run');
  const run = option === undefined ? eraseDue : countDue;
  await withDatabases(async (open, environment) => await run(await workIn(open, environment)));
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 1;
}
