// The practice of the demonstration: a Pro Santé Connect of its own on this machine, and a practice software that is a registered client.
// https://www.rfc-editor.org/rfc/rfc8693
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject, parseJson, textOf } from '../fhir/json.ts';
import type { Clients } from '../store/client.ts';
import { professionals } from './people.ts';
import { proSanteConnect, sendJson, serveHere, userinfoOf } from './pro-sante-connect.ts';

export const software = { id: 'logiciel-de-cabinet', name: 'Logiciel de cabinet' } as const;
const fileName = 'practice.json';

/** What the practice software needs (practice-software.ts): where the server and the login are, and its private JSON Web Key, ES384. */
export type Practice = { readonly fhir: string; readonly login: string; readonly key: JsonObject };

export type Started = {
  /** For UPSTREAM_ISSUERS. */
  readonly upstreamIssuers: string;
  /** Where the professionals log in, below it by their RPPS. */
  readonly login: string;
  readonly stop: () => Promise<void>;
};

/** Listens on this machine alone. */
export async function startPractice({ dataDir, baseUrl }: { dataDir: string; baseUrl: string }): Promise<Started> {
  const connect = proSanteConnect(issuerOf(baseUrl), software.id);
  const { address, stop } = await serveHere((request, response) => {
    const [, rpps] = /^\/login\/(\d{11})$/.exec(request.url ?? '') ?? [];
    const person = Object.values(professionals).find((one) => one.rpps === rpps);
    if (request.method === 'POST' && person !== undefined)
      sendJson(response, { access_token: connect.login(userinfoOf(person)) });
    else connect.handle(request, response);
  });
  await mkdir(dataDir, { recursive: true });
  const upstreamIssuers = join(dataDir, 'pro-sante-connect.json');
  await write(upstreamIssuers, [connect.entryAt(address)]);
  return { upstreamIssuers, login: `${address}/login`, stop };
}

const issuerOf = (baseUrl: string): string => new URL('/pro-sante-connect', baseUrl).href;

export async function readPractice(dataDir: string): Promise<Practice | undefined> {
  const text = await readFile(join(dataDir, fileName), 'utf8').catch(() => undefined);
  const value = text === undefined ? undefined : parseJson(text);
  if (!isObject(value) || !isObject(value.key)) return undefined;
  return { fhir: textOf(value.fhir) ?? '', login: textOf(value.login) ?? '', key: value.key };
}

/** For its owner alone. */
async function write(file: string, value: unknown): Promise<void> {
  await writeFile(file, JSON.stringify(value), { mode: 0o600 });
}

function newKey(): JsonObject {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return { ...privateKey.export({ format: 'jwk' }), kid: software.id };
}

export type Place = { readonly dataDir: string; readonly baseUrl: string; readonly fhir: string; readonly login: string };

/** Registered once, and again with other keys where those of before are lost; where things are is another place at each start. */
export async function equip(clients: Clients, { dataDir, baseUrl, fhir, login }: Place): Promise<void> {
  const { id, name } = software;
  const isRegistered = (await clients.find(id)) !== undefined;
  const kept = (await readPractice(dataDir))?.key;
  const key = kept ?? newKey();
  await write(join(dataDir, fileName), { fhir, login, key });
  if (isRegistered && kept !== undefined) return;
  const { d: _private, ...jwk } = key;
  const keys = { jwks: { keys: [{ ...jwk, alg: 'ES384', use: 'sig' }] } };
  if (isRegistered) return void (await clients.rekey(id, keys, new Date()));
  const made = { _id: id, registration: id, kind: 'software', name, scope: 'user/*.cruds', made: new Date() } as const;
  await clients.add({ ...made, upstream: [`${issuerOf(baseUrl)}|${id}`], ...keys });
}
