import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { authenticate } from '../../src/identity/authenticate.ts';
import { claims, testIssuer } from './issuer.ts';
import { trustOf } from './trust-of.ts';

const start = new Date();
const first = testIssuer({ now: () => start });
const second = testIssuer({ now: () => start });

let server: Server;
let uri: string;
let served: { status: number; body: string };
let fetches: number;
let logged: string[];

const keysOf = ({ trusted }: typeof first, suffix = ''): string =>
  JSON.stringify({
    keys: [
      ...(trusted.jwks?.keys ?? []).map((key) => ({ ...Object(key), kid: Object(key).kid + suffix })),
      { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric' },
      { kty: 'RSA', alg: 'RSA-OAEP', use: 'enc', kid: 'encryption' },
    ],
  });

beforeEach(async () => {
  fetches = 0;
  logged = [];
  served = { status: 200, body: keysOf(first) };
  server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(served.status, { location: '/elsewhere' }).end(served.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  uri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

function asking(): (token: string, seconds: number) => Promise<string> {
  const trust = trustOf([{ issuer: first.issuer, jwksUri: uri, kinds: first.trusted.kinds }], {
    log: (line) => logged.push(line),
  });
  return (token, seconds) =>
    authenticate(trust, `Bearer ${token}`, new Date(start.getTime() + seconds * 1000)).then(
      ({ id }) => id,
      ({ status }) => `refused ${status}`,
    );
}

const known = first.token(claims.feeder(), { expiresIn: 7200 });
const rotated = second.token(claims.feeder(), { expiresIn: 7200, header: { kid: 'ES256-2' } });
const id = `f:${first.issuer}`;

describe('keys that are fetched', () => {
  test('once for many tokens, together or one after the other', async () => {
    const ask = asking();
    expect(await Promise.all([ask(known, 0), ask(known, 0), ask(known, 0)])).toEqual([id, id, id]);
    expect(await ask(known, 300)).toBe(id);
    expect(fetches).toBe(1);
  });

  test('again at an unknown kid, once a minute at most', async () => {
    const ask = asking();
    await ask(known, 0);
    served = { status: 200, body: keysOf(second, '-2') };
    expect(await ask(rotated, 30)).toBe('refused 401');
    expect(fetches).toBe(1);
    expect(await ask(rotated, 61)).toBe(id);
    expect(fetches).toBe(2);
    expect(await ask(known, 62)).toBe('refused 401');
    expect(fetches).toBe(2);
  });

  test('a withdrawn key no longer vouches for a token seen before', async () => {
    const ask = asking();
    expect(await ask(known, 0)).toBe(id);
    served = { status: 200, body: keysOf(second, '-2') };
    expect(await ask(known, 601)).toBe('refused 401');
  });

  test('for an hour the last keys serve while the issuer is away, then none', async () => {
    const ask = asking();
    await ask(known, 0);
    served = { status: 503, body: '' };
    expect(await ask(known, 1800)).toBe(id);
    expect(await ask(known, 3601)).toBe('refused 401');
    expect(logged.length).toBe(2);
  });

  test.each([
    ['an error', { status: 500, body: keysOf(first) }],
    ['a redirection', { status: 302, body: '' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no key set', { status: 200, body: '[]' }],
    ['a symmetric key for its kid', { status: 200, body: '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"ES256"}]}' }],
    ['too much', { status: 200, body: keysOf(first) + ' '.repeat(300_000) }],
  ])('%s is 401, and the log does not hold the token', async (_name, answer) => {
    served = answer;
    const ask = asking();
    expect(await ask(known, 0)).toBe('refused 401');
    expect(await ask(known, 1)).toBe('refused 401');
    expect(fetches).toBe(1);
    expect(logged.join()).not.toContain(known.split('.')[2]);
  });

  test('an unreachable issuer is 401', async () => {
    const ask = asking();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(known, 0)).toBe('refused 401');
    expect(logged).toEqual([expect.stringContaining(uri)]);
    server.listen(0);
  });
});
