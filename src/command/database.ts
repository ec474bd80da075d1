// The databases as an operator's command finds them: with the environment of the servers, which run meanwhile.
import { connect, type Database, databaseNames, openDatabase } from '../store/database.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { StartError } from './start-error.ts';

/** One of the two, with its collections of no resource and those of the types. */
export type OpenDatabase = (which: 'national' | 'testers', types?: readonly string[]) => Promise<Database>;

/** Throws StartError where the environment names no server of MongoDB. */
export async function withDatabases<T>(run: (open: OpenDatabase, environment: Environment) => Promise<T>): Promise<T> {
  const environment = readEnvironment(process.env);
  const { mongodbUri } = environment;
  if (mongodbUri === undefined)
    throw new StartError('MONGODB_URI is not set: the embedded database is open while its server runs, and to nobody else.');
  const client = await connect(mongodbUri);
  try {
    return await run(async (which, types = []) => await openDatabase(client, databaseNames(client)[which], types), environment);
  } finally {
    await client.close();
  }
}
