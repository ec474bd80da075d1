// A server with its persons, under a clock of the test's own.
import type { Db, MongoClient } from 'mongodb';
import type { AccountsKept } from '../../src/provider/account/kept.ts';
import { connect } from '../../src/store/database.ts';
import { type Carnet, type Reply, startCarnet } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { type Browser, type Fields, hiddenIn } from './browser.ts';
import { keptIn, type Person, password, signUp, somebody } from './person.ts';

export type Town = {
  readonly carnet: Carnet;
  readonly kept: AccountsKept;
  readonly client: MongoClient;
  readonly db: Db;
  readonly now: () => Date;
  /** So many minutes from now. */
  readonly in: (minutes: number) => Date;
  readonly pass: (minutes: number) => void;
  /** Somebody with an account, who has not signed in yet. */
  readonly person: () => Promise<Person>;
  readonly signsIn: (browser: Browser, person: Person, more?: Fields) => Promise<Reply>;
  /** By the form on the page of an account, or on another where nobody is signed in. */
  readonly leaves: (browser: Browser, path: string, headers?: Fields) => Promise<Reply>;
  readonly stop: () => Promise<void>;
};

export async function openTown(): Promise<Town> {
  const name = await takeDatabase();
  // MongoDB forgets what is over by its own clock.
  let now = new Date('2096-11-26T10:00:00Z');
  const client: MongoClient = await connect(uriOf(name));
  const kept = await keptIn(client, name);
  const carnet = await startCarnet({ database: name, clock: () => now, trustedProxies: ['127.0.0.1'] });
  const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
  const pass = (minutes: number): void => {
    now = later(minutes);
  };
  return {
    carnet,
    kept,
    client,
    db: client.db(name),
    now: () => now,
    in: later,
    pass,
    person: async () => {
      const one = await signUp(kept, somebody(), now);
      pass(1);
      return one;
    },
    signsIn: async (browser, { ins, totp }, more) =>
      await browser.submit('/compte/connexion', { ins: ins.value, password, totp: totp(now), ...more }),
    leaves: async (browser, path, headers) => {
      const page = await browser.get(browser.cookies.has('carnet-session') ? '/compte' : '/compte/connexion');
      return await browser.post(path, hiddenIn(page.text), headers);
    },
    stop: async () => {
      await carnet.stop();
      await client.close();
      giveBack(name);
    },
  };
}
