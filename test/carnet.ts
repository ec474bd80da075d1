// The server itself on a free port and a database of its own, with an issuer whose tokens it trusts.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { join } from 'node:path';
import type { Ids } from '../src/fhir/id.ts';
import type { TrustedIssuer } from '../src/identity/trust.ts';
import type { MailSettings } from '../src/notice/smtp.ts';
import { type Server, startServer } from '../src/server.ts';
import { dropDatabase, giveBack, takeDatabase, uriOf } from './database.ts';
import { ask } from './http/raw.ts';
import { type Claims, type TestIssuer, type TokenOptions, testIssuer } from './identity/issuer.ts';

export type Carnet = {
  readonly address: string;
  readonly baseUrl: string;
  readonly issuer: TestIssuer;
  readonly server: Server;
  /** Lines that the server logged. */
  readonly lines: readonly string[];
  readonly as: (claims: Claims, options?: TokenOptions) => Client;
  readonly stop: () => Promise<void>;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly text: string;
};
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Body = any;

export type Client = {
  readonly token: string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Reply>;
  readonly post: (path: string, body: object, headers?: Readonly<Record<string, string>>) => Promise<Reply>;
  readonly patch: (path: string, operations: object, headers?: Readonly<Record<string, string>>) => Promise<Reply>;
  readonly delete: (path: string) => Promise<Reply>;
  /** Any other request, text as it stands. */
  readonly send: (
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: string | Buffer,
  ) => Promise<Reply>;
};

export type CarnetOptions = {
  /** A published one, or the file of another. */
  readonly regime?: '2018' | '2022' | { readonly file: string };
  /** The file of another habilitation matrix. */
  readonly habilitation?: string;
  readonly clock?: () => Date;
  readonly ids?: Ids;
  readonly database?: string;
  readonly issuers?: readonly TrustedIssuer[];
  /** The folder of capability-statement.json and profiles/. */
  readonly conformance?: string;
  readonly mail?: MailSettings;
  readonly appOrigins?: readonly string[];
  readonly trustedProxies?: readonly string[];
  /** Its address for others. */
  readonly at?: string;
  /** The file of the issuers whose tokens are exchanged. */
  readonly upstreamIssuers?: string;
};

/** Far below what is safe, and as fast. */
export const testCost = { memory: 64, passes: 1 } as const;

const root = join(import.meta.dirname, '..');
export const baseUrl = 'http://carnet.test/fhir';

export async function startCarnet({
  regime = '2018',
  habilitation,
  clock = () => new Date(),
  ids,
  database: given,
  issuers = [],
  conformance = root,
  mail,
  appOrigins,
  trustedProxies,
  upstreamIssuers,
  at = baseUrl,
}: CarnetOptions = {}): Promise<Carnet> {
  // What is indexed otherwise would not be as the next one needs it.
  const shared = given === undefined && conformance === root;
  const database = given ?? (shared ? await takeDatabase() : `test-${randomUUID().slice(0, 8)}`);
  const issuer = testIssuer({ baseUrl: at, now: clock, rsa: process.env.TEST_RSA_KEY });
  const lines: string[] = [];
  const server = await startServer({
    environment: {
      production: false,
      port: 0,
      host: '127.0.0.1',
      baseUrl: at,
      dataDir: '',
      demo: false,
      regime: typeof regime === 'string' ? join(root, `profiles/Parameters-regime-${regime}.json`) : regime.file,
      ...(habilitation === undefined ? {} : { habilitation }),
      conformance,
      ...(mail === undefined ? {} : { mail }),
      ...(appOrigins === undefined ? {} : { appOrigins }),
      ...(trustedProxies === undefined ? {} : { trustedProxies }),
      ...(upstreamIssuers === undefined ? {} : { upstreamIssuers }),
    },
    mongodbUri: uriOf(database),
    issuers: [issuer.trusted, ...issuers],
    log: (line) => void lines.push(line),
    clock,
    ...(ids === undefined ? {} : { ids }),
    passwordCost: testCost,
    // Its clock is the test's: so are the moments when e-mails leave.
    worksByItself: false,
  });
  return {
    address: server.address,
    baseUrl: at,
    issuer,
    server,
    lines,
    as: (claims, options) => clientOf(server.address, issuer.token(claims, options), connections),
    stop: async () => {
      await server.stop();
      if (shared) giveBack(database);
      else await dropDatabase(database);
    },
  };
}

/** What text is sent as where nothing else is said. */
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
/**
 * Kept open, because to connect anew costs as much as many an answer: of servers in this process alone, so that their timers run beside
 * ours, and for less time than a server keeps them, so that none is used that is just being closed.
 */
const connections = new Agent({ keepAlive: true, timeout: 1000 });

/** Of a server at another address too, by its token; without an agent each request connects anew. */
export function clientOf(address: string, token: string, agent?: Agent): Client {
  const send: Client['send'] = async (method, path, headers = {}, body) => {
    const { pathname, search } = new URL(
      path.startsWith('http') ? path.replace(baseUrl, `${address}/fhir`) : `${address}/fhir${path}`,
    );
    return await ask(address, {
      method,
      path: `${pathname}${search}`,
      headers: { Authorization: `Bearer ${token}`, ...(typeof body === 'string' ? form : {}), ...lengthOf(body), ...headers },
      ...(body === undefined ? {} : { body }),
      ...(agent === undefined ? {} : { agent }),
    });
  };
  const json = { 'Content-Type': 'application/fhir+json' };
  return {
    token,
    send,
    get: async (path, headers) => await send('GET', path, headers),
    post: async (path, body, headers) => await send('POST', path, { ...json, ...headers }, JSON.stringify(body)),
    patch: async (path, operations, headers) =>
      await send('PATCH', path, { 'Content-Type': 'application/json-patch+json', ...headers }, JSON.stringify(operations)),
    delete: async (path) => await send('DELETE', path),
  };
}

/** Node gives the body of a GET or a DELETE none, and the next request would begin with it. */
function lengthOf(body: string | Buffer | undefined): Readonly<Record<string, string>> {
  return body === undefined || body.length === 0 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
}

/** Ids of the matches (or of the includes) of a searchset. */
export function idsOf({ body }: Reply, mode = 'match'): readonly string[] {
  return (body?.entry ?? []).filter(({ search }: Body) => search.mode === mode).map(({ resource }: Body) => String(resource.id));
}
