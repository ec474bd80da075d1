// The databases of the tests: a worker takes the same ones again, file after file, because to make the collections costs more than most files do.
// https://jestjs.io/docs/environment-variables#jest_worker_id
import { MongoClient } from 'mongodb';

const taken = new Set<string>();
/** How far each type is indexed stays true. */
const kept = 'indexes';
/** What is dropped faster than it is emptied. */
const many = 5000;

export function uriOf(database: string): string {
  const uri = new URL(process.env.TEST_MONGODB_URI ?? '');
  uri.pathname = `/${database}`;
  return uri.href;
}

/** The name of a database in which nothing is stored, the collections perhaps made. */
export async function takeDatabase(): Promise<string> {
  let number = 0;
  while (taken.has(nameOf(number))) number += 1;
  const name = nameOf(number);
  taken.add(name);
  const client = await MongoClient.connect(uriOf(name));
  await Promise.all([name, `${name}-htest`].map(async (one) => await emptyDatabase(client, one)));
  await client.close();
  return name;
}

/** Another server may take it. */
export function giveBack(name: string): void {
  taken.delete(name);
}

export async function dropDatabase(name: string): Promise<void> {
  const client = await MongoClient.connect(uriOf(name));
  await Promise.all([client.db(name).dropDatabase(), client.db(`${name}-htest`).dropDatabase()]);
  await client.close();
}

function nameOf(number: number): string {
  return `test-${process.env.JEST_WORKER_ID ?? '0'}-${number}`;
}

/** Collections and indexes stay, where there is not much in them. */
export async function emptyDatabase(client: MongoClient, name: string): Promise<void> {
  const database = client.db(name);
  const { objects = 0 } = await database.stats();
  if (Number(objects) > many) {
    await database.dropDatabase();
    return;
  }
  const collections = await database.listCollections({}, { nameOnly: true }).toArray();
  const stored = collections.filter((one) => one.name !== kept);
  await Promise.all(stored.map(async (one) => await database.collection(one.name).deleteMany({})));
}
