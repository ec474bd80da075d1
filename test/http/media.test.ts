// Media types, character sets, encodings and sizes of what is sent, and of what is wanted back. https://hl7.org/fhir/R4/http.html#mime-type

import { request } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, openGround } from '../interaction/ground.ts';
import { asked } from './asked.ts';
import { expectOutcome } from './expect.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => {
  expect(ground.carnet.lines.filter((line) => line.includes('failure'))).toEqual([]);
  await ground.stop();
});

const immunization = (): object => ({
  resourceType: 'Immunization',
  status: 'completed',
  vaccineCode: { text: 'DTP' },
  patient: { reference: `Patient/${ground.key}` },
  occurrenceDateTime: '2026-10-01',
});

describe('Content-Type', () => {
  it.each([
    'application/fhir+json',
    'application/json',
    'APPLICATION/FHIR+JSON',
    'application/fhir+json; charset=utf-8',
    'application/fhir+json;charset="UTF-8"',
    'application/fhir+json; fhirVersion=4.0; charset=UTF-8',
  ])('%s: taken', async (type) => {
    const reply = await asked(ground, 'hospital', 'POST', '/Immunization', {
      body: immunization(),
      headers: { 'content-type': type },
    });
    expect(reply.status).toBe(201);
  });

  it.each([
    '',
    'text/plain',
    'application/xml-patch+xml',
    'application/json-patch+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/fhir+jsonx',
    'application/fhir+json/x',
    'application/fhir+json, text/plain',
    '*/*',
    '__proto__',
    'application/fhir+json; charset=iso-8859-1',
    'application/fhir+json; charset=utf-16',
    'application/fhir+json; charset',
    'application/fhir+json; fhirVersion=3.0',
    'application/fhir+json; fhirVersion=5.0',
  ])('%p: 415', async (type) => {
    for (const [method, path] of [
      ['POST', '/Immunization'],
      ['PUT', '/Immunization/x'],
      ['POST', '/'],
    ] as const) {
      const reply = await asked(ground, 'hospital', method, path, { body: immunization(), headers: { 'content-type': type } });
      expectOutcome(reply, 415, 'http.Content-Type');
    }
  });

  it.each(['application/json', 'text/plain', 'application/json-patch+json; charset=latin1'])(
    '%s is no patch: 415',
    async (type) => {
      const reply = await asked(ground, 'hospital', 'PATCH', '/Immunization/x', {
        body: '[]',
        headers: { 'content-type': type },
      });
      expectOutcome(reply, 415, 'http.Content-Type');
    },
  );

  it.each(['application/fhir+json', 'application/x-www-form-urlencoded; charset=latin1', ''])(
    '%p is no form: 415',
    async (type) => {
      const reply = await asked(ground, 'hospital', 'POST', '/Immunization/_search', {
        body: 'lot-number=x',
        headers: { 'content-type': type },
      });
      expectOutcome(reply, 415, 'http.Content-Type');
    },
  );
});

describe('Accept', () => {
  it.each([
    'text/turtle',
    'application/fhir+xml;q=0',
    'application/fhir+xml; fhirVersion=3.0',
    'text/html',
    'image/*',
    '__proto__',
    'application/fhir+json;q=0',
    'application/fhir+json; fhirVersion=3.0',
    'application/fhir+json; fhirVersion=4.0.1',
    'a'.repeat(5000),
  ])('%.60p: 406, and nothing is written', async (accept) => {
    for (const [method, path, body] of [
      ['GET', '/Immunization', undefined],
      ['POST', '/Immunization', immunization()],
      ['POST', '/', { resourceType: 'Bundle', type: 'transaction', entry: [] }],
    ] as const) {
      const reply = await asked(ground, 'hospital', method, path, {
        headers: { accept },
        ...(body === undefined ? {} : { body }),
      });
      expectOutcome(reply, 406, 'http.Accept');
    }
  });

  it('takes the one version that there is', async () => {
    for (const version of ['4.0', '"4.0"']) {
      const headers = { accept: `application/fhir+json; fhirVersion=${version}` };
      expect((await asked(ground, 'hospital', 'GET', '/Immunization', { headers })).status).toBe(200);
    }
  });
});

type Streamed = { readonly status: number; readonly text: string };

/** The answer may come before all is sent: what is cut off then is no failure. */
async function stream(headers: Readonly<Record<string, string>>, chunks: readonly Buffer[]): Promise<Streamed> {
  const { hostname, port } = new URL(ground.carnet.address);
  const authorization = `Bearer ${ground.as('hospital').token}`;
  return await new Promise((resolve, reject) => {
    const sending = request(
      {
        hostname,
        port,
        method: 'POST',
        path: '/fhir/Immunization',
        headers: { authorization, 'content-type': 'application/fhir+json', ...headers },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    sending.on('error', () => {});
    for (const chunk of chunks) sending.write(chunk);
    sending.end();
  });
}

describe('size and encoding', () => {
  const megabytes = (count: number): Buffer => Buffer.alloc(count * 1024 * 1024, ' ');
  const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  it.each([
    ['declared', () => ({ 'content-length': String(33 * 1024 * 1024) }), () => [megabytes(33)]],
    ['in chunks', () => ({ 'transfer-encoding': 'chunked' }), () => Array.from({ length: 34 }, () => megabytes(1))],
    ['packed by gzip', () => ({ 'content-encoding': 'gzip' }), () => [gzipSync(megabytes(100))]],
    ['packed by deflate', () => ({ 'content-encoding': 'deflate' }), () => [deflateSync(megabytes(100))]],
    ['packed by br', () => ({ 'content-encoding': 'br' }), () => [brotliCompressSync(megabytes(100), fast)]],
  ])('more than 32 MiB, %s: 413', async (_title, headers, chunks) => {
    const { status, text } = await stream(headers(), chunks());
    expect([status, JSON.parse(text).issue[0]]).toEqual([
      413,
      { severity: 'error', code: 'too-long', diagnostics: 'The body is larger than 32 MiB' },
    ]);
  });

  it.each([
    ['gzip', gzipSync('{}').subarray(0, 10), 400],
    ['gzip', Buffer.from('{}'), 400],
    ['gzip, gzip', gzipSync(gzipSync('{}')), 415],
    ['zip', Buffer.from('{}'), 415],
    ['__proto__', Buffer.from('{}'), 415],
  ])('Content-Encoding %s of %p: %p', async (encoding, body, status) => {
    const headers = { 'content-encoding': encoding };
    expectOutcome(await asked(ground, 'hospital', 'POST', '/Immunization', { body, headers }), status);
  });

  it('unpacks what was packed', async () => {
    const body = gzipSync(JSON.stringify(immunization()));
    const reply = await asked(ground, 'hospital', 'POST', '/Immunization', { body, headers: { 'content-encoding': 'gzip' } });
    expect(reply.status).toBe(201);
  });
});
