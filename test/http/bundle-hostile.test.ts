// Bundles that nobody sends in good faith: refused in order, whole where they are transactions. https://hl7.org/fhir/R4/http.html#transaction
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { vaccination } from '../resources.ts';
import { asked } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => {
  expect(ground.carnet.lines.filter((line) => line.includes('failure'))).toEqual([]);
  await ground.stop();
});

const urn = (n: number): string => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const immunization = (more: object = {}): object => vaccination(ground.key, { ...more });
const provenance = (targets: readonly string[], more: object = {}): object => ({
  resourceType: 'Provenance',
  target: targets.map((reference) => ({ reference })),
  recorded: '2026-10-01T10:00:00Z',
  agent: [{ who: { reference: 'Organization/x' } }],
  ...more,
});
const post = (resource: object, fullUrl?: string, more: object = {}): object => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  resource,
  request: { method: 'POST', url: String((resource as Body).resourceType), ...more },
});
const send = async (type: string, entry: readonly unknown[], more: object = {}): Promise<RawReply> =>
  await asked(ground, 'hospital', 'POST', '/', { body: { resourceType: 'Bundle', type, entry, ...more } });
const stored = async (): Promise<number> =>
  (await asked(ground, 'doctor', 'GET', `/Immunization?patient=${ground.key}&_summary=count`)).body.total;

/** With a good entry beside them, of which nothing is left. */
async function expectRefused(entries: readonly unknown[], status: number, expression: string): Promise<void> {
  const before = await stored();
  expectOutcome(await send('transaction', [post(immunization()), ...entries]), status, expression);
  expect(await stored()).toBe(before);
}

describe('the addresses of entries', () => {
  const nowhere = [
    'http://evil.example/fhir/Immunization',
    'https://carnet.test/fhir/Immunization',
    'http://carnet.test.evil.example/fhir/Immunization',
    '//evil.example/Immunization',
    '/fhir/Immunization',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '../Immunization',
    './Immunization',
    'Immunization/../Patient',
    'Immunization//x',
    'Immunization/',
    'Immunization%2Fx',
    '%49mmunization/x',
    'Immunization/%2e%2e',
    `Immunization/${'a'.repeat(65)}`,
    'Patient/x/Immunization',
    'Immunization/x#y',
    'Immunization?lot-number=x#y',
    'Immunization/$validate',
    '$process-message',
    'metadata',
    '_history',
    '_search',
    '/',
    '?_type=Immunization',
    '__proto__',
    'constructor/x',
  ];
  it.each(nowhere)('%.60s is none', async (url) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const resource = method === 'GET' || method === 'DELETE' ? {} : { resource: immunization() };
      await expectRefused([{ ...resource, request: { method, url } }], 400, 'Bundle.entry[1].request.url');
    }
  });

  it.each([
    ['POST', 'Immunization?lot-number=x'],
    ['PUT', 'Immunization/x?lot-number=x'],
    ['PATCH', 'Immunization/x?_pretty=true'],
    ['DELETE', 'Immunization/x?__proto__=x'],
  ])('%s %s: no parameter is passed over', async (method, url) => {
    await expectRefused([{ resource: immunization(), request: { method, url } }], 400, 'Bundle.entry[1].request.url');
  });

  it.each([
    ['GET', 'Constructor', 404, 'Bundle.entry[1]'],
    ['GET', 'Immunization/..', 404, 'Bundle.entry[1]'],
    ['GET', 'Immunization?__proto__=x', 400, 'Bundle.entry[1].request.url'],
    ['GET', 'Immunization?_page=x', 400, 'Bundle.entry[1].request.url'],
    ['GET', 'Immunization?_format=xml', 400, 'Bundle.entry[1].request.url'],
    ['DELETE', 'Immunization?_count=1', 400, 'Bundle.entry[1].request.url'],
    ['DELETE', 'Immunization', 400, 'Bundle.entry[1]'],
    ['PUT', 'Immunization?toString=x', 400, 'Bundle.entry[1].request.url'],
    ['POST', 'Immunization/x', 405, 'Bundle.entry[1].request.url'],
    ['POST', 'Immunization/x/_history', 405, 'Bundle.entry[1].request.url'],
    ['DELETE', 'Immunization/x/_history/1', 405, 'Bundle.entry[1].request.url'],
  ])('%s %s: %p', async (method, url, status, expression) => {
    await expectRefused([{ resource: immunization(), request: { method, url } }], status, expression);
  });

  it('may be those of this server', async () => {
    const reply = await send('transaction', [
      { ...post(immunization()), request: { method: 'POST', url: 'http://carnet.test/fhir/Immunization' } },
      { ...post(immunization()), request: { method: 'POST', url: '/Immunization' } },
    ]);
    expect(reply.body.entry.map(({ response }: Body) => response.status)).toEqual(['201 Created', '201 Created']);
  });
});

describe('the names of entries', () => {
  it.each([
    ['completed', 'Bundle.entry[1].fullUrl'],
    ['__proto__', 'Bundle.entry[1].fullUrl'],
    ['Immunization/x', 'Bundle.entry[1].fullUrl'],
    ['http://a.example/Immunization/1/_history/1', 'Bundle.entry[1]'],
  ])('%s is none', async (fullUrl, expression) => {
    await expectRefused([post(immunization(), fullUrl)], 400, expression);
  });

  it('are not given twice', async () => {
    await expectRefused([post(immunization(), urn(1)), post(immunization(), urn(1))], 400, 'Bundle');
  });

  it.each([
    ['to itself', () => [post(immunization({ reaction: [{ detail: { reference: urn(1) } }] }), urn(1))]],
    [
      'in a circle',
      () => [
        post(immunization({ encounter: { reference: urn(2) } }), urn(1)),
        post(immunization({ encounter: { reference: urn(1) } }), urn(2)),
      ],
    ],
  ])('a reference to another type than is asked for, %s: 422', async (_title, entries) => {
    await expectRefused(
      entries(),
      422,
      `Bundle.entry[${entries().length}].resource.${entries().length === 1 ? 'reaction[0].detail' : 'encounter'}.reference`,
    );
  });

  it.each([
    ['two that tell of each other', [provenance([urn(2)]), provenance([urn(1)])]],
    ['one that tells of itself', [provenance([urn(1)])]],
    ['no reference at all', [provenance([], { target: [{ display: 'x' }] })]],
    [
      'thirty that all tell of all after them',
      Array.from({ length: 30 }, (_, at) => provenance(Array.from({ length: 30 - at }, (__, to) => urn(at + to + 2)))),
    ],
  ])('Provenances: %s', async (_title, resources) => {
    const before = await stored();
    const entries = resources.map((resource, at) => post(resource, urn(at + 1)));
    expectOutcome(await send('transaction', [post(immunization()), ...entries]), 422);
    expect(await stored()).toBe(before);
  });

  it('are replaced where they stand as a whole, in text never', async () => {
    const text = `see ${urn(1)}`;
    const reply = await send('transaction', [post(immunization({ note: [{ text }], lotNumber: `x${urn(1)}` }), urn(1))]);
    const path = reply.body.entry[0].response.location.replace(/^.*\/fhir/, '').replace(/\/_history.*$/, '');
    expect((await asked(ground, 'hospital', 'GET', path)).body).toMatchObject({ note: [{ text }], lotNumber: `x${urn(1)}` });
  });

  it('of many capital letters cost no more than others', async () => {
    const reply = await send('transaction', [
      post(immunization({ lotNumber: 'A'.repeat(1_000_000) }), urn(1)),
      post(immunization(), `http://${'/A'.repeat(100_000)}`),
    ]);
    expect(reply.status).toBe(200);
  });
});

describe('criteria', () => {
  it.each([
    ['?', 'Bundle.entry[1]'],
    ['__proto__=x', 'Bundle.entry[1].request.ifNoneExist'],
    ['nothing=x', 'Bundle.entry[1].request.ifNoneExist'],
    ['_sort=date', 'Bundle.entry[1].request.ifNoneExist'],
    ['', 'Bundle.entry[1].request.ifNoneExist'],
  ])('ifNoneExist %p: 400', async (ifNoneExist, expression) => {
    await expectRefused([post(immunization(), urn(1), { ifNoneExist })], 400, expression);
  });

  it.each([
    ['Immunization?__proto__=x', 400],
    ['Immunization?_count=0', 400],
    ['Nowhere?x=y', 412],
    ['Constructor?x=y', 412],
    ['Binary?_id=x', 400],
  ])('a conditional reference %s: %p', async (reference, status) => {
    await expectRefused(
      [post(immunization({ encounter: { reference } }))],
      status,
      'Bundle.entry[1].resource.encounter.reference',
    );
  });

  it('of a Binary: it is not searched', async () => {
    const binary = {
      resourceType: 'Binary',
      contentType: 'text/plain',
      data: 'eA==',
      securityContext: { reference: `Patient/${ground.key}` },
    };
    await expectRefused([post(binary, urn(1), { ifNoneExist: '_id=x' })], 400, 'Bundle.entry[1].request.ifNoneExist');
    const [{ response }] = (await send('batch', [post(binary, urn(1), { ifNoneExist: '_id=x' })])).body.entry;
    expect(response.status).toBe('400 Bad Request');
  });

  it('no more than 500 references are resolved by search', async () => {
    await send('transaction', [post(immunization({ identifier: [{ system: 'urn:x', value: 'known' }] }))]);
    const referring = (at: number): object => ({
      detail: { reference: `Immunization?identifier=urn:x|known&date=ge${1000 + at}` },
    });
    const reaction = Array.from({ length: 501 }, (_, at) => referring(at));
    const reply = await send('transaction', [post(immunization({ reaction }))]);
    expectOutcome(reply, 400, 'Bundle.entry[0].resource.reaction[500].detail.reference');
    expect(reply.body.issue[0].code).toBe('too-costly');
  });
});

describe('a Bundle that is no request', () => {
  it.each(['history', 'searchset', 'collection', 'document', 'message', 'transaction-response', 'batch-response', 'constructor'])(
    'of type %s: 400',
    async (type) => {
      expectOutcome(await send(type, [post(immunization())]), 400, 'Bundle.type');
    },
  );

  it.each([
    ['responses', [{ response: { status: '201' } }], 'Bundle'],
    ['scores', [{ search: { mode: 'match' } }], 'Bundle'],
    ['nothing', [null], 'Bundle.entry[0]'],
    ['lists', [[]], 'Bundle.entry[0]'],
    ['methods in small letters', [{ request: { method: 'get', url: 'Immunization' } }], 'Bundle.entry[0].request.method'],
    ['a resource of text', [{ resource: 'x', request: { method: 'POST', url: 'Immunization' } }], 'Bundle.entry[0].resource'],
  ])('with %s in its entries: 400', async (_title, parts, expression) => {
    const entries = parts.map((part) =>
      part === null || Array.isArray(part) || 'request' in part ? part : { ...post(immunization()), ...part },
    );
    for (const type of ['transaction', 'batch']) expectOutcome(await send(type, entries), 400, expression);
  });

  it('inside another: it is a resource like others', async () => {
    await expectRefused(
      [post({ resourceType: 'Bundle', type: 'transaction', entry: [post(immunization())] })],
      422,
      'Bundle.entry[1].resource.type',
    );
  });
});

describe('answers', () => {
  it('take 64 MB together at most', async () => {
    const headers = {
      'Content-Type': 'application/pdf',
      'X-Security-Context': `Patient/${ground.key}`,
      Prefer: 'return=minimal',
    };
    const id = idIn(written(await ground.as('hospital').send('POST', '/Binary', headers, Buffer.alloc(20_000_000, 'A'))));
    const reads = Array.from({ length: 3 }, () => ({ request: { method: 'GET', url: `Binary/${id}` } }));
    await expectRefused(reads, 413, 'Bundle.entry[3]');
    const { entry } = (await send('batch', reads)).body;
    expect(entry.map(({ response }: Body) => response.status)).toEqual(['200 OK', '200 OK', '413 Payload Too Large']);
  });
});
