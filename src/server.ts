// The server put together: definitions, policy, identity and store, behind one HTTP application.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MongoClient } from 'mongodb';
import { readStatute, type Statute } from './access/statute.ts';
import type { Environment } from './command/environment.ts';
import { type Conformance, loadConformance } from './conformance/conformance.ts';
import { type Ids, randomIds } from './fhir/id.ts';
import { type App, createApp } from './http/app.ts';
import { refuseUnread } from './http/no-request.ts';
import { authenticate } from './identity/authenticate.ts';
import type { Caller } from './identity/caller.ts';
import type { Narrow } from './identity/scope.ts';
import { loadTrust, type Trust, type TrustedIssuer, withOwn } from './identity/trust.ts';
import { openRelay } from './notice/smtp.ts';
import { startWork } from './notice/work.ts';
import { openAccounts } from './provider/account/kept.ts';
import type { Cost } from './provider/account/password-hash.ts';
import { addressesOf } from './provider/addresses.ts';
import { holdersOf } from './provider/holder.ts';
import type { LoginAsked } from './provider/interaction.ts';
import { loginAt } from './provider/login.ts';
import { type Desk, deskOf, failurePage, leavePages, openPages } from './provider/page/pages.ts';
import { openProvider } from './provider/provider.ts';
import { loadUpstreams } from './provider/upstream.ts';
import { sealedCursors } from './search/cursor.ts';
import { type AwaitedCodes, indexDefinitions, withAwaited } from './search/index-definition.ts';
import { assertSearchable } from './search/index-of.ts';
import { narrowed } from './search/narrowed.ts';
import { clientsOf } from './store/client.ts';
import { connect, type Database, databaseNames, openDatabase } from './store/database.ts';
import { watchIndexes } from './store/index-state.ts';
import { providerRowsOf } from './store/provider-row.ts';
import { signingKeysOf } from './store/signing-key.ts';
import { openStore, type Store } from './store/store.ts';
import { textReader } from './text/text-reader.ts';

export type Start = {
  readonly environment: Environment;
  readonly mongodbUri: string;
  readonly log: (line: string) => void;
  /** Issuers beside the trust list: the development issuer. */
  readonly issuers?: readonly TrustedIssuer[];
  readonly clock?: () => Date;
  readonly ids?: Ids;
  /** What a hash of a password costs; absent: what is safe. */
  readonly passwordCost?: Cost;
  /** Whether notices and e-mails leave every so often, as they should, or only when `work` is called. */
  readonly worksByItself?: boolean;
};

export type Server = {
  readonly address: string;
  /** Whether no record has been opened yet. */
  readonly isEmpty: () => Promise<boolean>;
  /** Whether every stored row is found by every declared parameter. */
  readonly isIndexed: () => boolean;
  /** Does at once what it does every so often: notices after two weeks, e-mails. */
  readonly work: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const sweepEvery = 3600 * 1000;

export async function startServer(start: Start): Promise<Server> {
  const { environment, log, worksByItself: byItself = true } = start;
  const { app, national, testers, close } = await assemble(start);
  const server = createServer(createApp(app)).on('clientError', refuseUnread);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(environment.port, environment.host, resolve));
  const relay = environment.mail && openRelay(environment.mail);
  const work = startWork({ ...app, store: national.store }, relay, { byItself, log });
  const sweeping = sweeper([national.store, testers.store], app.clock);
  return {
    address: addressOf(server.address()),
    isEmpty: national.store.isEmpty,
    isIndexed: () => [national, testers].every(({ awaited }) => awaited().size === 0),
    work: work.now,
    stop: async () => {
      clearInterval(sweeping);
      await work.stop();
      for (const opened of [national, testers]) opened.stop();
      server.closeIdleConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

type Assembled = {
  readonly app: App;
  readonly national: Opened;
  readonly testers: Opened;
  /** When nothing is under way any more. */
  readonly close: () => Promise<void>;
};

/** All but the listening. */
async function assemble({
  environment,
  mongodbUri,
  log,
  issuers = [],
  clock = () => new Date(),
  ids = randomIds,
  passwordCost,
}: Start): Promise<Assembled> {
  const { baseUrl } = environment;
  const conformance = loadConformance(environment.conformance);
  assertSearchable(conformance);
  const statute = readStatute(conformance, environment);
  const listed = trustOf(environment, conformance, statute, issuers, log);
  const client = await connect(mongodbUri);
  const names = databaseNames(client);
  const definitions = indexDefinitions(conformance);
  const national = await open(client, names.national, conformance, definitions);
  const testers = await open(client, names.testers, conformance, definitions);
  sayAwaited([national, testers], log);
  const databases = [national.database, testers.database];
  const clients = clientsOf(national.database, databases);
  const operator = telling(log);
  const desk = await openDesk(national, databases, { environment, clock, cost: passwordCost });
  const provider = await openProvider({
    baseUrl,
    clients,
    keys: signingKeysOf(national.database, databases),
    ...persons(desk, national, operator.report),
    clock,
    trust: listed,
    upstreams: loadUpstreams(environment.upstreamIssuers, addressesOf(baseUrl).issuer, log),
    ...operator,
  });
  const trust = withOwn(listed, provider.issuer);
  const texts = textReader();
  const app: App = {
    conformance,
    statute,
    ids,
    baseUrl,
    mailing: environment.mail !== undefined,
    texts,
    clock,
    authenticate: async (header, now) => await authenticate(trust, header, now),
    open: opener(national, testers),
    provider,
    pages: openPages(desk, operator.report),
    hasOrigin: async (origin) => environment.appOrigins?.includes(origin) || (await clients.hasOrigin(origin)),
    report: (error, request) => log(failureLine(error, request.method)),
    log: operator.log,
  };
  const close = async (): Promise<void> => {
    await texts.close();
    await client.close();
  };
  return { app, national, testers, close };
}

/** What goes beside the FHIR base, in the operator's log. */
function telling(log: Start['log']) {
  return {
    report: (error: unknown): void => log(failureLine(error, 'POST')),
    log: (entry: object): void => log(JSON.stringify(entry)),
  };
}

function trustOf(
  { baseUrl, trustedIssuers }: Environment,
  conformance: Conformance,
  statute: Statute,
  extra: readonly TrustedIssuer[],
  log: Start['log'],
): Trust {
  const { habilitation, regime } = statute;
  const professions = new Set(habilitation.keys());
  const narrow: Narrow = (type, parameters) => narrowed(conformance, baseUrl, type, parameters);
  return loadTrust(trustedIssuers, extra, { baseUrl, professions, samu: new Set(regime.samu), narrow, log });
}

function opener(national: Opened, testers: Opened): App['open'] {
  return ({ who, vouched }: Caller) => {
    const opened = (who.kind === 'tester' ? testers : national).now();
    return vouched === undefined ? opened : { ...opened, store: opened.store.under(vouched) };
  };
}

type OfPersons = { readonly environment: Environment; readonly clock: () => Date; readonly cost: Cost | undefined };

async function openDesk(opened: Opened, databases: readonly Database[], of: OfPersons): Promise<Desk> {
  const { environment, clock, cost } = of;
  const { baseUrl, trustedProxies: proxies = [] } = environment;
  const kept = await openAccounts(opened, databases, cost);
  return deskOf({ baseUrl, kept, rows: providerRowsOf(opened.database, databases), proxies, clock });
}

/** Who allows apps what they ask. */
function persons(desk: Desk, { store }: Opened, report: (error: unknown) => void) {
  const { rows, forms, kept } = desk;
  return {
    rows,
    forms,
    holders: holdersOf(kept.accounts, store),
    login: async (asked: LoginAsked) => await loginAt(desk, asked),
    failurePage: (error: unknown) => failurePage(error, desk, report),
    leavePages: async (request: IncomingMessage) => await leavePages(desk, request),
  };
}

type Opened = {
  readonly name: string;
  readonly database: Database;
  readonly store: Store;
  /** What a request of this moment works with. */
  readonly now: () => ReturnType<App['open']>;
  readonly awaited: () => AwaitedCodes;
  readonly stop: () => void;
};

async function open(
  client: MongoClient,
  name: string,
  conformance: Conformance,
  definitions: ReturnType<typeof indexDefinitions>,
): Promise<Opened> {
  const database = await openDatabase(client, name, [...conformance.types.keys()]);
  const store = openStore(database);
  const cursors = sealedCursors(await store.secret('cursor'));
  let awaited: AwaitedCodes = new Map();
  let now = { store, cursors, conformance };
  const watch = await watchIndexes(database, definitions, (lacking) => {
    awaited = lacking;
    now = { store, cursors, conformance: withAwaited(conformance, lacking) };
  });
  const stop = (): void => {
    watch.stop();
    store.settle();
  };
  return { name, database, store, now: () => now, awaited: () => awaited, stop };
}

function sayAwaited(databases: readonly Opened[], log: (line: string) => void): void {
  const lacking = databases.flatMap(({ name, awaited }) =>
    [...awaited()].map(
      ([type, codes]) => `${name}: ${type} (${[...codes].map((code) => code.replace('#', 'contained ')).join(', ')})`,
    ),
  );
  if (lacking.length > 0)
    log(`What is stored cannot be searched by all that is declared before \`npm run reindex\`: ${lacking.join('; ')}`);
}

function sweeper(stores: readonly Store[], clock: () => Date): NodeJS.Timeout {
  return setInterval(() => {
    for (const store of stores) store.sweepBytes(clock()).catch(() => undefined);
  }, sweepEvery).unref();
}

/** Where it failed, never with what: a message may hold a value. */
function failureLine(error: unknown, method: string): string {
  const { name = 'Error', stack = '' } = error as { name?: string; stack?: string };
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim());
  return JSON.stringify({ failure: name, method, at: frames });
}

function addressOf(address: string | AddressInfo | null): string {
  return typeof address === 'object' && address !== null ? `http://${address.address}:${address.port}` : String(address);
}
