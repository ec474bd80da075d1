// The databases as an operator's command finds them: with the environment of the servers, which run meanwhile.
import { connect, type Database, databaseNames, openDatabase } from '../store/database.ts';
import { readEnvironment } from './environment.ts';
import { StartError } from './start-error.ts';

/** One of the two, with its collections of no resource. */
export type OpenDatabase = (which: 'national' | 'testers') => Promise<Database>;

/** Throws StartError where the environment names no server of MongoDB. */
export async function withDatabases<T>(run: (open: OpenDatabase) => Promise<T>): Promise<T> {
  const { mongodbUri } = readEnvironment(process.env);
  if (mongodbUri === undefined)
    throw new StartError('MONGODB_URI is not set: the embedded database is open while its server runs, and to nobody else.');
  const client = await connect(mongodbUri);
  try {
    return await run(async (which) => await openDatabase(client, databaseNames(client)[which], []));
  } finally {
    await client.close();
  }
}
