// Addresses, names and values that nobody sends in good faith: refused in order, never a failure.
// https://hl7.org/fhir/R4/http.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, openGround } from '../interaction/ground.ts';
import { expectOutcome } from './expect.ts';
import { ask, type RawReply } from './raw.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

async function sent(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<RawReply> {
  const authorization = `Bearer ${ground.as('doctor').token}`;
  return await ask(ground.carnet.address, {
    method,
    path: path.replace('KEY', ground.key),
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const addresses: readonly (readonly [path: string, status: number])[] = [
  ['//fhir/Patient', 404],
  ['/fhir//Patient', 404],
  ['/fhir/Patient/', 404],
  ['/fhir/Patient//', 404],
  ['/fhir/Patient/KEY/', 404],
  ['/fhir//Patient/KEY', 404],
  ['/fhir/patient', 404],
  ['/fhir/PATIENT/KEY', 404],
  ['/FHIR/Patient', 404],
  ['/fhir/./Patient', 404],
  ['/fhir/../Patient', 404],
  ['/fhir/%2e/Patient', 404],
  ['/fhir/%2e%2e/Patient', 404],
  ['/fhir/Patient/%2e%2e', 404],
  ['/fhir/Patient/..', 404],
  ['/fhir/Patient/.', 404],
  ['/fhir/Patient/%2fKEY', 404],
  ['/fhir/Patient%2fKEY', 404],
  ['/fhir/Patient/KEY%00', 404],
  ['/fhir/Patient/KEY%20', 404],
  ['/fhir/Patient/%0d%0aX:y', 404],
  ['/fhir/Patient/%', 400],
  ['/fhir/Patient/%zz', 400],
  ['/fhir/Patient/%E0%A4', 400],
  ['/fhir/Patient/%C0%80', 400],
  ['/fhir/Patient/%FF', 400],
  ['/fhir/%', 404],
  ['/fhir/Pat%69ent/KEY', 404],
  ['/fhir/Patient/é', 404],
  ['/fhir/Patient/$ne', 404],
  ['/fhir/Patient/[object Object]', 404],
  ['/fhir/Patient/{"$ne":1}', 404],
  ['/fhir/Patient;x=1/KEY', 404],
  ['/fhir/Patient/KEY;x=1', 404],
  ['/fhir/__proto__', 404],
  ['/fhir/__proto__/x', 404],
  ['/fhir/constructor/1', 404],
  ['/fhir/hasOwnProperty', 404],
  ['/fhir/toString/valueOf', 404],
  ['/fhir/Patient/__proto__', 404],
  ['/fhir/Patient/constructor', 404],
  ['/fhir/Binary/__proto__', 404],
  ['/fhir/AuditEvent/toString', 404],
  ['/fhir/Resource/x', 404],
  ['/fhir/DomainResource', 404],
  ['/fhir/metadata/', 404],
  ['/fhir/metadata/x', 404],
  ['/fhir/Metadata', 404],
  [`/fhir/Patient/${'a'.repeat(65)}`, 404],
  [`/fhir/Patient/${'a'.repeat(8000)}`, 404],
  [`/fhir/${'Patient/'.repeat(500)}`, 404],
  ['/health/', 404],
  ['/healthz', 404],
  ['/robots.txt', 404],
];

describe('addresses', () => {
  it.each(addresses.map(([path, status]) => [path.slice(0, 80), status, path] as const))(
    '%s: %p',
    async (_title, status, path) => {
      expectOutcome(await sent('GET', encodeURI(path).replace(/%25/g, '%')), status);
    },
  );

  it('a query string may follow any of them', async () => {
    for (const query of ['?', '?%', '?%zz=%', '?&&&', '?=', '?=x', '?a', '?_pretty', '?%00=%00', '?a[b]=c', '?a[__proto__]=c']) {
      const reply = await sent('GET', `/fhir/Patient/nobody${query}`);
      expect([query, [400, 404].includes(reply.status)]).toEqual([query, true]);
      expectOutcome(reply, reply.status);
    }
  });
});

describe('names of parameters', () => {
  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '$where',
    '$ne',
    'type[$ne]',
    'type.$ne',
    '_id.x',
    ':',
    '.',
    'type..',
    'é',
    '\u0000',
    'type\u0000',
    '_page ',
    '_Format',
    '',
  ])('%p is unknown', async (name) => {
    const reply = await sent('GET', `/fhir/DocumentReference?${encodeURIComponent(name)}=x`);
    expectOutcome(reply, 400);
    expect(Buffer.byteLength(reply.text)).toBeLessThan(20_000);
    const lenient = await sent('GET', `/fhir/DocumentReference?${encodeURIComponent(name)}=x&type=none`, {
      prefer: 'handling=lenient',
    });
    expect([lenient.status, lenient.body.link]).toEqual([
      200,
      [{ relation: 'self', url: 'http://carnet.test/fhir/DocumentReference?type=none' }],
    ]);
  });

  it.each(['type:', 'a'.repeat(5000)])('%p is refused, however leniently', async (name) => {
    for (const prefer of ['handling=strict', 'handling=lenient'])
      expectOutcome(await sent('GET', `/fhir/DocumentReference?${encodeURIComponent(name)}=x&type=none`, { prefer }), 400);
  });
});

describe('values', () => {
  it.each([
    '$ne',
    '{"$gt":""}',
    '.*',
    '^',
    '(((',
    '\\Q',
    '%',
    "'; drop",
    '__proto__',
    '�',
    '😀'.repeat(100),
    '*',
    '..',
    '-1',
    '0x10',
    '1e400',
    'null',
    'true',
  ])('%p finds nothing and fails nothing', async (value) => {
    for (const name of [
      '_id',
      'type',
      'identifier',
      'description',
      'description:contains',
      'description:exact',
      'author',
      'date',
      '_lastUpdated',
      'patient',
      'patient.name',
      '_security',
      '_count',
      '_sort',
      '_total',
      '_include',
      '_page',
      '_format',
      '_summary',
    ]) {
      const reply = await sent('GET', `/fhir/DocumentReference?${name}=${encodeURIComponent(value)}`);
      expect([name, [200, 400, 406].includes(reply.status)]).toEqual([name, true]);
      if (reply.status === 200) expect([name, reply.body.entry]).toEqual([name, undefined]);
      else expectOutcome(reply, reply.status);
    }
  });

  it.each([
    ['65 parameters', 'type=a&'.repeat(65)],
    ['201 values', `type=${'a,'.repeat(200)}a`],
    ['a value of 4001 characters', `type=${'a'.repeat(4001)}`],
    ['nine keys', `_sort=${'date,'.repeat(8)}date`],
  ])('%s are too costly', async (_title, query) => {
    const reply = await sent(
      'POST',
      '/fhir/DocumentReference/_search',
      { 'content-type': 'application/x-www-form-urlencoded' },
      query,
    );
    expectOutcome(reply, 400);
    expect(reply.body.issue[0].code).toBe('too-costly');
  });
});
