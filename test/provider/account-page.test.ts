// The pages of accounts as a person uses them, and as others try to.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MongoClient } from 'mongodb';
import type { AccountsKept } from '../../src/provider/account/kept.ts';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import { connect } from '../../src/store/database.ts';
import { type Carnet, startCarnet } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { type Browser, browserOf } from './browser.ts';
import { invited, keptIn, type Person, password, signUp, somebody } from './person.ts';

const name = await takeDatabase();
/** MongoDB forgets what is over by its own clock. */
let now = new Date('2096-11-26T10:00:00Z');
let carnet: Carnet;
let client: MongoClient;
let kept: AccountsKept;

beforeAll(async () => {
  client = await connect(uriOf(name));
  kept = await keptIn(client, name);
  carnet = await startCarnet({ database: name, clock: () => now });
}, 60_000);
afterAll(async () => {
  await carnet.stop();
  await client.close();
  giveBack(name);
});

const minutes = (number: number): void => {
  now = new Date(now.getTime() + number * 60_000);
};
const person = async (): Promise<Person> => {
  const one = await signUp(kept, somebody(), now);
  minutes(1);
  return one;
};
const signsIn = async (browser: Browser, { ins, totp }: Person, more = {}) =>
  await browser.submit('/compte/connexion', { ins: ins.value, password, totp: totp(now), ...more });

describe('signing up', () => {
  it('takes the activation code and a password, then ties the telephone, and one is in', async () => {
    const ins = somebody();
    const code = await invited(kept, ins, new Date(now.getTime() + 3600_000));
    const browser = browserOf(carnet);
    const first = await browser.submit('/compte/inscription', { ins: ins.value, code, password, again: password });
    expect([first.status, first.headers.location]).toEqual([303, '/compte/second-facteur']);
    const { text } = await browser.get('/compte/second-facteur');
    expect(text).toContain('<svg viewBox=');
    const [, grouped = ''] = /<code>([A-Z2-7 ]+)<\/code>/.exec(text) ?? [];
    const secret = grouped.replaceAll(' ', '');
    expect((await browser.get('/compte')).headers.location).toBe('/compte/connexion');
    expect((await browser.submit('/compte/second-facteur', { totp: '000000' })).status).toBe(422);
    const second = await browser.submit('/compte/second-facteur', { totp: codeAt(secret, now) });
    expect([second.status, second.headers.location]).toEqual([303, '/compte']);
    expect((await browser.get('/compte')).text).toContain(`finit par ${ins.value.slice(-3)}`);
  });
});

describe('signing in', () => {
  it('opens the page of the account, for an hour', async () => {
    const browser = browserOf(carnet);
    const one = await person();
    const answer = await signsIn(browser, one);
    expect([answer.status, answer.headers.location]).toEqual([303, '/compte']);
    expect((await browser.get('/compte')).status).toBe(200);
    minutes(61);
    expect((await browser.get('/compte')).headers.location).toBe('/compte/connexion');
  });
});
