import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createIssuer } from '../../src/demo/issuer.ts';
import { authenticate } from '../../src/identity/authenticate.ts';
import { claims, testBaseUrl } from '../identity/issuer.ts';
import { trustOf } from '../identity/trust-of.ts';

let dataDir: string;
const file = (): string => join(dataDir, 'development-issuer.pem');

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'issuer-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('its tokens are accepted, across restarts', async () => {
  const issuer = await createIssuer({ dataDir, baseUrl: testBaseUrl });
  const token = issuer.sign(claims.structure('750712184'), { expiresIn: 60 });
  const again = await createIssuer({ dataDir, baseUrl: testBaseUrl });
  expect((await authenticate(trustOf([again.trusted]), `Bearer ${token}`, new Date())).id).toBe('s:750712184');
});

test('starts at the same time share one key', async () => {
  const issuers = await Promise.all([1, 2, 3].map(() => createIssuer({ dataDir, baseUrl: testBaseUrl })));
  expect(new Set(issuers.map(({ trusted }) => JSON.stringify(trusted.jwks))).size).toBe(1);
  expect(readdirSync(dataDir)).toEqual(['development-issuer.pem']);
});

test('the key is its owner’s only, and no part of the trust list', async () => {
  const { trusted } = await createIssuer({ dataDir: join(dataDir, 'new'), baseUrl: testBaseUrl });
  expect(statSync(join(dataDir, 'new', 'development-issuer.pem')).mode & 0o777).toBe(0o600);
  expect(trusted.jwks?.keys).toEqual([expect.not.objectContaining({ d: expect.anything() })]);
});

test('a spoilt key stops the start', async () => {
  writeFileSync(file(), 'spoilt');
  await expect(createIssuer({ dataDir, baseUrl: testBaseUrl })).rejects.toThrow(/delete it to have a new one made/);
});
