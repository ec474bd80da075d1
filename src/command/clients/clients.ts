// What the command line asks of the registered clients. Everything is judged before the database is opened.
import { parseArgs } from 'node:util';
import type { Client } from '../../store/client.ts';
import type { ProviderStore } from '../provider-store.ts';
import { StartError } from '../start-error.ts';
import { keysIn } from './client-keys.ts';
import { clientIn } from './registration.ts';

export const usage =
  'npm run clients -- add KIND NAME (--jwks FILE | --jwks-uri URL) [--finess N] [--upstream ISSUER|ID] [--scope TEXT] | add app NAME --redirect URL [--scope TEXT] | list | rotate ID (--jwks FILE | --jwks-uri URL) | revoke ID';

type Open = <T>(run: (store: ProviderStore) => Promise<T>) => Promise<T>;

/** The lines to say. Throws StartError. */
export async function changeClients(args: readonly string[], open: Open): Promise<readonly string[]> {
  const { values, positionals } = parsed(args);
  const [command, ...names] = positionals;
  switch (command) {
    case 'add': {
      const [kind = '', ...rest] = names;
      const client = clientIn({ kind, name: only(rest), ...values });
      await open(async ({ clients }) => await clients.add(client));
      return [client._id];
    }
    case 'list':
      return await open(async ({ clients }) => (await clients.list()).map(lineOf));
    case 'rotate': {
      const [id, keys] = [only(names), keysIn(values)];
      if (!(await open(async ({ clients }) => await clients.rekey(id, keys, new Date())))) throw unknown();
      return ['Its other keys are in force; the tokens that it got before are void.'];
    }
    case 'revoke': {
      const id = only(names);
      if (!(await open(async ({ clients }) => await clients.revoke(id, new Date())))) throw unknown();
      return ['It gets no token any more; those that it got are void.'];
    }
    default:
      throw new StartError(usage);
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    jwks: text,
    'jwks-uri': text,
    finess: text,
    scope: text,
    upstream: { type: 'string', multiple: true },
    redirect: { type: 'string', multiple: true },
  } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch {
    throw new StartError(usage);
  }
}

function only([name, ...more]: readonly string[]): string {
  if (name === undefined || more.length > 0) throw new StartError(usage);
  return name;
}

const unknown = (): StartError => new StartError('There is no client of this id in force');

function lineOf(client: Client): string {
  const { _id, kind, name, finess = '', scope, made, revoked } = client;
  const keys =
    'public' in client ? 'public' : 'jwks' in client ? client.jwks.keys.map(({ kid }) => String(kid)).join(' ') : client.jwksUri;
  const state = revoked === undefined ? 'in force' : `revoked ${revoked.toISOString()}`;
  return [_id, kind, name, finess, scope, keys, made.toISOString(), state].join('\t');
}
