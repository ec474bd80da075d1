// How a token is sent: once, in the Authorization header, or the request is refused, and the token kept nowhere.
// https://www.rfc-editor.org/rfc/rfc6750#section-2
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, openGround } from '../interaction/ground.ts';
import { expectOutcome } from './expect.ts';
import { type Asked, ask, type RawReply } from './raw.ts';

let ground: Ground;
let token: string;
beforeAll(async () => {
  ground = await openGround();
  token = ground.as('doctor').token;
}, 60_000);
afterAll(async () => await ground.stop());

type Row = readonly [name: string, status: number, error: string | undefined, asked: (token: string) => Asked];
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });
const path = '/fhir/Observation';
const rows: readonly Row[] = [
  ['in the address alone', 401, undefined, (one) => ({ path: `${path}?access_token=${one}` })],
  ['in the address too', 400, 'invalid_request', (one) => ({ path: `${path}?access_token=${one}`, headers: bearer(one) })],
  ['in the address, escaped', 400, 'invalid_request', (one) => ({ path: `${path}?access%5Ftoken=${one}`, headers: bearer(one) })],
  [
    'in the address, where the rest is read leniently',
    400,
    'invalid_request',
    (one) => ({ path: `${path}?access_token=${one}`, headers: { ...bearer(one), prefer: 'handling=lenient' } }),
  ],
  [
    'in the address of what is not there',
    400,
    'invalid_request',
    (one) => ({ path: `/fhir/Nothing/x?access_token=${one}`, headers: bearer(one) }),
  ],
  [
    'in a form alone',
    401,
    undefined,
    (one) => ({ method: 'POST', path: `${path}/_search`, headers: form, body: `access_token=${one}` }),
  ],
  [
    'in a form too',
    400,
    'invalid_request',
    (one) => ({
      method: 'POST',
      path: `${path}/_search`,
      headers: { ...form, ...bearer(one), prefer: 'handling=lenient' },
      body: `access_token=${one}`,
    }),
  ],
  ['twice', 400, 'invalid_request', (one) => ({ path, headers: { Authorization: [`Bearer ${one}`, `Bearer ${one}`] } })],
  ['after another', 400, 'invalid_request', (one) => ({ path, headers: { Authorization: ['Basic eDp5', `Bearer ${one}`] } })],
  ['before another', 400, 'invalid_request', (one) => ({ path, headers: { Authorization: [`Bearer ${one}`, 'Basic eDp5'] } })],
  ['twice in one header', 401, 'invalid_token', (one) => ({ path, headers: { authorization: `Bearer ${one}, Bearer ${one}` } })],
  ['under another scheme', 401, undefined, (one) => ({ path, headers: { authorization: `DPoP ${one}` } })],
  ['after a tab', 401, undefined, (one) => ({ path, headers: { authorization: `Bearer\t${one}` } })],
  ['with bytes that are not ASCII', 401, 'invalid_token', (one) => ({ path, headers: bearer(`é${one}`) })],
  ['with more bytes at its end', 401, 'invalid_token', (one) => ({ path, headers: bearer(`${one}\xff`) })],
  ['padded', 401, 'invalid_token', (one) => ({ path, headers: bearer(`${one}=`) })],
  ['percent-encoded', 401, 'invalid_token', (one) => ({ path, headers: bearer(one.replaceAll('.', '%2E')) })],
  ['longer than any', 401, 'invalid_token', (one) => ({ path, headers: bearer(one + 'A'.repeat(9000)) })],
  ['of another proxy', 401, undefined, (one) => ({ path, headers: { 'proxy-authorization': `Bearer ${one}` } })],
];

describe('a token is refused', () => {
  it.each(rows)('%s: %d', async (_name, status, error, asked) => {
    const reply = await ask(ground.carnet.address, asked(token));
    expectOutcome(reply, status, 'http.Authorization');
    expect([errorIn(reply), reply.text.includes(token)]).toEqual([error, false]);
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer realm="carnet"/);
    expect(ground.carnet.lines.join('\n')).not.toContain(token);
  });

  it('before its address is traced', async () => {
    const before = await traces();
    await ask(ground.carnet.address, { path: `${path}?access_token=${token}`, headers: bearer(token) });
    expect(await traces()).toBe(before);
    expectOutcome(await ask(ground.carnet.address, { path: `${path}?nonsense=1`, headers: bearer(token) }), 400);
    expect(await traces()).toBe(before + 1);
  });

  it('longer than a header may be: 431', async () => {
    const reply = await ask(ground.carnet.address, { path, headers: bearer('A'.repeat(20_000)) });
    expectOutcome(reply, 431, 'http.header');
    expect(reply.text).not.toContain('AAAA');
  });
});

it.each(['Bearer', 'bearer', 'BEARER'])('%s is the scheme', async (scheme) => {
  expect((await ask(ground.carnet.address, { path, headers: { authorization: `${scheme} ${token}` } })).status).toBe(200);
});

const errorIn = ({ headers }: RawReply): string | undefined => /error="(\w+)"/.exec(headers['www-authenticate'] ?? '')?.[1];

/** How many of the doctor's requests were refused, as far as they are traced. */
async function traces(): Promise<number> {
  return (await ground.as('doctor').get('/AuditEvent?outcome=4&_total=accurate&_count=1')).body.total;
}
