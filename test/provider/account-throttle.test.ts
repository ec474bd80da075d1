// Guessing is slowed down, by whom it is and from where; nobody can keep another from signing in, and nothing tells who has an account.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { AccountsKept } from '../../src/provider/account/kept.ts';
import { networkOf } from '../../src/provider/account/network.ts';
import { type SignedIn, type SigningIn, signIn } from '../../src/provider/account/sign-in.ts';
import { createAccount } from '../../src/provider/account/sign-up.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { invited, keptIn, type Person, password, signUp, somebody } from './person.ts';

const name = await takeDatabase();
/** MongoDB forgets what is over by its own clock. */
const made = new Date('2096-11-26T10:00:00Z');
const later = (seconds: number): Date => new Date(made.getTime() + seconds * 1000);
let client: MongoClient;
let kept: AccountsKept;
let networks = 0;

beforeAll(async () => {
  client = await MongoClient.connect(uriOf(name), { monitorCommands: true });
  kept = await keptIn(client, name);
});
afterAll(async () => {
  await client.close();
  giveBack(name);
});

/** One that nobody has come from yet. */
function network(): string {
  networks += 1;
  return `198.51.${Math.floor(networks / 250)}.${networks % 250}`;
}

const withAccount = async (): Promise<Person> => await signUp(kept, somebody(), made);
type Tried = Partial<SigningIn> & { readonly now: Date };
const tries = async ({ ins, totp }: Person, { now, ...more }: Tried): Promise<SignedIn> =>
  await signIn(kept, { ins: ins.value, password, totp: totp(now), now, ...more });
const isOf = async (person: Person, tried: Tried): Promise<string> => (await tries(person, tried)).is;

async function guesses(person: Person, number: number, tried: Tried): Promise<readonly string[]> {
  const all: string[] = [];
  for (let guess = 0; guess < number; guess += 1) all.push(await isOf(person, { password: `guess ${guess}`, ...tried }));
  return all;
}

const five = ['wrong', 'wrong', 'wrong', 'wrong', 'wrong'];

describe('a network that guesses', () => {
  it('is slowed down for that account after five, longer and longer', async () => {
    const person = await withAccount();
    const address = network();
    expect(await guesses(person, 8, { now: later(60), address })).toEqual([...five, 'wrong', 'wait', 'wait']);
    expect(await tries(person, { now: later(61), address })).toEqual({ is: 'wait', until: later(120) });
    expect(await guesses(person, 2, { now: later(120), address })).toEqual(['wrong', 'wait']);
    expect(await tries(person, { now: later(121), address })).toEqual({ is: 'wait', until: later(240) });
  });

  it('is let in by the right ones as soon as it has waited, and begins anew', async () => {
    const person = await withAccount();
    const address = network();
    await guesses(person, 6, { now: later(60), address });
    expect([await isOf(person, { now: later(119), address }), await isOf(person, { now: later(120), address })]).toEqual([
      'wait',
      'signed-in',
    ]);
    expect(await guesses(person, 5, { now: later(121), address })).toEqual(five);
  });

  it('counts as many at the same time as many', async () => {
    const person = await withAccount();
    const address = network();
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => await isOf(person, { now: later(60), address, password: `guess ${at}` })),
    );
    expect(all.filter((is) => is === 'wrong').length).toBe(6);
  });

  it('is slowed down whatever accounts it tries, and by a right one in between not less', async () => {
    const person = await withAccount();
    const address = network();
    const answers: string[] = [];
    for (let guess = 0; guess < 53; guess += 1) {
      const now = later(60);
      answers.push((await signIn(kept, { ins: somebody().value, password, totp: '000000', now, address })).is);
      if (guess === 40) expect(await isOf(person, { now, address })).toBe('signed-in');
    }
    expect([answers.indexOf('wait'), answers.filter((is) => is === 'wait').length]).toEqual([51, 2]);
  });

  it('is forgotten after a day', async () => {
    const person = await withAccount();
    const address = network();
    await guesses(person, 6, { now: later(60), address });
    expect(await guesses(person, 5, { now: later(25 * 3600), address })).toEqual(five);
  });

  it('is all that a household is given, of IPv6', () => {
    expect(networkOf('2001:db8:1:2ff::1')).toBe(networkOf('2001:db8:1:200:9:9:9:9'));
    expect(networkOf('2001:db8:1:2ff::1')).not.toBe(networkOf('2001:db8:1:3ff::1'));
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect([networkOf('::1'), networkOf(undefined), networkOf('nothing')]).toEqual(['00000000000000/56', 'unknown', 'unknown']);
  });
});

describe('whoever is attacked', () => {
  it('is let in at once from a browser that has signed in before, whatever others do, from the same network too', async () => {
    const person = await withAccount();
    const address = network();
    await guesses(person, 9, { now: later(60), address });
    for (let attacker = 0; attacker < 5; attacker += 1) await guesses(person, 7, { now: later(60), address: network() });
    expect(await isOf(person, { now: later(60), address })).toBe('wait');
    expect(await isOf(person, { now: later(60), address, browser: [person.browser] })).toBe('signed-in');
  });

  it('is let in at once from a new browser, by another network than theirs', async () => {
    const person = await withAccount();
    await guesses(person, 9, { now: later(60), address: network() });
    expect(await isOf(person, { now: later(60), address: network() })).toBe('signed-in');
  });

  it('waits a minute at most for his own mistakes, from his browser', async () => {
    const person = await withAccount();
    const browser = [person.browser];
    let now = later(60);
    for (let mistake = 0; mistake < 12; mistake += 1) {
      await tries(person, { now, browser, password: 'mistaken' });
      now = new Date(now.getTime() + 60_000);
    }
    expect(await isOf(person, { now, browser })).toBe('signed-in');
  });

  it('has no browser but his own: what another has made up, or signed in to another account with, counts for nothing', async () => {
    const [person, other] = [await withAccount(), await withAccount()];
    const address = network();
    await guesses(person, 6, { now: later(60), address });
    for (const browser of [['made-up'], [other.browser]])
      expect(await isOf(person, { now: later(60), address, browser })).toBe('wait');
  });
});

describe('who has the password', () => {
  it('cannot guess the code: after ten no code of an unknown browser is right, and he is not told so', async () => {
    const person = await withAccount();
    for (let guess = 0; guess < 12; guess += 1)
      expect(await isOf(person, { now: later(60), address: network(), totp: '000000' })).toBe('wrong');
    expect(await isOf(person, { now: later(60), address: network() })).toBe('wrong');
    expect(await isOf(person, { now: later(60), address: network(), browser: [person.browser] })).toBe('signed-in');
  });
});

describe('an account that does not exist', () => {
  it('is refused and slowed down as one that does', async () => {
    const [person, nobody] = [await withAccount(), { ...(await withAccount()), ins: somebody() }];
    const answers = async (one: Person): Promise<readonly SignedIn[]> => {
      const address = network();
      const all: SignedIn[] = [];
      for (const at of [60, 60, 60, 60, 60, 60, 60, 121, 122])
        all.push(await tries(one, { now: later(at), address, password: 'a wrong one' }));
      return all;
    };
    expect(await answers(person)).toEqual(await answers(nobody));
  });

  it('costs the database as much, as does a wrong code with the right password', async () => {
    const person = await withAccount();
    const asked: string[] = [];
    const note = ({ commandName }: { commandName: string }): void => void asked.push(commandName);
    const commands = async (tried: Tried, one = person): Promise<readonly string[]> => {
      asked.length = 0;
      client.on('commandStarted', note);
      expect(await isOf(one, { address: network(), ...tried })).toBe('wrong');
      client.off('commandStarted', note);
      return [...asked];
    };
    const now = later(60);
    const wrong = await commands({ now, password: 'a wrong one' });
    expect(wrong.length).toBeGreaterThan(2);
    expect(await commands({ now }, { ...person, ins: somebody() })).toEqual(wrong);
    expect(await commands({ now, totp: '000000' })).toEqual(wrong);
  });
});

describe('what is counted', () => {
  it('stands in the database without numbers or addresses, and is forgotten by itself', async () => {
    const person = await withAccount();
    await guesses(person, 2, { now: later(60), address: '203.0.113.77' });
    const rows = await client.db(name).collection('tries').find().toArray();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`203.0.113|${person.ins.value}`));
    expect(rows.every(({ gone }) => gone instanceof Date)).toBe(true);
    const indexes = await client.db(name).collection('tries').indexes();
    expect(indexes.map(({ key, expireAfterSeconds }) => [Object.keys(key)[0], expireAfterSeconds])).toContainEqual(['gone', 0]);
  });
});

describe('who guesses activation codes', () => {
  it('is slowed down by network, whatever numbers he tries; the right code of another network is taken', async () => {
    const ins = somebody();
    const code = await invited(kept, ins, later(3600));
    const address = network();
    const answers: string[] = [];
    for (let guess = 0; guess < 52; guess += 1)
      answers.push((await createAccount(kept, { ins: somebody().value, code, password, now: made, address })).is);
    expect([answers.indexOf('wait'), answers[50]]).toEqual([51, 'wrong']);
    expect((await createAccount(kept, { ins: ins.value, code, password, now: made, address: network() })).is).toBe('enrolling');
  });
});
