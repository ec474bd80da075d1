// The account of the demonstration's patient, and an app that may ask her: with both the standalone launch can be tried.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-standalone-launch
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomIds } from '../fhir/id.ts';
import { isObject, parseJson, textOf } from '../fhir/json.ts';
import { digestOf, newActivationCode } from '../identity/activation-code.ts';
import type { Ins } from '../identity/caller.ts';
import { type AccountsKept, openAccounts } from '../provider/account/kept.ts';
import { codeAt } from '../provider/account/one-time-code.ts';
import { confirmAccount, createAccount } from '../provider/account/sign-up.ts';
import { defaultAppScope } from '../provider/app-scope.ts';
import { type Clients, clientsOf } from '../store/client.ts';
import { connect, databaseNames, openDatabase } from '../store/database.ts';
import { openStore } from '../store/store.ts';
import { equip, type Place } from './practice.ts';

export type DemoAccount = { readonly number: string; readonly password: string; readonly secret: string };

export const demoApp = { id: 'demonstration', redirect: ['http://localhost:3000/', 'http://127.0.0.1:3000/'] } as const;
const password = 'trois hérons au bord du canal';
const hour = 3600_000;

/** `practice`: whose software is registered as well. */
export type Opening = {
  readonly dataDir: string;
  readonly mongodbUri: string;
  readonly ins: Ins;
  readonly practice: Place | undefined;
};

/** Made once; the next starts say the same. */
export async function openDemoAccount({ dataDir, mongodbUri, ins, practice }: Opening): Promise<DemoAccount> {
  const file = join(dataDir, 'demo-account.json');
  const client = await connect(mongodbUri);
  try {
    const names = databaseNames(client);
    const database = await openDatabase(client, names.national, []);
    const databases = [database, await openDatabase(client, names.testers, [])];
    const clients = clientsOf(database, databases);
    await registerApp(clients);
    if (practice !== undefined) await equip(clients, practice);
    const kept = await openAccounts({ database, store: openStore(database) }, databases);
    const known = (await kept.accounts.findByIns(ins.value)) && (await read(file));
    if (known !== undefined) return known;
    const made = await enrol(kept, ins, new Date());
    await writeFile(file, JSON.stringify(made), { mode: 0o600 });
    return made;
  } finally {
    await client.close();
  }
}

async function read(file: string): Promise<DemoAccount | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const value = text === undefined ? undefined : parseJson(text);
  if (!isObject(value)) return undefined;
  const of = (name: string): string => textOf(value[name]) ?? '';
  return { number: of('number'), password: of('password'), secret: of('secret') };
}

async function registerApp(clients: Clients): Promise<void> {
  const { id, redirect } = demoApp;
  if ((await clients.find(id)) !== undefined) return;
  const made = { _id: id, registration: id, kind: 'app', name: 'Application de démonstration', made: new Date() } as const;
  await clients.add({ ...made, public: true, redirect, scope: defaultAppScope });
}

async function enrol(kept: AccountsKept, ins: Ins, now: Date): Promise<DemoAccount> {
  const code = newActivationCode(randomIds);
  await kept.activations.issue([{ ins, digest: digestOf(ins, code), end: new Date(now.getTime() + hour) }]);
  const begun = await createAccount(kept, { ins: ins.value, code, password, now });
  if (begun.is !== 'enrolling') throw new Error('the account of the demonstration cannot be made');
  const { enrolment, secret } = begun;
  // Of the minute before: the code of now is left for whoever signs in.
  const confirmed = await confirmAccount(kept, { enrolment, totp: codeAt(secret, new Date(now.getTime() - 30_000)), now });
  if (confirmed.is !== 'enrolled') throw new Error('the account of the demonstration cannot be confirmed');
  return { number: ins.value, password, secret };
}
