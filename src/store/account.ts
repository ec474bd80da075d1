// The accounts of persons, one of an INS, and those that are being made: collections that hold no resource.
// https://pages.nist.gov/800-63-3/sp800-63b.html
import { randomUUID } from 'node:crypto';
import type { Ins } from '../identity/caller.ts';
import { activationsOf } from './activation.ts';
import { transaction } from './commit.ts';
import { type Database, notGone, within } from './database.ts';
import { endWithin } from './provider-row.ts';
import { Stale } from './reading.ts';

/** How an account proves who comes. */
export type Credentials = {
  /** The hash of the password, with its parameters. */
  readonly password: string;
  /** The sealed secret of the one-time codes. */
  readonly totp: string;
};

export type StoredAccount = Credentials & {
  /** Random: the `sub` of tokens. */
  readonly _id: string;
  readonly ins: Ins;
  /** Random: another one since all that rested on it was ended. */
  readonly epoch: string;
  /** The step of the last one-time code that was used. */
  readonly step: number;
  /** Digests of what the browsers keep that have signed in, the last ones. */
  readonly browsers: readonly string[];
  readonly made: Date;
};

/** An account, or other credentials of one, until its first one-time code. */
export type Enrolment = Credentials & {
  /** The digest of what the browser keeps meanwhile. */
  readonly _id: string;
  readonly ins: Ins;
  /** Of the activation code. */
  readonly digest: string;
  readonly gone: Date;
};

export type Accounts = {
  readonly find: (id: string) => Promise<StoredAccount | undefined>;
  readonly findByIns: (value: string) => Promise<StoredAccount | undefined>;
  readonly prepare: (enrolment: Enrolment) => Promise<void>;
  readonly enrolment: (id: string, now: Date) => Promise<Enrolment | undefined>;
  /** Uses the activation code, and makes the account of the INS or gives it these credentials: then whatever it had given is void. Undefined: the code is not in force any more. */
  readonly enrol: (enrolment: Enrolment, fresh: Fresh, now: Date) => Promise<StoredAccount | undefined>;
  /** Of however many with the same one-time code, or an earlier one, one alone is told true; none whose credentials are others by now. */
  readonly use: (account: StoredAccount, used: { readonly step: number; readonly browser?: string }) => Promise<boolean>;
  readonly rehash: (account: StoredAccount, password: string) => Promise<void>;
  /** Every session and every token. */
  readonly endEverywhere: (id: string, now: Date) => Promise<void>;
};

/** `step`: of the code by which it was confirmed. */
export type Fresh = { readonly step: number; readonly browser?: string };

const mostBrowsers = 20;

/** `databases`: those in which tokens are used. */
export function accountsOf(database: Database, databases: readonly Database[]): Accounts {
  const { accounts, enrolments } = database;
  return {
    find: async (id) => (await accounts.findOne({ _id: { $eq: id } })) ?? undefined,
    findByIns: async (value) => (await accounts.findOne({ 'ins.value': { $eq: value } })) ?? undefined,
    prepare: async (enrolment) => void (await enrolments.insertOne(enrolment)),
    enrolment: async (id, now) => (await enrolments.findOne({ _id: { $eq: id }, ...notGone(now) })) ?? undefined,
    enrol: async (enrolment, fresh, now) => {
      try {
        return await transaction(database, async (inside) => await enrol(inside, databases, { enrolment, fresh, now }));
      } catch (error) {
        // Of two at the same time, or of another INS of the same digits.
        if (error instanceof Stale) return undefined;
        throw error;
      }
    },
    use: async ({ _id, password }, { step, browser }) => {
      const isLater = { _id, password, step: { $lt: step } };
      const push = browser === undefined ? {} : { $push: { browsers: { $each: [browser], $slice: -mostBrowsers } } };
      return (await accounts.updateOne(isLater, { $set: { step }, ...push })).modifiedCount === 1;
    },
    rehash: async ({ _id, password: old }, password) =>
      void (await accounts.updateOne({ _id, password: old }, { $set: { password } })),
    endEverywhere: async (id, now) =>
      await transaction(database, async (inside) => await endWithin(inside, databases, { account: id }, now)),
  };
}

const ofIns = ({ system, value }: Ins) => ({ 'ins.value': value, 'ins.system': system });

type Enrolled = { readonly enrolment: Enrolment; readonly fresh: Fresh; readonly now: Date };

async function enrol(inside: Database, databases: readonly Database[], enrolled: Enrolled): Promise<StoredAccount | undefined> {
  const { enrolment, fresh, now } = enrolled;
  const { ins, digest, password, totp } = enrolment;
  if ((await activationsOf(inside).consume(ins, digest, now)) !== 'activated') return undefined;
  await inside.enrolments.deleteOne({ _id: enrolment._id }, within(inside));
  const old = await inside.accounts.findOne(ofIns(ins), within(inside));
  if (old !== null) await endWithin(inside, databases, { account: old._id }, now);
  const browsers = fresh.browser === undefined ? [] : [fresh.browser];
  const $set = { password, totp, epoch: randomUUID(), step: fresh.step, browsers };
  const account = await inside.accounts.findOneAndUpdate(
    ofIns(ins),
    { $set, $setOnInsert: { _id: randomUUID(), ins, made: now } },
    { upsert: true, returnDocument: 'after', ...within(inside) },
  );
  return account ?? undefined;
}

/** In the transaction that is open: nobody signs in for what is gone. */
export async function forgetAccount(inside: Database, ins: Ins, now: Date): Promise<void> {
  const account = await inside.accounts.findOneAndDelete(ofIns(ins), within(inside));
  if (account !== null) await endWithin(inside, [inside], { account: account._id }, now);
  await inside.enrolments.deleteMany(ofIns(ins), within(inside));
}
