// `npm run reindex [-- Type …]`: the environment is the server's, which may run meanwhile.
import { oneLine } from '../store/log.ts';
import { readEnvironment } from './environment.ts';
import { reindexAll } from './reindexing.ts';

try {
  const environment = readEnvironment(process.env);
  if (environment.mongodbUri === undefined)
    throw new Error('MONGODB_URI is not set: the embedded database is indexed anew when the server starts.');
  const types = process.argv.slice(2);
  await reindexAll({
    environment,
    mongodbUri: environment.mongodbUri,
    log: (line) => void process.stdout.write(`${line}\n`),
    ...(types.length > 0 && { types }),
  });
  process.stdout.write('Everything is indexed.\n');
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 1;
}
