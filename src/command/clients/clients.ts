// What the command line asks of the registered clients. Everything is judged before the database is opened.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseFiness } from '../../identity/identifiers.ts';
import { parseScopes } from '../../identity/scope.ts';
import { finessSystem } from '../../identity/systems.ts';
import { type Client, clientKinds } from '../../store/client.ts';
import type { ProviderStore } from '../provider-store.ts';
import { StartError } from '../start-error.ts';
import { keysIn } from './client-keys.ts';

export const usage =
  'npm run clients -- add KIND NAME (--jwks FILE | --jwks-uri URL) [--finess N] [--upstream ISSUER|ID] [--scope TEXT] | list | rotate ID (--jwks FILE | --jwks-uri URL) | revoke ID';

type Open = <T>(run: (store: ProviderStore) => Promise<T>) => Promise<T>;
type Options = ReturnType<typeof parsed>['values'];

/** The lines to say. Throws StartError. */
export async function changeClients(args: readonly string[], open: Open): Promise<readonly string[]> {
  const { values, positionals } = parsed(args);
  const [command, ...names] = positionals;
  switch (command) {
    case 'add': {
      const client = clientIn(names, values);
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

function clientIn([first, ...rest]: readonly string[], options: Options): Client {
  const kind = clientKinds.find((one) => one === first);
  if (kind === undefined) throw new StartError(`KIND is one of ${clientKinds.join(', ')}`);
  const name = only(rest).trim();
  if (name === '' || /\p{Cc}/u.test(name)) throw new StartError('NAME is a text');
  const { finess, upstream } = options;
  const context = kind === 'software' ? 'user' : 'system';
  const { scope = `${context}/*.cruds` } = options;
  if ((kind === 'structure') !== (finess !== undefined)) throw new StartError('A structure has --finess, and nobody else');
  if (finess !== undefined && parseFiness(`${finessSystem}|${finess}`) === undefined)
    throw new StartError('--finess has nine characters');
  if ((kind === 'software') !== (upstream !== undefined)) throw new StartError('A software has --upstream, and nobody else');
  if (upstream?.some((one) => !/^https?:\/\/[^\s|]+\|\S+$/.test(one)))
    throw new StartError('--upstream is the URL of an issuer, | and the id of the client there');
  const words = scope.split(' ').filter((word) => word !== '');
  if (words.length === 0 || !words.every((word) => word.startsWith(`${context}/`) && parseScopes(word).length === 1))
    throw new StartError(`--scope lists SMART scopes of the form ${context}/Type.cruds`);
  const made = { _id: randomUUID(), registration: randomUUID(), kind, name, scope: words.join(' '), made: new Date() };
  return {
    ...made,
    ...(finess === undefined ? {} : { finess }),
    ...(upstream === undefined ? {} : { upstream }),
    ...keysIn(options),
  };
}

function lineOf(client: Client): string {
  const { _id, kind, name, finess = '', scope, made, revoked } = client;
  const keys = 'jwks' in client ? client.jwks.keys.map(({ kid }) => String(kid)).join(' ') : client.jwksUri;
  const state = revoked === undefined ? 'in force' : `revoked ${revoked.toISOString()}`;
  return [_id, kind, name, finess, scope, keys, made.toISOString(), state].join('\t');
}
