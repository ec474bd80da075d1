// The registered clients of the provider: a collection that holds no resource.
// https://hl7.org/fhir/smart-app-launch/backend-services.html#register-the-client-with-the-server
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../fhir/json.ts';
import { registrationName } from '../identity/claims.ts';
import { transaction } from './commit.ts';
import { type Database, within } from './database.ts';
import { revoke } from './revocation.ts';

/** Where a client's public keys are: written here, or at its own address. */
export type ClientKeys = { readonly jwks: { readonly keys: readonly JsonObject[] } } | { readonly jwksUri: string };
export const clientKinds = ['structure', 'feeder', 'agent', 'operator', 'tester', 'software', 'app'] as const;

/** An app that can keep no secret is public: PKCE alone says that it is the one that asked. */
export type Client = (ClientKeys | { readonly public: true }) & {
  readonly _id: string;
  /** Another one with every change of keys: its tokens rest on it. */
  readonly registration: string;
  readonly kind: (typeof clientKinds)[number];
  readonly name: string;
  /** Of a structure. */
  readonly finess?: string;
  /** Of a practice software: what it is called at the issuers of professionals, `issuer|client id`. */
  readonly upstream?: readonly string[];
  /** Of an app: the addresses to which a browser may bring its codes, each exactly. */
  readonly redirect?: readonly string[];
  /** SMART scopes: the most that it may ask for. */
  readonly scope: string;
  readonly made: Date;
  readonly revoked?: Date;
};

export type Clients = {
  /** One that is not revoked. */
  readonly find: (id: string) => Promise<Client | undefined>;
  /** Whether it is that of an address of an app. */
  readonly hasOrigin: (origin: string) => Promise<boolean>;
  readonly list: () => Promise<readonly Client[]>;
  readonly add: (client: Client) => Promise<void>;
  /** Other keys in place of those it has: what was issued before is void. False: there is no such client. */
  readonly rekey: (id: string, keys: ClientKeys, now: Date) => Promise<boolean>;
  readonly revoke: (id: string, now: Date) => Promise<boolean>;
};

/** `databases`: those in which its tokens are used. */
export function clientsOf(database: Database, databases: readonly Database[]): Clients {
  const { clients } = database;
  const change = async (id: string, now: Date, update: object, which: object = {}): Promise<boolean> =>
    await transaction(database, async (inside) => {
      const inForce = { _id: { $eq: id }, revoked: { $exists: false }, ...which };
      const old = await clients.findOneAndUpdate(inForce, update, within(inside));
      if (old !== null) await revoke(inside, databases, registrationName(old.registration), now);
      return old !== null;
    });
  return {
    find: async (id) => (await clients.findOne({ _id: { $eq: id }, revoked: { $exists: false } })) ?? undefined,
    hasOrigin: async (origin) =>
      (await clients.findOne({ origins: { $eq: origin }, revoked: { $exists: false } }, { projection: { _id: 1 } })) !== null,
    list: async () => await clients.find().sort({ made: 1 }).toArray(),
    add: async (client) => void (await clients.insertOne(withOrigins(client))),
    rekey: async (id, keys, now) => await change(id, now, withKeys(keys), { public: { $exists: false } }),
    revoke: async (id, now) => await change(id, now, { $set: { revoked: now } }),
  };
}

export type StoredClient = Client & { readonly origins?: readonly string[] };

function withOrigins(client: Client): StoredClient {
  const origins = new Set(client.redirect?.map((address) => new URL(address).origin));
  return origins.size === 0 ? client : { ...client, origins: [...origins] };
}

/** No member is set and taken away at once. */
function withKeys(keys: ClientKeys): object {
  return 'jwks' in keys
    ? { $set: { jwks: keys.jwks, registration: randomUUID() }, $unset: { jwksUri: '' } }
    : { $set: { jwksUri: keys.jwksUri, registration: randomUUID() }, $unset: { jwks: '' } };
}
