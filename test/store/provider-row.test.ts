// What the provider remembers is used once, of however many at the same time and on whichever process, and ends with all that rests on it.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import type { AdapterPayload } from 'oidc-provider';
import { grantName, tokenName } from '../../src/identity/claims.ts';
import { adapterFor } from '../../src/provider/adapter.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { type ProviderRows, providerRowsOf } from '../../src/store/provider-row.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';

const database = await takeDatabase();
const now = new Date();
/** Two processes of the server. */
let processes: readonly { readonly client: MongoClient; readonly rows: ProviderRows }[] = [];
let count = 0;

beforeAll(async () => {
  processes = await Promise.all(
    [1, 2].map(async () => {
      const client = await connect(uriOf(database));
      const databases = [await openDatabase(client, database, []), await openDatabase(client, `${database}-htest`, [])] as const;
      return { client, rows: providerRowsOf(databases[0], databases) };
    }),
  );
});
afterAll(async () => {
  await Promise.all(processes.map(async ({ client }) => await client.close()));
  giveBack(database);
});

function rowsOf(process: 0 | 1): ProviderRows {
  const found = processes[process];
  if (found === undefined) throw new Error('not open');
  return found.rows;
}
const adapter = (model: string, process: 0 | 1 = 0) =>
  adapterFor({ clients: { find: async () => undefined }, rows: rowsOf(process), clock: () => now, given: async () => undefined })(
    model,
  );

/** A code of a grant of an account. */
async function given(account = 'somebody'): Promise<{ readonly id: string; readonly grant: string }> {
  count += 1;
  const [id, grant] = [`code-${count}`, `grant-${count}`];
  await adapter('Grant').upsert(grant, { accountId: account } as AdapterPayload, 600);
  await adapter('AuthorizationCode').upsert(id, { grantId: grant, accountId: account } as AdapterPayload, 60);
  return { id, grant };
}

async function revoked(): Promise<readonly string[]> {
  const found = await Promise.all(
    [database, `${database}-htest`].map(
      async (name) => await processes[0]?.client.db(name).collection<{ _id: string }>('records').find().toArray(),
    ),
  );
  return found.flatMap((rows) => rows?.map(({ _id }) => _id) ?? []);
}

it('a code is used once of thirty at the same time on two processes, and its grant ends with the second', async () => {
  const { id, grant } = await given();
  const use = async (at: number): Promise<string> => {
    try {
      await adapter('AuthorizationCode', at % 2 === 0 ? 0 : 1).consume(id);
      return 'used';
    } catch (error) {
      return (error as { error?: string }).error ?? String(error);
    }
  };
  const all = await Promise.all(Array.from({ length: 30 }, async (_, at) => await use(at)));
  expect(all.toSorted()).toEqual([...Array.from({ length: 29 }, () => 'invalid_grant'), 'used']);
  expect(await revoked()).toEqual([`revoked|${grantName(grant)}`, `revoked|${grantName(grant)}`]);
  expect([await adapter('AuthorizationCode').find(id), await adapter('Grant').find(grant)]).toEqual([undefined, undefined]);
});

it('what was used stays used when it is written again', async () => {
  const { id, grant } = await given();
  await adapter('AuthorizationCode').consume(id);
  await adapter('AuthorizationCode').upsert(id, { grantId: grant } as AdapterPayload, 60);
  expect((await adapter('AuthorizationCode').find(id))?.consumed).toBe(Math.floor(now.getTime() / 1000));
  await expect(adapter('AuthorizationCode').consume(id)).rejects.toThrow('invalid_grant');
});

it('an account ends with its grants and sessions, and no other account', async () => {
  const [mine, other] = [await given('me'), await given('another')];
  await adapter('Session').upsert('session', { accountId: 'me', uid: 'uid' } as AdapterPayload, 600);
  await rowsOf(1).endAccount('me', now);
  expect(await adapter('Session').findByUid('uid')).toBeUndefined();
  expect([await adapter('Grant').find(mine.grant), await adapter('AuthorizationCode').find(mine.id)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(await adapter('Grant').find(other.grant)).toBeDefined();
  const names = await revoked();
  expect([names.includes(`revoked|${grantName(mine.grant)}`), names.includes(`revoked|${grantName(other.grant)}`)]).toEqual([
    true,
    false,
  ]);
});

it('a single token ends', async () => {
  await rowsOf(0).endToken('one', now);
  expect((await revoked()).filter((name) => name === `revoked|${tokenName('one')}`)).toHaveLength(2);
});
