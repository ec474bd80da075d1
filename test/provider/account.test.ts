// Who signs in, who does not, and that nobody can keep another from it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Db, MongoClient } from 'mongodb';
import { type AccountsKept, accountsKept } from '../../src/provider/account/kept.ts';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { type SignedIn, type SigningIn, signIn } from '../../src/provider/account/sign-in.ts';
import { confirmAccount, createAccount } from '../../src/provider/account/sign-up.ts';
import { connect } from '../../src/store/database.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { invited, keptIn, type Person, password, signUp, somebody } from './person.ts';

const name = await takeDatabase();
/** MongoDB forgets what is over by its own clock. */
const made = new Date('2096-11-26T10:00:00Z');
const later = (seconds: number): Date => new Date(made.getTime() + seconds * 1000);
let client: MongoClient;
let db: Db;
let kept: AccountsKept;

beforeAll(async () => {
  client = await connect(uriOf(name));
  kept = await keptIn(client, name);
  db = client.db(name);
});
afterAll(async () => {
  await client.close();
  giveBack(name);
});

const withNumber = async (): Promise<Person> => await signUp(kept, somebody(), made);
type Tried = Partial<SigningIn> & { readonly now: Date };
const tries = async ({ ins, totp }: Person, { now, ...more }: Tried): Promise<SignedIn> =>
  await signIn(kept, { ins: ins.value, password, totp: totp(now), now, address: '192.0.2.1', ...more });
const wrong = { is: 'wrong' } as const;

describe('signing in', () => {
  it('takes the number, the password and the code of the moment', async () => {
    const person = await withNumber();
    const { account } = person;
    expect(await tries(person, { now: later(60) })).toMatchObject({ is: 'signed-in', account });
    expect(account).toEqual({ _id: expect.stringMatching(/^[\da-f-]{36}$/), ins: person.ins, epoch: expect.any(String) });
  });

  it('takes the number in groups, as it stands on the card', async () => {
    const person = await withNumber();
    const ins = person.ins.value.replace(/^(.)(..)(..)(..)(...)(...)(..)$/, ' $1 $2 $3 $4 $5 $6 $7 ');
    expect(await tries(person, { now: later(60), ins })).toMatchObject({ is: 'signed-in' });
  });

  it('says the same of whatever is wrong', async () => {
    const person = await withNumber();
    const now = later(60);
    const answers = [
      await tries(person, { now, password: `${password}.` }),
      await tries(person, { now, totp: '000000' }),
      await tries(person, { now, totp: '' }),
      await tries(person, { now, ins: somebody().value }),
      await tries(person, { now, ins: 'nobody' }),
    ];
    expect(answers).toEqual([wrong, wrong, wrong, wrong, wrong]);
  });

  it('knows a letter however a keyboard makes it', async () => {
    const ins = somebody();
    const code = await invited(kept, ins, later(3600));
    const first = await createAccount(kept, { ins: ins.value, code, password: 'dix étés à la mer', now: made });
    if (first.is !== 'enrolling') throw new Error(first.is);
    const { enrolment, secret } = first;
    await confirmAccount(kept, { enrolment, totp: codeAt(secret, made), now: made });
    const asked = { ins: ins.value, password: 'dix étés à la mer'.normalize('NFD'), now: later(60) };
    expect(await signIn(kept, { ...asked, totp: codeAt(secret, later(60)) })).toMatchObject({ is: 'signed-in' });
  });

  it('is not possible before the first code has confirmed the second factor', async () => {
    const ins = somebody();
    const code = await invited(kept, ins, later(3600));
    const first = await createAccount(kept, { ins: ins.value, code, password, now: made });
    if (first.is !== 'enrolling') throw new Error(first.is);
    const asked = { ins: ins.value, password, totp: codeAt(first.secret, made), now: made };
    expect(await signIn(kept, asked)).toEqual(wrong);
    expect(await confirmAccount(kept, { enrolment: first.enrolment, totp: '000000', now: made })).toEqual(wrong);
    expect(await signIn(kept, asked)).toEqual(wrong);
  });

  it('makes a hash of another cost anew', async () => {
    const person = await withNumber();
    const { accounts, activations, throttle } = kept;
    const dearer = accountsKept({ accounts, activations, throttle }, await secretOf(), { memory: 128, passes: 1 });
    const hash = async (): Promise<unknown> => (await accounts.find(person.account._id))?.password;
    expect(await hash()).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    const asked = { ins: person.ins.value, password, totp: person.totp(later(60)), now: later(60) };
    expect(await signIn(dearer, asked)).toMatchObject({ is: 'signed-in' });
    expect(await hash()).toMatch(/^\$argon2id\$v=19\$m=128,t=1,p=1\$/);
  });
});

describe('a one-time code', () => {
  it('is used once, of five at the same time', async () => {
    const person = await withNumber();
    const browser = [person.browser];
    const all = await Promise.all(Array.from({ length: 5 }, async () => await tries(person, { now: later(60), browser })));
    expect(all.map(({ is }) => is).toSorted()).toEqual(['signed-in', 'wrong', 'wrong', 'wrong', 'wrong']);
  });

  it('is of now, of the step before or after, and never of one before the last used', async () => {
    const person = await withNumber();
    const at = async (code: number, now: number): Promise<string> =>
      (await tries(person, { now: later(now), totp: person.totp(later(code)), browser: [person.browser] })).is;
    expect([await at(60, 120), await at(210, 120), await at(120, 120)]).toEqual(['wrong', 'wrong', 'signed-in']);
    expect([await at(90, 120), await at(150, 120), await at(150, 180)]).toEqual(['wrong', 'signed-in', 'wrong']);
  });

  it('is none of those that made the account', async () => {
    const person = await withNumber();
    expect(await tries(person, { now: made })).toEqual(wrong);
  });
});

async function secretOf(): Promise<Buffer> {
  const found = await db.collection<{ _id: string; value: string }>('settings').findOne({ _id: 'account' });
  return Buffer.from(found?.value ?? '', 'base64');
}
