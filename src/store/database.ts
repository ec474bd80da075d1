// One MongoDB database of the server: its collections, their indexes, and the term of the primary that answers.
// https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
import {
  type ClientSession,
  type Collection,
  type Db,
  GridFSBucket,
  type IndexDescription,
  MongoClient,
  MongoServerError,
  type ObjectId,
  type TopologyDescription,
} from 'mongodb';
import type { AccessRecord } from '../access/record.ts';
import { ruling } from '../access/type.ts';
import type { Row } from '../filter/row.ts';
import type { Enrolment, StoredAccount } from './account.ts';
import type { Activation } from './activation.ts';
import type { StoredClient } from './client.ts';
import type { TypeIndex } from './index-state.ts';
import type { Mail } from './outbox.ts';
import type { ProviderRow } from './provider-row.ts';
import type { Revocation } from './revocation.ts';
import type { SigningKey } from './signing-key.ts';
import type { Tries } from './tries.ts';

export type StoredRecord = Omit<AccessRecord, 'key'> & { readonly _id: string };
/** An old version or a tombstone, under the envelope that the current version has (or the last one had). */
export type Past = Omit<Row, '_id'> & {
  readonly _id: string;
  readonly id: string;
  readonly type: string;
  readonly deleted?: true;
  /** When the next version took its place; absent: the last of what is deleted. */
  readonly until?: Date;
};
/** The record of an INS; a claim, and how often it was made; or what was published under a master identifier (submission.ts). */
export type Key = {
  readonly _id: string;
  readonly ids?: readonly string[];
  readonly n?: number;
  readonly digest?: string;
  readonly of?: string;
  readonly text?: string;
};
/** A record that is being erased: `at` the instant from which nobody finds it. */
export type Erasure = {
  readonly _id: string;
  readonly reason: 'retention' | 'request';
  readonly at: Date;
  readonly resources: number;
  readonly versions: number;
  readonly traces: number;
  readonly files: number;
};
export type Setting = { readonly _id: string; readonly value: string };

export type Database = {
  readonly client: MongoClient;
  /** Of the transaction in which everything happens; absent: each command stands alone. */
  readonly session?: ClientSession;
  /** All that are stored. */
  readonly types: readonly string[];
  readonly of: (type: string) => Collection<Row>;
  readonly records: Collection<StoredRecord>;
  readonly history: Collection<Past>;
  readonly keys: Collection<Key>;
  readonly settings: Collection<Setting>;
  readonly indexes: Collection<TypeIndex>;
  readonly activations: Collection<Activation>;
  readonly accounts: Collection<StoredAccount>;
  readonly enrolments: Collection<Enrolment>;
  readonly tries: Collection<Tries>;
  readonly outbox: Collection<Mail>;
  /** Among the records, so that a guarded command returns them too. */
  readonly revocations: Collection<Revocation>;
  readonly clients: Collection<StoredClient>;
  readonly signingKeys: Collection<SigningKey>;
  readonly provider: Collection<ProviderRow>;
  readonly erasures: Collection<Erasure>;
  readonly attachments: GridFSBucket;
  readonly files: Collection<{ readonly _id: ObjectId }>;
  readonly chunks: Collection<{ readonly _id: ObjectId; readonly files_id: ObjectId }>;
  /** Of every type that rows were ever written of. */
  readonly typesStored: () => Promise<readonly string[]>;
  /** Rises whenever the primary, its election or its set version changes. */
  readonly term: () => number;
};

const byDate = { date: -1, _id: -1 } as const;
/** Of versions: the last first. */
export const byVersion = { lu: -1, type: -1, id: -1, v: -1 } as const;
export const recordIndex = { rec: 1, ...byDate } as const;
export const categoryIndex = { rec: 1, tc: 1, ...byDate } as const;
/** What has the token, record by record in the order of a page: not a key more is read. */
export const tokenIndex = { idx: 1, rec: 1, ...byDate } as const;
const formerTokenIndex = 'idx_1';

const rowIndexes: IndexDescription[] = [
  { key: recordIndex },
  { key: categoryIndex },
  { key: tokenIndex },
  { key: { rec: 1, lu: -1, _id: -1 } },
  { key: { dep: 1, ...byDate } },
  { key: { dep: 1, lu: -1, _id: -1 } },
];
const fileIndex: IndexDescription = { key: { file: 1 }, sparse: true };
/** What awaits its announcement and the holder has no notice of. */
const heldIndex: IndexDescription = { key: { told: 1, hold: 1 }, partialFilterExpression: { hold: { $exists: true } } };
/** Notices of somebody's accesses. */
const noticeIndex: IndexDescription = { key: { by: 1, rec: 1 }, partialFilterExpression: { by: { $exists: true } } };
const traceIndexes: IndexDescription[] = [{ key: recordIndex }, { key: { by: 1, ...byDate } }];

/** MongoDB forgets what has it, within a minute after it is over. */
const goneIndex: IndexDescription = { key: { gone: 1 }, expireAfterSeconds: 0 };

export function notGone(now: Date) {
  return { $or: [{ gone: { $exists: false } }, { gone: { $gt: now } }] };
}

const otherIndexes: readonly (readonly [collection: string, indexes: readonly IndexDescription[]])[] = [
  ['records', [{ key: { actors: 1 } }, { ...goneIndex, sparse: true }]],
  [
    'history',
    [{ key: { rec: 1, ...byVersion } }, { key: { dep: 1, ...byVersion } }, { key: { type: 1, id: 1, v: -1 } }, fileIndex],
  ],
  ['outbox', [{ key: { next: 1 } }, { key: { notice: 1 } }]],
  ['attachments.chunks', [{ key: { files_id: 1, n: 1 }, unique: true }]],
  ['attachments.files', [{ key: { uploadDate: 1 } }]],
  ['activations', [goneIndex]],
  ['accounts', [{ key: { 'ins.value': 1 }, unique: true }]],
  ['enrolments', [goneIndex]],
  ['tries', [goneIndex]],
  ['signingKeys', [goneIndex]],
  ['clients', [{ key: { origins: 1 }, sparse: true }]],
  [
    'provider',
    [goneIndex, { key: { uid: 1 }, sparse: true }, { key: { grant: 1 }, sparse: true }, { key: { account: 1 }, sparse: true }],
  ],
];
const namespaceExists = 48;

export async function connect(uri: string): Promise<MongoClient> {
  const client = new MongoClient(uri, {
    maxPoolSize: 50,
    minPoolSize: 4,
    serverSelectionTimeoutMS: 15_000,
    writeConcern: { w: 'majority', j: true },
  });
  return await client.connect();
}

/** The database that the server's address names, and the testers' own one beside it. */
export function databaseNames(client: MongoClient): { readonly national: string; readonly testers: string } {
  const named = client.db().databaseName;
  const national = named === 'test' ? 'carnet' : named;
  return { national, testers: `${national}-htest` };
}

export async function openDatabase(client: MongoClient, name: string, types: readonly string[]): Promise<Database> {
  const db = client.db(name);
  const database: Database = {
    client,
    types,
    of: (type) => db.collection<Row>(type),
    records: db.collection<StoredRecord>('records'),
    history: db.collection<Past>('history'),
    keys: db.collection<Key>('keys'),
    settings: db.collection<Setting>('settings'),
    indexes: db.collection<TypeIndex>('indexes'),
    activations: db.collection<Activation>('activations'),
    accounts: db.collection<StoredAccount>('accounts'),
    enrolments: db.collection<Enrolment>('enrolments'),
    tries: db.collection<Tries>('tries'),
    outbox: db.collection<Mail>('outbox'),
    revocations: db.collection<Revocation>('records'),
    clients: db.collection<StoredClient>('clients'),
    signingKeys: db.collection<SigningKey>('signingKeys'),
    provider: db.collection<ProviderRow>('provider'),
    erasures: db.collection<Erasure>('erasures'),
    attachments: new GridFSBucket(db, { bucketName: 'attachments' }),
    files: db.collection('attachments.files'),
    chunks: db.collection('attachments.chunks'),
    typesStored: async () => (await collectionsOf(db)).filter((name) => /^[A-Z]/.test(name)),
    term: termOf(client),
  };
  await createIndexes(db, database, types);
  return database;
}

/** All at once: each waits for the journal, not for the others. */
async function createIndexes(db: Db, database: Database, types: readonly string[]): Promise<void> {
  const existing = new Set(await collectionsOf(db));
  const bare = ['keys', 'settings', 'indexes', 'erasures'];
  await Promise.all([
    // A transaction may not wait for a collection to be made.
    ...bare.filter((name) => !existing.has(name)).map(async (name) => await createCollection(db, name)),
    ...otherIndexes.map(async ([name, indexes]) => await db.collection(name).createIndexes([...indexes])),
    ...types.map(async (type) => {
      await database.of(type).createIndexes([...indexesOf(type)]);
      if (existing.has(type)) await dropFormer(database.of(type));
    }),
  ]);
}

async function collectionsOf(db: Db): Promise<readonly string[]> {
  return (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
}

function indexesOf(type: string): readonly IndexDescription[] {
  if (type === 'AuditEvent') return traceIndexes;
  const held = heldTypes([type]).length > 0 ? [heldIndex] : [];
  if (type === 'Communication') return [...rowIndexes, ...held, noticeIndex];
  return type === 'Binary' ? [...rowIndexes, fileIndex] : [...rowIndexes, ...held];
}

/** What is deposited to be announced: bytes are with their document. */
export function heldTypes(types: readonly string[]): readonly string[] {
  return types.filter((type) => ruling(type) === 'clinical' && type !== 'Binary');
}

/** By whichever server is first. */
async function createCollection(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== namespaceExists) throw error;
  }
}

/** For the options of a command. */
export function within({ session }: Pick<Database, 'session'>): { readonly session?: ClientSession } {
  return session === undefined ? {} : { session };
}

/** An index of an earlier version, of which another has taken the place. */
async function dropFormer(rows: Collection<Row>): Promise<void> {
  if (await rows.indexExists(formerTokenIndex)) await rows.dropIndex(formerTokenIndex);
}

function termOf(client: MongoClient): () => number {
  let term = 0;
  let last = '';
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const now = primaryOf(newDescription);
    if (now !== last) term += 1;
    last = now;
  });
  return () => term;
}

function primaryOf({ servers }: TopologyDescription): string {
  const primary = [...servers.values()].find(({ type }) => type === 'RSPrimary');
  return primary === undefined ? '' : [primary.address, primary.electionId?.toHexString(), primary.setVersion].join(' ');
}
