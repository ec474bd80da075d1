// The two worlds of a caller, in databases that serve one caller after another: the full one is copied, not built again.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/merge/
import { MongoClient } from 'mongodb';
import { emptyDatabase, giveBack, takeDatabase } from '../database.ts';
import { everybody, steps } from './story.ts';
import { build, type Created, isHidden, reopen, type World } from './world.ts';

export type Pair = { readonly full: World; readonly without: World; readonly stop: () => Promise<void> };

const databases = { template: await takeDatabase(), full: await takeDatabase(), without: await takeDatabase() };
const client = new MongoClient(process.env.TEST_MONGODB_URI ?? '');
let template: readonly Created[] | undefined;

export async function pairFor(caller: string): Promise<Pair> {
  const created = template ?? (await builtOnce());
  template = created;
  await emptyDatabase(client, databases.full);
  await copy(databases.template, databases.full);
  await emptyDatabase(client, databases.without);
  const full = await reopen(everybody, created, databases.full);
  const without = await build(everybody, steps, (what) => isHidden(what, caller), created, databases.without);
  return {
    full,
    without,
    stop: async () => {
      await full.carnet.server.stop();
      await without.carnet.server.stop();
    },
  };
}

export async function leavePairs(): Promise<void> {
  for (const name of Object.values(databases)) giveBack(name);
  await client.close();
}

async function builtOnce(): Promise<readonly Created[]> {
  const { created, carnet } = await build(everybody, steps, () => false, [], databases.template);
  await carnet.server.stop();
  return created;
}

async function copy(from: string, to: string): Promise<void> {
  const database = client.db(from);
  const collections = await database.listCollections({}, { nameOnly: true }).toArray();
  const merge = (coll: string): object => ({ $merge: { into: { db: to, coll } } });
  await Promise.all(
    collections.map(
      async ({ name }) =>
        await database
          .collection(name)
          .aggregate([merge(name)])
          .toArray(),
    ),
  );
}
