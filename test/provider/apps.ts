// An app, a person with a record and an account, and how the one gets a token of the other.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-standalone-launch
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import type { Collection, MongoClient } from 'mongodb';
import request from 'supertest';
import type { AccountsKept } from '../../src/provider/account/kept.ts';
import type { Client, Clients } from '../../src/store/client.ts';
import { clientsOf } from '../../src/store/client.ts';
import { connect, openDatabase } from '../../src/store/database.ts';
import { type SigningKeys, signingKeysOf } from '../../src/store/signing-key.ts';
import { baseUrl, type CarnetOptions, clientOf, type Reply } from '../carnet.ts';
import { giveBack, takeDatabase, uriOf } from '../database.ts';
import { cx } from '../identity/issuer.ts';
import { type Ground, ins, openGround } from '../interaction/ground.ts';
import { testIns } from '../resources.ts';
import { type Browser, newBrowser, type Page } from './app-browser.ts';
import { keptIn, type Person, password, signUp, somebody } from './person.ts';

export const issuer = 'http://carnet.test/oidc';
export const redirect = 'https://app.example/retour';
export const fullScope = 'openid fhirUser launch/patient offline_access patient/*.cruds';

const verifier = randomBytes(32).toString('base64url');

export type Apps = {
  readonly ground: Ground;
  readonly kept: AccountsKept;
  readonly clients: Clients;
  readonly database: string;
  /** What the provider remembers. */
  readonly provider: Collection;
  readonly keys: SigningKeys;
  readonly verifier: string;
  readonly person: Person;
  /** Another one, without a record. */
  readonly somebody: () => Promise<Person>;
  /** In which he signs in once. */
  readonly browser: Browser;
  /** A one-time code that he has not used, though he may have signed in a moment ago. */
  readonly code: (person: Person) => Promise<string>;
  /** Moves the server's clock; 0 is now. */
  readonly wait: (seconds: number) => void;
  readonly now: () => Date;
  readonly stop: () => Promise<void>;
};

export async function openApps(options: CarnetOptions = {}): Promise<Apps> {
  const database = await takeDatabase();
  let waited = 0;
  const now = (): Date => new Date(Date.now() + waited * 1000);
  const ground = await openGround({}, { ...options, database, clock: now });
  const mongo: MongoClient = await connect(uriOf(database));
  const databases = [await openDatabase(mongo, database, []), await openDatabase(mongo, `${database}-htest`, [])] as const;
  const kept = await keptIn(mongo, database);
  // Its one-time code was of a while ago: that of now is not used.
  const person = await signUp(kept, { system: testIns, value: ins }, new Date(Date.now() - 300_000));
  return {
    ground,
    kept,
    clients: clientsOf(databases[0], databases),
    database,
    provider: mongo.db(database).collection('provider'),
    keys: signingKeysOf(databases[0], databases),
    verifier,
    somebody: async () => await signUp(kept, somebody(), new Date(Date.now() - 300_000)),
    person,
    browser: newBrowser(ground.carnet.address),
    code: async ({ account, totp }) => {
      await mongo
        .db(database)
        .collection<{ _id: string }>('accounts')
        .updateOne({ _id: account._id }, { $set: { step: 0 } });
      return totp(now());
    },
    wait: (seconds) => {
      waited += seconds;
    },
    now,
    stop: async () => {
      await ground.carnet.server.stop();
      await mongo.close();
      giveBack(database);
    },
  };
}

/** For all tests of a file, with an app that may ask whatever apps may. */
export async function openForFile(): Promise<{ readonly apps: Apps; readonly app: string }> {
  const apps = await openApps();
  afterAll(async () => await apps.stop());
  return { apps, app: await registerApp(apps) };
}

/** The status of a read of his record; `address`: of another server than the first. */
export async function readBy({ ground }: Apps, token: string, address = ground.carnet.address): Promise<number> {
  return (await clientOf(address, token).get(`/Patient/${ground.key}`)).status;
}

export async function registerApp({ clients }: Apps, more: Partial<Client> = {}): Promise<string> {
  const _id = randomUUID();
  const fixed = { _id, registration: randomUUID(), kind: 'app', name: 'Mon carnet', scope: fullScope, made: new Date() } as const;
  await clients.add({ ...fixed, ...('jwks' in more ? {} : { public: true }), redirect: [redirect], ...more } as Client);
  return _id;
}

export const challengeOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

type Query = Readonly<Record<string, string | undefined>>;

function given(asked: Query): Record<string, string> {
  return Object.fromEntries(Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

export function authorizeUrl(client: string, more: Query = {}): string {
  const asked: Query = {
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    scope: fullScope,
    state: 'etat',
    aud: baseUrl,
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  return `${issuer}/auth?${new URLSearchParams(given(asked))}`;
}

export async function typeIn(apps: Apps, browser: Browser, page: Page, person = apps.person): Promise<Page> {
  return await browser.submit(page, { ins: person.ins.value, password, totp: await apps.code(person) });
}

/** As far as the page on which the person is asked. */
export async function upToConsent(apps: Apps, browser: Browser, client: string, more: Query = {}): Promise<Page> {
  const page = await browser.open(authorizeUrl(client, more));
  return page.text.includes('name="password"') ? await typeIn(apps, browser, page) : page;
}

/** Where the app's address is opened in the end, with `code` or `error`. */
export async function authorized(apps: Apps, client: string, more: Query = {}, browser = apps.browser): Promise<URLSearchParams> {
  const page = await upToConsent(apps, browser, client, more);
  const { url } = page.status === 0 ? page : await browser.submit(page, { choice: 'accept' });
  return url.searchParams;
}

export async function post({ ground }: Apps, path: string, form: Query): Promise<Reply> {
  const { status, headers, body, text } = await request(ground.carnet.address)
    .post(`/oidc/${path}`)
    .type('form')
    .send(given(form))
    .ok(() => true);
  return { status, headers, body, text };
}

export async function exchange(apps: Apps, client: string, code: string, more: Query = {}): Promise<Reply> {
  const fixed = { grant_type: 'authorization_code', code, redirect_uri: redirect, client_id: client, code_verifier: verifier };
  return await post(apps, 'token', { ...fixed, ...more });
}

export async function refresh(apps: Apps, client: string, token: string, more: Query = {}): Promise<Reply> {
  return await post(apps, 'token', { grant_type: 'refresh_token', refresh_token: token, client_id: client, ...more });
}

/** The whole of it. */
export async function tokens(apps: Apps, client: string, more: Query = {}, browser?: Browser): Promise<Reply['body']> {
  const answer = await authorized(apps, client, more, browser);
  const { body } = await exchange(apps, client, answer.get('code') ?? '');
  if (body.access_token === undefined) throw new Error(`no token: ${answer} ${JSON.stringify(body)}`);
  return body;
}

export const ownIns = cx(ins);
