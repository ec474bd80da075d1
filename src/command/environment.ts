// What the environment variables say, checked once at start: a wrong value stops the start with one line.
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { MailSettings } from '../notice/smtp.ts';
import { readAppOrigins } from './app-origins.ts';
import { readMail } from './mail.ts';
import { given, StartError, type Variables } from './start-error.ts';
import { readTrustedProxies } from './trusted-proxies.ts';

export type Environment = {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end; the `aud` of tokens and the beginning of every absolute reference. */
  readonly baseUrl: string;
  /** Absent: the embedded server, on `dataDir`. Never absent in production. */
  readonly mongodbUri?: string;
  readonly dataDir: string;
  /** Path of the trust list. Never absent in production. */
  readonly trustedIssuers?: string;
  /** Path of the list of issuers whose tokens are exchanged for ours. */
  readonly upstreamIssuers?: string;
  readonly demo: boolean;
  /** Path of the Parameters resource of the regime. */
  readonly regime: string;
  /** Path of the ConceptMap of the habilitation matrix; absent: that of `conformance`. */
  readonly habilitation?: string;
  /** The folder of capability-statement.json and profiles/. */
  readonly conformance: string;
  /** Absent: notices are not sent by e-mail. */
  readonly mail?: MailSettings;
  /** Of the apps that run in browsers; absent: none. */
  readonly appOrigins?: readonly string[];
  /** Addresses and networks of the proxies before the server; absent: none. */
  readonly trustedProxies?: readonly string[];
};

const project = join(import.meta.dirname, '..', '..');
const hostName = /^(?=.{1,253}$)[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i;

/** A variable that is empty counts as absent. Paths become absolute. Throws StartError. */
export function readEnvironment(env: Variables): Environment {
  const production = readNodeEnv(env) === 'production';
  if (production) requireForProduction(env);
  const port = readPort(env);
  const mongodbUri = readMongodbUri(env);
  const trustedIssuers = given(env, 'TRUSTED_ISSUERS');
  const upstreamIssuers = given(env, 'UPSTREAM_ISSUERS');
  const habilitation = given(env, 'HABILITATION');
  const mail = readMail(env);
  const appOrigins = readAppOrigins(env);
  const trustedProxies = readTrustedProxies(env);
  return {
    production,
    port,
    host: readHost(env),
    baseUrl: readBaseUrl(env, port),
    ...(mongodbUri === undefined ? {} : { mongodbUri }),
    dataDir: resolve(given(env, 'DATA_DIR') ?? 'data'),
    ...(trustedIssuers === undefined ? {} : { trustedIssuers: resolve(trustedIssuers) }),
    ...(upstreamIssuers === undefined ? {} : { upstreamIssuers: resolve(upstreamIssuers) }),
    demo: readDemo(env, production),
    regime: jsonFile('REGIME', given(env, 'REGIME') ?? join(project, 'profiles', 'Parameters-regime-2018.json')),
    ...(habilitation === undefined ? {} : { habilitation: jsonFile('HABILITATION', habilitation) }),
    conformance: resolve(given(env, 'CONFORMANCE') ?? project),
    ...(mail === undefined ? {} : { mail }),
    ...(appOrigins === undefined ? {} : { appOrigins }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
  };
}

function readNodeEnv(env: Variables): string {
  const value = given(env, 'NODE_ENV') ?? 'development';
  if (['production', 'development', 'test'].includes(value)) return value;
  throw new StartError(`NODE_ENV is "${value}": it must be production, development or test.`);
}

function requireForProduction(env: Variables): void {
  const missing = ['MONGODB_URI', 'TRUSTED_ISSUERS'].filter((name) => given(env, name) === undefined);
  if (missing.length > 0)
    throw new StartError(`NODE_ENV=production needs ${missing.join(' and ')}: set ${missing.length > 1 ? 'them' : 'it'}.`);
}

function readPort(env: Variables): number {
  const value = given(env, 'PORT') ?? '8080';
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new StartError(`PORT is "${value}": it must be a whole number from 1 to 65535.`);
}

function readHost(env: Variables): string {
  const value = given(env, 'HOST') ?? '127.0.0.1';
  if (isIP(value) !== 0 || hostName.test(value)) return value;
  throw new StartError(`HOST is "${value}": it must be an address or a host name to listen on, for example 0.0.0.0.`);
}

function readBaseUrl(env: Variables, port: number): string {
  const value = given(env, 'BASE_URL') ?? `http://localhost:${port}/fhir`;
  const url = URL.parse(value);
  const plain = url !== null && url.username === '' && url.password === '' && !/[?#\s]/.test(value);
  if (plain && /^https?:\/\//i.test(value)) return value.replace(/\/+$/, '');
  throw new StartError(
    'BASE_URL must be an http or https address without query, fragment or password, for example https://carnet.example/fhir.',
  );
}

/** Never repeated in a message: it may hold a password. */
function readMongodbUri(env: Variables): string | undefined {
  const value = given(env, 'MONGODB_URI');
  if (value === undefined || /^mongodb(\+srv)?:\/\/[^\s/]+/.test(value)) return value;
  throw new StartError('MONGODB_URI must begin with mongodb:// or mongodb+srv:// and name a host.');
}

function readDemo(env: Variables, production: boolean): boolean {
  const value = given(env, 'DEMO') ?? (production ? 'off' : 'on');
  if (value !== 'on' && value !== 'off') throw new StartError(`DEMO is "${value}": it must be on or off.`);
  if (value === 'on' && production) throw new StartError('DEMO is "on": there is no demo set under NODE_ENV=production.');
  return value === 'on';
}

function jsonFile(name: string, value: string): string {
  if (value.endsWith('.json')) return resolve(value);
  throw new StartError(`${name} is "${value}": it must be the path of a JSON file.`);
}
