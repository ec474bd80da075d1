// What the operator changes of the provider: its clients and keys.
import { type Clients, clientsOf } from '../store/client.ts';
import { type SigningKeys, signingKeysOf } from '../store/signing-key.ts';
import { withDatabases } from './database.ts';

export type ProviderStore = { readonly clients: Clients; readonly keys: SigningKeys };

export async function withProviderStore<T>(run: (store: ProviderStore) => Promise<T>): Promise<T> {
  return await withDatabases(async (open) => {
    const databases = [await open('national'), await open('testers')] as const;
    return await run({ clients: clientsOf(databases[0], databases), keys: signingKeysOf(databases[0], databases) });
  });
}
