// `npm run practice -- RPPS [--card] [--emergency REASON]`: plays the practice software of the demonstration and prints a token.
// It logs the professional in at the Pro Santé Connect of the demonstration and exchanges what that gave.
// https://www.rfc-editor.org/rfc/rfc8693, https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
import { createPrivateKey, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import jwt from 'jsonwebtoken';
import { isObject, type JsonObject, textOf } from '../fhir/json.ts';
import { cxOf } from '../identity/identifiers.ts';
import { patientIns } from './callers.ts';
import { type Practice, readPractice, software } from './practice.ts';

const usage = 'npm run practice -- RPPS [--card] [--emergency REASON]';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

async function main(): Promise<void> {
  const { rpps, card, reason } = asked();
  const practice = await readPractice(resolve(process.env.DATA_DIR ?? 'data'));
  if (practice === undefined) throw new Error('There is no demonstration here: start it first');
  const { access_token: subject } = await json(`${practice.login}/${rpps}`, { method: 'POST' });
  const { token_endpoint: endpoint } = await json(`${practice.fhir}/.well-known/smart-configuration`);
  const emergency = reason === undefined ? {} : { purpose_of_use: 'BTG', reason, person_id: cxOf(patientIns) };
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: String(subject),
    subject_token_type: accessToken,
    scope: 'user/*.cruds',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(practice, String(endpoint), card),
    ...emergency,
  };
  const tokens = new URL(new URL(String(endpoint)).pathname, practice.fhir).href;
  const given = await json(tokens, { method: 'POST', body: new URLSearchParams(form) });
  process.stdout.write(`${textOf(given.access_token)}\n`);
}

function asked(): { readonly rpps: string; readonly card: boolean; readonly reason: string | undefined } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { card: { type: 'boolean', default: false }, emergency: { type: 'string' } },
  });
  const [rpps, ...more] = positionals;
  if (rpps === undefined || !/^\d{11}$/.test(rpps) || more.length > 0) throw new Error(usage);
  return { rpps, card: values.card, reason: values.emergency };
}

/** `card`: the patient's Vitale card is in the reader. */
function assertion({ key }: Practice, endpoint: string, card: boolean): string {
  const claims = { iss: software.id, sub: software.id, aud: endpoint, jti: randomUUID() };
  return jwt.sign(
    card ? { ...claims, vitale: [cxOf(patientIns)] } : claims,
    createPrivateKey({ key: { ...key }, format: 'jwk' }),
    { algorithm: 'ES384', keyid: String(key.kid), expiresIn: 60 },
  );
}

async function json(url: string, request: RequestInit = {}): Promise<JsonObject> {
  const response = await fetch(url, request);
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && isObject(body)) return body;
  throw new Error(
    `${new URL(url).pathname} answered ${response.status} ${isObject(body) ? (textOf(body.error_description) ?? '') : ''}`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${Error.isError(error) ? error.message : 'It did not work'}\n`);
  process.exitCode = 1;
});
