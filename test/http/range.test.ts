// Bytes of a Binary (IHE MHD ITI-68): the whole, one range of it, its headers alone, or the resource that holds them.
// https://www.rfc-editor.org/rfc/rfc9110#name-range-requests, https://hl7.org/fhir/R4/binary.html
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { asked, fhirJson, version } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';

/** Over several chunks of the store. */
const sent = randomBytes(700_001);
const size = sent.length;
const database = 'test-range';
let ground: Ground;
let id = '';
let empty = '';
let modified = '';
beforeAll(async () => {
  ground = await openGround({}, { database });
  id = await uploaded(sent);
  empty = await uploaded(Buffer.alloc(0));
  modified = (await get()).headers['last-modified'] ?? '';
});
afterAll(async () => await ground.stop());

async function uploaded(body: Buffer): Promise<string> {
  const headers = { 'content-type': 'application/pdf', 'x-security-context': `Patient/${ground.key}` };
  return idIn(written(await asked(ground, 'hospital', 'POST', '/Binary', { body, headers })));
}

async function get(headers: Readonly<Record<string, string>> = {}, method = 'GET', of = id): Promise<RawReply> {
  return await asked(ground, 'hospital', method, `/Binary/${of}`, { headers });
}

const always = { 'accept-ranges': 'bytes', 'content-type': 'application/pdf', 'x-content-type-options': 'nosniff' };

describe('a range', () => {
  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=261119-261121', 261_119, 261_121],
    ['bytes=100-522300', 100, 522_300],
    ['bytes=700000-', 700_000, 700_000],
    ['bytes=10-', 10, 700_000],
    ['bytes=-1', 700_000, 700_000],
    ['bytes=-700001', 0, 700_000],
    ['bytes=-9999999', 0, 700_000],
    ['bytes=0-9999999', 0, 700_000],
    ['Bytes= 5 - 7', 5, 7],
  ])('%s: 206', async (range, start, end) => {
    const reply = await get({ range });
    expect([reply.status, reply.bytes.equals(sent.subarray(start, end + 1))]).toEqual([206, true]);
    expect(reply.headers).toMatchObject({
      ...always,
      ...version(1),
      'content-range': `bytes ${start}-${end}/${size}`,
      'content-length': String(end - start + 1),
    });
  });

  it.each([
    'bytes=0-1,5-6',
    'bytes=5-4',
    'bytes=-',
    'bytes=a-b',
    'bytes=',
    'bytes',
    'items=0-1',
    'bytes=0-1;x',
    'bytes=0x1-0x2',
    `bytes=${'9'.repeat(40)}-`,
    '',
  ])('%s: the whole', async (range) => {
    const reply = await get({ range });
    expect([reply.status, reply.bytes.equals(sent)]).toEqual([200, true]);
    expect(reply.headers).toMatchObject({ ...always, ...version(1), 'content-length': String(size) });
    expect(reply.headers).not.toHaveProperty('content-range');
  });

  it.each(['bytes=700001-', 'bytes=700001-700002', 'bytes=-0', 'bytes=9999999-'])('%s: 416', async (range) => {
    const reply = await get({ range });
    expectOutcome(reply, 416, 'http.Range');
    expect(reply.headers['content-range']).toBe(`bytes */${size}`);
  });

  it('of no bytes cannot be given', async () => {
    const whole = await get({}, 'GET', empty);
    expect([whole.status, whole.bytes.length, whole.headers['content-length']]).toEqual([200, 0, '0']);
    for (const range of ['bytes=0-', 'bytes=-5']) expectOutcome(await get({ range }, 'GET', empty), 416, 'http.Range');
  });

  it.each([
    [() => modified, 206],
    [() => new Date(Date.parse(modified) - 1000).toUTCString(), 200],
    [() => new Date(Date.parse(modified) + 1000).toUTCString(), 200],
    [() => 'W/"1"', 200],
    [() => '"1"', 200],
    [() => 'nonsense', 200],
  ])('If-Range %#: %p', async (ifRange, status) => {
    const reply = await get({ range: 'bytes=0-9', 'if-range': ifRange() });
    expect([reply.status, reply.bytes.length]).toEqual([status, status === 206 ? 10 : size]);
  });

  it('is for bytes alone', async () => {
    const reply = await get({ range: 'bytes=0-9', accept: 'application/fhir+json' });
    expect([reply.status, reply.body.resourceType]).toEqual([200, 'Binary']);
    const patient = await asked(ground, 'doctor', 'GET', `/Patient/${ground.key}`, { headers: { range: 'bytes=0-9' } });
    expect([patient.status, patient.body.resourceType]).toEqual([200, 'Patient']);
  });

  it('goes after what is held already, and after who may read', async () => {
    expect((await get({ range: 'bytes=0-9', 'if-none-match': 'W/"1"' })).status).toBe(304);
    const headers = { range: 'bytes=9999999-' };
    expectOutcome(await asked(ground, 'stranger', 'GET', `/Binary/${id}`, { headers }), 404);
  });
});

describe('HEAD', () => {
  it.each([
    ['bytes', {}],
    ['bytes, whatever the range', { range: 'bytes=0-9' }],
    ['the resource', { accept: 'application/fhir+json' }],
  ] as const)('of %s', async (_, headers) => {
    const head = await get(headers, 'HEAD');
    const { range: _range, ...whole }: Readonly<Record<string, string>> = headers;
    const { date: _date, 'x-request-id': __, ...told } = (await get(whole)).headers;
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(head.headers).toMatchObject(told);
  });
});

describe('the resource', () => {
  it.each([0, 1, 2, 3, 4, 262_143, 262_144, 262_145])('of %p bytes', async (length) => {
    const bytes = randomBytes(length);
    const made = await uploaded(bytes);
    const plain = await get({ accept: 'application/fhir+json' }, 'GET', made);
    const pretty = await asked(ground, 'hospital', 'GET', `/Binary/${made}?_format=json&_pretty=true`);
    for (const { headers, body, bytes: whole } of [plain, pretty]) {
      expect(headers).toMatchObject({ ...version(1), 'content-type': fhirJson, 'content-length': String(whole.length) });
      expect(body).toMatchObject({ resourceType: 'Binary', id: made, contentType: 'application/pdf' });
      expect(Buffer.from(body.data ?? '', 'base64').equals(bytes)).toBe(true);
    }
    expect([plain.text.includes('\n'), pretty.text.includes('\n  "data"')]).toEqual([false, length > 0]);
  });

  it('shows its data where a summary does', async () => {
    const names = async (query: string): Promise<string> =>
      Object.keys((await asked(ground, 'hospital', 'GET', `/Binary/${id}?_format=json&${query}`)).body).join();
    expect(await names('_summary=true')).toBe('resourceType,id,meta,contentType');
    expect(await names('_elements=data')).toBe('resourceType,id,meta,contentType,data');
    expect((await asked(ground, 'hospital', 'GET', `/Binary/${id}?_summary=true`)).bytes.equals(sent)).toBe(true);
  });
});

describe('who goes away in the middle', () => {
  async function inDatabase<T>(ask: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
    const answer = await ask(client);
    await client.close();
    return answer;
  }
  const eventually = async (is: () => Promise<boolean>): Promise<boolean> => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (await is()) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  };
  const half = (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const { hostname, port } = new URL(ground.carnet.address);
    const authorization = `Bearer ${ground.as('hospital').token}`;
    const asking = request({ hostname, port, method, path: `/fhir${path}`, headers: { authorization, ...headers } });
    asking.on('error', () => undefined);
    return asking;
  };

  it('leaves no bytes of an upload', async () => {
    const chunks = async (): Promise<number> =>
      await inDatabase(async (client) => {
        const named = client.db(database);
        const collections = await named.listCollections({ name: /chunks$/ }).toArray();
        const counts = await Promise.all(collections.map(async ({ name }) => await named.collection(name).countDocuments()));
        return counts.reduce((sum, count) => sum + count, 0);
      });
    const before = await chunks();
    const headers = { 'content-type': 'application/pdf', 'x-security-context': `Patient/${ground.key}` };
    const asking = half('POST', '/Binary', { ...headers, 'content-length': '9000000' });
    asking.write(randomBytes(3_000_000));
    expect(await eventually(async () => (await chunks()) > before + 5)).toBe(true);
    asking.destroy();
    expect(await eventually(async () => (await chunks()) === before)).toBe(true);
    expect(ground.carnet.lines.filter((line) => line.includes('"failure"'))).toEqual([]);
  });

  it('leaves no cursor of a download', async () => {
    const open = async (): Promise<number> =>
      await inDatabase(async (client) => {
        const cursors = await client
          .db('admin')
          .aggregate([{ $currentOp: { idleCursors: true } }, { $match: { ns: new RegExp(`^${database}\\..*chunks$`) } }])
          .toArray();
        return cursors.length;
      });
    const large = await uploaded(randomBytes(40_000_000));
    const asking = half('GET', `/Binary/${large}`, {});
    await new Promise<void>((resolve) => {
      asking.on('response', (response) => {
        response.on('error', () => undefined);
        response.once('data', () => {
          response.pause();
          resolve();
        });
      });
      asking.end();
    });
    expect(await eventually(async () => (await open()) > 0)).toBe(true);
    asking.destroy();
    expect(await eventually(async () => (await open()) === 0)).toBe(true);
  });
});
