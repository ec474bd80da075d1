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
export const clientKinds = ['structure', 'feeder', 'agent', 'operator', 'tester', 'software'] as const;

export type Client = ClientKeys & {
  readonly _id: string;
  /** Another one with every change of keys: its tokens rest on it. */
  readonly registration: string;
  readonly kind: (typeof clientKinds)[number];
  readonly name: string;
  /** Of a structure. */
  readonly finess?: string;
  /** Of a practice software: what it is called at the issuers of professionals, `issuer|client id`. */
  readonly upstream?: readonly string[];
  /** SMART scopes: the most that it may ask for. */
  readonly scope: string;
  readonly made: Date;
  readonly revoked?: Date;
};

export type Clients = {
  /** One that is not revoked. */
  readonly find: (id: string) => Promise<Client | undefined>;
  readonly list: () => Promise<readonly Client[]>;
  readonly add: (client: Client) => Promise<void>;
  /** Other keys in place of those it has: what was issued before is void. False: there is no such client. */
  readonly rekey: (id: string, keys: ClientKeys, now: Date) => Promise<boolean>;
  readonly revoke: (id: string, now: Date) => Promise<boolean>;
};

/** `databases`: those in which its tokens are used. */
export function clientsOf(database: Database, databases: readonly Database[]): Clients {
  const { clients } = database;
  const change = async (id: string, now: Date, update: object): Promise<boolean> =>
    await transaction(database, async (inside) => {
      const inForce = { _id: { $eq: id }, revoked: { $exists: false } };
      const old = await clients.findOneAndUpdate(inForce, update, within(inside));
      if (old !== null) await revoke(inside, databases, registrationName(old.registration), now);
      return old !== null;
    });
  return {
    find: async (id) => (await clients.findOne({ _id: { $eq: id }, revoked: { $exists: false } })) ?? undefined,
    list: async () => await clients.find().sort({ made: 1 }).toArray(),
    add: async (client) => void (await clients.insertOne(client)),
    rekey: async (id, keys, now) => await change(id, now, withKeys(keys)),
    revoke: async (id, now) => await change(id, now, { $set: { revoked: now } }),
  };
}

/** No member is set and taken away at once. */
function withKeys(keys: ClientKeys): object {
  return 'jwks' in keys
    ? { $set: { jwks: keys.jwks, registration: randomUUID() }, $unset: { jwksUri: '' } }
    : { $set: { jwksUri: keys.jwksUri, registration: randomUUID() }, $unset: { jwks: '' } };
}
