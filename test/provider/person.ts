// A person with an account: what he was given, and what he has chosen.
import { randomUUID } from 'node:crypto';
import type { MongoClient } from 'mongodb';
import { randomIds } from '../../src/fhir/id.ts';
import { type ActivationCode, digestOf, newActivationCode } from '../../src/identity/activation-code.ts';
import type { Ins } from '../../src/identity/caller.ts';
import { insKeyOf } from '../../src/identity/identifiers.ts';
import { type AccountsKept, openAccounts } from '../../src/provider/account/kept.ts';
import { codeAt } from '../../src/provider/account/one-time-code.ts';
import type { Account } from '../../src/provider/account/sign-in.ts';
import { confirmAccount, createAccount } from '../../src/provider/account/sign-up.ts';
import { openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/store.ts';
import { testCost } from '../carnet.ts';

export const password = 'quatre cigognes sur un toit';

/** What a server has that uses the database `name`. */
export async function keptIn(client: MongoClient, name: string): Promise<AccountsKept> {
  const database = await openDatabase(client, name, ['AuditEvent']);
  return await openAccounts({ database, store: openStore(database) }, [database], testCost);
}

let people = Math.floor(Number.parseInt(randomUUID().slice(0, 6), 16) / 100);

export function somebody(system = 'urn:oid:1.2.250.1.213.1.4.8'): Ins {
  people += 1;
  const thirteen = `2790351${String(people).padStart(6, '0')}`;
  return { system, value: thirteen + insKeyOf(thirteen) };
}

export async function invited({ activations }: Pick<AccountsKept, 'activations'>, ins: Ins, end: Date): Promise<ActivationCode> {
  const code = newActivationCode(randomIds);
  await activations.issue([{ ins, digest: digestOf(ins, code), end }]);
  return code;
}

export type Person = {
  readonly ins: Ins;
  readonly account: Account;
  readonly browser: string;
  readonly secret: string;
  /** The code of that moment. */
  readonly totp: (now: Date) => string;
};

/** Whoever makes an account with a code; at `now` he has used the one-time code of that moment. */
export async function signUp(kept: AccountsKept, ins: Ins, now: Date): Promise<Person> {
  const code = await invited(kept, ins, new Date(now.getTime() + 3600_000));
  const made = await createAccount(kept, { ins: ins.value, code, password, now });
  if (made.is !== 'enrolling') throw new Error(`no account: ${made.is}`);
  const { secret, enrolment } = made;
  const confirmed = await confirmAccount(kept, { enrolment, totp: codeAt(secret, now), now });
  if (confirmed.is !== 'enrolled') throw new Error(`no account: ${confirmed.is}`);
  const { account, browser } = confirmed;
  return { ins, account, browser, secret, totp: (at) => codeAt(secret, at) };
}
