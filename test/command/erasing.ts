// Records with something of everything that a record leaves in the database, and the erasure of them beside running servers.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Db, type Document, MongoClient } from 'mongodb';
import { loadStatute } from '../../src/access/statute.ts';
import { countDue, eraseDue } from '../../src/command/erasing.ts';
import { readObject } from '../../src/conformance/published.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import { conformance, root } from '../conformance/example.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { claims, cx } from '../identity/issuer.ts';
import { finess, idIn, written } from '../interaction/ground.ts';
import { actor, consent, document, label, patient, testIns, vaccination } from '../resources.ts';

export const rpps = '10003461033';
export const present = new Date('2026-11-25T12:00:00+01:00');

const statutes = {
  2018: loadStatute(conformance, readObject(join(root, 'profiles/Parameters-regime-2018.json'))),
  2022: loadStatute(conformance, readObject(join(root, 'profiles/Parameters-regime-2022.json'))),
};

export type Opened = { readonly ins: string; readonly key: string; readonly documents: readonly string[] };
type Options = { readonly dryRun?: boolean; readonly regime?: '2018' | '2022'; readonly pause?: (ms: number) => Promise<void> };

export type Ground = {
  readonly carnet: Carnet;
  readonly mongo: MongoClient;
  readonly db: Db;
  /** Its name. */
  readonly database: string;
  readonly setClock: (at: Date) => void;
  readonly as: { readonly doctor: Client; readonly hospital: Client };
  readonly holder: (record: Pick<Opened, 'ins'>) => Client;
  /** Asks the operation as the holder; throws where it is refused. */
  readonly operate: (record: Opened, ...operations: readonly string[]) => Promise<void>;
  /** Made but not opened. */
  readonly made: () => Promise<Opened>;
  /** With something of everything; without documents nothing else either. */
  readonly opened: (documents?: number) => Promise<Opened>;
  /** At that instant; the clock is at the present then. */
  readonly closed: (at: string, documents?: number) => Promise<Opened>;
  readonly statusOf: (record: Pick<Opened, 'ins'>) => Promise<string>;
  /** Here, at the clock of the server; it waits for nothing, or `pause`. Gives what it says. */
  readonly erase: (options?: Options) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
};

export async function openGround(): Promise<Ground> {
  let now = present;
  let serial = 0;
  const database = await takeDatabase();
  const carnet = await startCarnet({ database, clock: () => now });
  const mongo = await MongoClient.connect(uriOf(database));
  const stored = await openDatabase(mongo, database, [...conformance.types.keys()]);
  const as = {
    get doctor(): Client {
      return carnet.as(claims.professional({ rpps }));
    },
    get hospital(): Client {
      return carnet.as(claims.structure(finess));
    },
  };
  const holder: Ground['holder'] = ({ ins }) => carnet.as(claims.holder(cx(ins)));
  const operate: Ground['operate'] = async ({ ins, key }, ...operations) => {
    for (const operation of operations) {
      const { status, text } = await holder({ ins }).post(`/Patient/${key}/$${operation}`, { resourceType: 'Parameters' });
      if (status !== 200) throw new Error(text);
    }
  };
  const made: Ground['made'] = async () => {
    const ins = `1790351${String(++serial).padStart(8, '0')}`;
    return { ins, key: idIn(written(await holder({ ins }).post('/Patient', patient(ins)))), documents: [] };
  };
  const opened: Ground['opened'] = async (documents = 2) => {
    const record = await made();
    written(await holder(record).post('/Consent', consent('opening', record.key, { type: 'permit' })));
    if (documents === 0) return record;
    const agent = carnet.as(claims.agent({ vitale: [cx(record.ins)] }));
    const parameter = [{ name: 'identifier', valueIdentifier: { system: testIns, value: record.ins } }];
    const { status } = await agent.post('/Patient/$activation-code', { resourceType: 'Parameters', parameter });
    if (status !== 200) throw new Error(`no activation code: ${status}`);
    return { ...record, documents: await filled(as, holder(record), record.key, documents) };
  };
  return {
    carnet,
    mongo,
    db: mongo.db(database),
    database,
    as,
    holder,
    operate,
    made,
    opened,
    setClock: (at) => {
      now = at;
    },
    closed: async (at, documents) => {
      now = new Date(at);
      const record = await opened(documents);
      await operate(record, 'close');
      now = present;
      return record;
    },
    statusOf: async ({ ins }) =>
      (await as.doctor.get(`/Patient/$record-status?identifier=${testIns}|${ins}`)).body.parameter[0].valueCode,
    erase: async ({ dryRun = false, regime = '2018', pause = async () => {} } = {}) => {
      const lines: string[] = [];
      await (dryRun ? countDue : eraseDue)({
        database: stored,
        conformance,
        statute: statutes[regime],
        baseUrl: carnet.baseUrl,
        clock: () => now,
        pause,
        log: (line) => void lines.push(line),
      });
      return lines;
    },
    stop: async () => {
      await mongo.close();
      await carnet.server.stop();
      giveBack(database);
    },
  };
}

/** Old versions, a tombstone, labels, traces of reads and of refusals, claims, names of publications, bytes. */
async function filled(as: Ground['as'], holder: Client, key: string, documents: number): Promise<readonly string[]> {
  written(await holder.post('/Consent', consent('sharing', key, { type: 'permit', actor: [actor({ rpps })] })));
  const ids: string[] = [];
  for (let at = 0; at < documents; at += 1) {
    const masterIdentifier = { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${randomUUID()}` };
    const identifier = [{ system: 'urn:example:local', value: `doc-${key}-${at}` }];
    const sent = document(key, '34112-3', { masterIdentifier, identifier });
    ids.push(idIn(written(await as.hospital.post('/DocumentReference', sent))));
  }
  const masked = [{ op: 'add', path: '/securityLabel', value: [label('MASQUE_PS')] }];
  if (ids[0] !== undefined) await holder.patch(`/DocumentReference/${ids[0]}`, masked);
  const gone = idIn(written(await as.hospital.post('/DocumentReference', document(key, '11502-2'))));
  await as.hospital.delete(`/DocumentReference/${gone}`);
  const criteria = { 'If-None-Exist': `patient=Patient/${key}&status=completed` };
  written(await as.doctor.post('/Immunization', vaccination(key), criteria));
  await as.doctor.get(`/DocumentReference?patient=Patient/${key}`);
  await as.doctor.delete(`/DocumentReference/${ids[0]}`);
  return ids;
}

/** In a process of its own, by the real clock. */
export function startErase(
  { database, carnet }: Ground,
  ...options: readonly string[]
): ChildProcess & { readonly ended: Promise<string> } {
  const env = { ...process.env, MONGODB_URI: uriOf(database), BASE_URL: carnet.baseUrl, NODE_ENV: 'test' };
  const program = join(root, 'src/command/erase.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...options], { env });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      text += part.toString();
    });
  return Object.assign(child, { ended: once(child, 'close').then(([code]) => `${text}exit ${code}`) });
}

/** Every row in which one of the texts stands: as itself, or in base64 as what a trace was asked. `collection: row`. */
export async function naming({ db }: Ground, ...texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
    for await (const row of db.collection(name).find()) {
      const all = everythingIn(row);
      if (texts.some((text) => all.includes(text))) found.push(`${name}: ${all}`);
    }
  return found;
}

function everythingIn(row: Document): string {
  const text = JSON.stringify(row);
  const queries = [...text.matchAll(/\\"query\\":\\"([A-Za-z0-9+/=]+)\\"/g)];
  return [text, ...queries.map(([, query]) => Buffer.from(query ?? '', 'base64').toString())].join(' ');
}

export async function everything({ db }: Ground): Promise<string> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).toSorted();
  const all = await Promise.all(names.map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]));
  return JSON.stringify(all);
}

/** As many more of a document: so that the record is not emptied in one step. */
export async function multiply({ db }: Ground, id: string, many: number): Promise<void> {
  const rows = db.collection<Document & { _id: string }>('DocumentReference');
  const row = await rows.findOne({ _id: id });
  if (row === null) throw new Error('no row');
  await rows.insertMany(
    Array.from({ length: many }, (_, at) => ({ ...row, _id: `${id.slice(0, 13)}-copy${String(at).padStart(9, '0')}` })),
  );
}

/** Whether an answer has anything of a record in it. */
export function shows({ status, body }: Reply): boolean {
  if (status !== 200) return false;
  return body.resourceType !== 'Bundle' || (body.entry ?? []).length > 0 || (body.total ?? 0) > 0;
}
