// The indexes of a database that an earlier version has made.
import { afterAll, expect, it } from '@jest/globals';
import { connect, openDatabase } from '../../src/store/database.ts';

const uri = process.env.TEST_MONGODB_URI ?? '';
const name = `database-${process.pid}`;
const opening = connect(uri);
afterAll(async () => {
  const client = await opening;
  await client.db(name).dropDatabase();
  await client.close();
});

it('the index by token takes the place of the former one', async () => {
  const client = await opening;
  const rows = client.db(name).collection('Observation');
  await rows.createIndex({ idx: 1 });
  await openDatabase(client, name, ['Observation']);
  const indexes = (await rows.indexes()).map(({ key }) => Object.keys(key).join(' '));
  expect(indexes).toContain('idx rec date _id');
  expect(indexes).not.toContain('idx');
});
