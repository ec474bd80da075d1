// The list of issuers whose tokens are exchanged is read whole or not at all.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { loadUpstreams } from '../../src/provider/upstream.ts';
import { issuer } from './backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'carnet-upstream-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = { issuer: 'https://idp.example', jwksUri: 'https://idp.example/jwks', userinfo: 'https://idp.example/userinfo' };
const load = (entries: unknown) => {
  const file = join(folder, 'upstream.json');
  writeFileSync(file, JSON.stringify(entries));
  return loadUpstreams(file, issuer, () => undefined);
};

it('speaks for professionals where it says nothing else', () => {
  expect(load([good]).get(good.issuer)?.kinds).toEqual(new Set(['professional']));
  expect(loadUpstreams(undefined, issuer, () => undefined).size).toBe(0);
});

it.each<[string, unknown, string]>([
  ['this server itself', [{ ...good, issuer }], 'entry 1: `issuer` is this server itself'],
  ['one twice', [good, good], 'entry 2: https://idp.example is listed twice'],
  ['another kind', [{ ...good, kinds: ['holder'] }], 'professional, delegate'],
  ['userinfo in the clear', [{ ...good, userinfo: 'http://idp.example/userinfo' }], '`userinfo` must be an https URL'],
  ['no userinfo', [{ ...good, userinfo: undefined }], '`userinfo`'],
  ['no keys', [{ ...good, jwksUri: undefined }], '`jwks` or `jwksUri`'],
  ['an unknown member', [{ ...good, audience: 'x' }], '`audience` is not one of'],
  ['no list', good, 'JSON array'],
])('%s stops the start', (_, entries, text) => expect(() => load(entries)).toThrow(text));
