// What the operator changes of the provider: its clients and keys, with the environment of the servers, which run meanwhile.
import { type Clients, clientsOf } from '../store/client.ts';
import { connect, databaseNames, openDatabase } from '../store/database.ts';
import { type SigningKeys, signingKeysOf } from '../store/signing-key.ts';
import { readEnvironment } from './environment.ts';
import { StartError } from './start-error.ts';

export type ProviderStore = { readonly clients: Clients; readonly keys: SigningKeys };

export async function withProviderStore<T>(run: (store: ProviderStore) => Promise<T>): Promise<T> {
  const { mongodbUri } = readEnvironment(process.env);
  if (mongodbUri === undefined)
    throw new StartError('MONGODB_URI is not set: the embedded database is open while its server runs, and to nobody else.');
  const client = await connect(mongodbUri);
  try {
    const { national, testers } = databaseNames(client);
    const databases = [await openDatabase(client, national, []), await openDatabase(client, testers, [])] as const;
    return await run({ clients: clientsOf(databases[0], databases), keys: signingKeysOf(databases[0], databases) });
  } finally {
    await client.close();
  }
}
