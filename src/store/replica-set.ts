// The embedded mongod as a replica set of one, without which MongoDB has no transactions: founded once, moved to the port of each start.
// https://www.mongodb.com/docs/manual/reference/command/replSetReconfig/
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, type Document, MongoClient, MongoServerError } from 'mongodb';

export const replicaSet = 'rs0';
const notYetInitialized = 94;

const patienceMs = 60_000;

/** Returns when the mongod `pid`, which listens on this port of 127.0.0.1, takes writes. Leaves any other mongod as it is. */
export async function becomePrimary(port: number, pid: number | undefined): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, { serverSelectionTimeoutMS: patienceMs });
  try {
    const admin = client.db('admin');
    const status = await admin.command({ serverStatus: 1 });
    if (Number(status.pid) !== pid) throw new Error(`Another program took port ${port} while mongod started: start again.`);
    await configure(admin, `127.0.0.1:${port}`);
    const deadline = Date.now() + patienceMs;
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
      if (Date.now() > deadline)
        throw new Error(`mongod did not become primary within ${patienceMs / 1000} s: see mongod.log in DATA_DIR.`);
      await sleep(50);
    }
  } finally {
    await client.close();
  }
}

async function configure(admin: Db, host: string): Promise<void> {
  const config = await currentConfig(admin);
  if (config === undefined) {
    await admin.command({ replSetInitiate: { _id: replicaSet, members: [{ _id: 0, host }] } });
  } else if (config.members?.[0]?.host !== host) {
    const members = [{ ...config.members?.[0], host }];
    await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
  }
}

/** Undefined where the folder is new. */
async function currentConfig(admin: Db): Promise<Document | undefined> {
  try {
    return (await admin.command({ replSetGetConfig: 1 })).config;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === notYetInitialized) return undefined;
    throw error;
  }
}
