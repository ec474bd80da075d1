// `npm run erase [-- --dry-run]`: the environment is the servers', which may run meanwhile.
import { oneLine } from '../store/log.ts';
import { readEnvironment } from './environment.ts';
import { countDue, eraseDue, withDatabase } from './erasing.ts';

try {
  const environment = readEnvironment(process.env);
  if (environment.mongodbUri === undefined)
    throw new Error('MONGODB_URI is not set: nothing is kept for ten years in the embedded database.');
  const [option, ...more] = process.argv.slice(2);
  if (more.length > 0 || (option !== undefined && option !== '--dry-run')) throw new Error('The only option is --dry-run');
  await withDatabase(
    { environment, mongodbUri: environment.mongodbUri, log: (line) => void process.stdout.write(`${line}\n`) },
    option === undefined ? eraseDue : countDue,
  );
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 1;
}
