// The server as a program: reads the environment, opens the database, serves, and ends cleanly.
import { readEnvironment } from './command/environment.ts';
import { reindexAll } from './command/reindexing.ts';
import { demonstrate } from './demo/demo.ts';
import { createIssuer } from './demo/issuer.ts';
import { startPractice } from './demo/practice.ts';
import { startServer } from './server.ts';
import { startEmbedded } from './store/embedded.ts';
import { type Log, oneLine } from './store/log.ts';

const patienceMs = 30_000;
/** What has been started, in order: it is stopped in reverse. */
const stops: (() => Promise<void>)[] = [];
let ending = false;

const log: Log = (line) => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const mongodbUri = environment.mongodbUri ?? (await openEmbedded(environment.dataDir));
  const { dataDir, baseUrl, demo, production } = environment;
  const issuer = production ? undefined : await createIssuer({ dataDir, baseUrl });
  const practice = demo ? await startPractice({ dataDir, baseUrl }) : undefined;
  if (practice !== undefined) stops.push(practice.stop);
  let quiet = demo;
  const server = await startServer({
    environment: practice === undefined ? environment : { upstreamIssuers: practice.upstreamIssuers, ...environment },
    mongodbUri,
    log: (line) => {
      if (!quiet || !line.startsWith('{')) log(line);
    },
    issuers: issuer === undefined ? [] : [issuer.trusted],
  });
  stops.push(server.stop);
  log(`Listening on ${server.address}, base URL ${baseUrl}`);
  if (environment.mongodbUri === undefined && !server.isIndexed()) await reindexAll({ environment, mongodbUri, log });
  if (demo && issuer !== undefined)
    await demonstrate({
      dataDir,
      baseUrl,
      address: server.address,
      issuer,
      isEmpty: server.isEmpty,
      mongodbUri,
      log,
      ...(practice && { login: practice.login }),
    });
  quiet = false;
}

/** Not reached in production: the environment has MONGODB_URI there. */
async function openEmbedded(dataDir: string): Promise<string> {
  log(`Starting MongoDB on ${dataDir} …`);
  const embedded = await startEmbedded({ dataDir, log });
  stops.push(embedded.stop);
  void embedded.died.then(fail);
  return embedded.uri;
}

/** Once, whatever asks for it. A mongod that has not finished starting is ended by the process's exit. */
async function end(exitCode: number): Promise<void> {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), patienceMs).unref();
  for (const stop of stops.toReversed()) {
    try {
      await stop();
    } catch (error) {
      process.stderr.write(`${oneLine(error)}\n`);
    }
  }
  process.exit(exitCode);
}

function fail(error: unknown): void {
  process.stderr.write(`Stopped: ${oneLine(error)}\n`);
  void end(1);
}

function endAsAsked(): void {
  if (!ending) log('Stopping …');
  void end(0);
}

/** A signal to `npm start` ends npm and its shell, which pass nothing on: the server goes when they go. */
function endWithNpm(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) endAsAsked();
  }, 500).unref();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endAsAsked);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

if (process.env.npm_lifecycle_event !== undefined) endWithNpm();
main().catch(fail);
