// Where oidc-provider keeps what it has to remember: clients as they are registered, the rest for a while, in MongoDB.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md#adapter
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import type { Client, Clients } from '../store/client.ts';
import type { ProviderRow, ProviderRows } from '../store/provider-row.ts';
import { tokenExchange } from './addresses.ts';

export type Kept = { readonly clients: Pick<Clients, 'find'>; readonly rows: ProviderRows; readonly clock: () => Date };
/** `given`: what a token says that was given out. */
export type Known = Kept & { readonly given: (name: string) => Promise<AdapterPayload | undefined> };

const grantPrefix = 'Grant|';

export function adapterFor({ clients, rows, clock, given }: Known): AdapterFactory {
  return (model) => {
    const idOf = (id: string): string => `${model}|${id}`;
    const found = async (by: Parameters<ProviderRows['find']>[0]): Promise<AdapterPayload | undefined> =>
      payloadOf(await rows.find(by, clock()));
    const kept: Adapter = {
      find: async (id) => await found({ _id: idOf(id) }),
      findByUid: async (uid) => await found({ uid: idOf(uid) }),
      // Of the device flow, which this provider does not have.
      findByUserCode: async () => undefined,
      upsert: async (id, payload, expiresIn) => await rows.put(rowOf(idOf(id), payload, goneAfter(expiresIn, clock()))),
      consume: async (id) => {
        if (await rows.consume(idOf(id), clock())) return;
        // It has looked before; who comes second here has what somebody else used. https://www.rfc-editor.org/rfc/rfc6749#section-10.5
        const used = await rows.find({ _id: idOf(id) }, clock());
        if (used?.grant !== undefined) await rows.endGrant(used.grant, clock());
        throw new errors.InvalidGrant('it has been used already');
      },
      destroy: async (id) => await rows.remove(idOf(id)),
      revokeByGrantId: async (grant) => await rows.endGrant(grant, clock()),
    };
    if (model === 'Client') return { ...kept, find: async (id) => metadataOf(await clients.find(id)) };
    if (model === 'AccessToken') return { ...kept, find: given, destroy: async (id) => await rows.endToken(id, clock()) };
    if (model !== 'ReplayDetection') return kept;
    return {
      ...kept,
      // It has looked before; of two at the same time one comes second here.
      upsert: async (id, payload, expiresIn) => {
        if (!(await rows.insert(rowOf(idOf(id), payload, goneAfter(expiresIn, clock())))))
          throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
      },
    };
  };
}

function goneAfter(seconds: number | undefined, now: Date): Date | undefined {
  return seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
}

function rowOf(_id: string, payload: AdapterPayload, gone: Date | undefined): ProviderRow {
  const { uid } = payload;
  const accountId = accountIn(payload);
  const grantId = _id.startsWith(grantPrefix) ? _id.slice(grantPrefix.length) : payload.grantId;
  return {
    _id,
    text: JSON.stringify(payload),
    ...(uid === undefined ? {} : { uid: `${_id.slice(0, _id.indexOf('|'))}|${uid}` }),
    ...(grantId === undefined ? {} : { grant: grantId }),
    ...(accountId === undefined ? {} : { account: accountId }),
    ...(gone === undefined ? {} : { gone }),
  };
}

/** Of an interaction, who has just signed in, or is asked: it ends with all else of the account. */
function accountIn({ accountId, result, session }: AdapterPayload): string | undefined {
  return accountId ?? result?.login?.accountId ?? session?.accountId;
}

function payloadOf(row: ProviderRow | undefined): AdapterPayload | undefined {
  if (row === undefined) return undefined;
  const payload = JSON.parse(row.text) as AdapterPayload;
  return row.consumed === undefined ? payload : { ...payload, consumed: Math.floor(row.consumed.getTime() / 1000) };
}

/** https://www.rfc-editor.org/rfc/rfc7591#section-2 */
function metadataOf(client: Client | undefined): AdapterPayload | undefined {
  if (client === undefined) return undefined;
  return {
    client_id: client._id,
    client_name: client.name,
    ...grantsOf(client),
    ...keysOf(client),
  };
}

function grantsOf({ kind, redirect = [] }: Client): AdapterPayload {
  if (kind === 'app')
    return {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [...redirect],
      post_logout_redirect_uris: [...redirect],
    };
  return {
    grant_types: [kind === 'software' ? tokenExchange : 'client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}

function keysOf(client: Client): AdapterPayload {
  if ('public' in client) return { token_endpoint_auth_method: 'none' };
  const keys = 'jwks' in client ? { jwks: { keys: [...client.jwks.keys] } } : { jwks_uri: client.jwksUri };
  return { token_endpoint_auth_method: 'private_key_jwt', ...keys };
}
