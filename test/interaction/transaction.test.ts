// Batch and transaction over HTTP: references, order, all or nothing, answers and faults. https://hl7.org/fhir/R4/http.html#transaction
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { actor, consent, document, patient, testIns, vaccination } from '../resources.ts';
import { type Ground, ins, openGround } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

const urn = (n: number): string => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
type Request = Readonly<Record<string, string>>;
const entry = (request: Request, resource?: object, fullUrl?: string): object => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  ...(resource === undefined ? {} : { resource }),
  request,
});
const post = (type: string, resource: object, fullUrl?: string, more: Request = {}): object =>
  entry({ method: 'POST', url: type, ...more }, resource, fullUrl);

async function sent(
  name: Parameters<Ground['as']>[0],
  entries: readonly object[],
  type = 'transaction',
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return await ground.as(name).post('/', { resourceType: 'Bundle', type, entry: entries }, headers);
}

const statuses = ({ body }: Reply): readonly string[] => body.entry.map(({ response }: Body) => response.status);
const locationOf = ({ body }: Reply, at: number): string =>
  /([A-Z]\w+\/[\w-]+)\/_history\/\d+$/.exec(body.entry[at].response.location)?.[1] ?? '';
const immunization = (more: object = {}): object => vaccination(ground.key, { ...more });
const count = async (query: string): Promise<number> => (await ground.as('doctor').get(`/${query}`)).body.total;

describe('transaction', () => {
  it('opens a record and deposits in it, in one go', async () => {
    const other = '180067512345643';
    const agent = ground.carnet.as(
      (await import('../identity/issuer.ts')).claims.agent({ vitale: [`${other}^^^&1.2.250.1.213.1.4.10&ISO`] }),
    );
    const reply = await agent.post('/', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        post('Consent', { ...consent('opening', undefined, { type: 'permit' }), patient: { reference: urn(1) } }, urn(2)),
        post('Patient', patient(other), urn(1)),
      ],
    });
    expect(statuses(reply)).toEqual(['201 Created', '201 Created']);
    const [, key] = locationOf(reply, 1).split('/');
    expect(locationOf(reply, 0)).toContain(`Consent/${key}-`);
    const known = await ground.as('hospital').get(`/Patient?identifier=${testIns}|${other}`);
    expect(known.body.entry[0].resource).toMatchObject({ id: key, active: true });
  });

  it('resolves references to entries, whatever their order, and binds the bytes that a document names', async () => {
    const data = Buffer.from('un texte').toString('base64');
    const named = {
      ...document(ground.key, '34112-3'),
      content: [{ attachment: { contentType: 'text/plain', title: 'x', url: urn(11) } }],
      relatesTo: [{ code: 'appends', target: { reference: urn(13) } }],
    };
    const reply = await sent('hospital', [
      post('DocumentReference', named, urn(10)),
      post('Binary', { resourceType: 'Binary', contentType: 'text/plain', data }, urn(11)),
      post('DocumentReference', document(ground.key, '11502-2'), urn(13)),
    ]);
    expect(statuses(reply)).toEqual(['201 Created', '201 Created', '201 Created']);
    const stored = await ground.as('doctor').get(`/${locationOf(reply, 0)}`);
    expect(stored.body.relatesTo[0].target.reference).toBe(locationOf(reply, 2));
    expect(stored.body.content[0].attachment).toMatchObject({ url: `http://carnet.test/fhir/${locationOf(reply, 1)}`, size: 8 });
    const bytes = await ground.as('doctor').get(`/${locationOf(reply, 1)}`, { Accept: '*/*' });
    expect(bytes.text).toBe('un texte');
  });

  it('resolves conditional references, the exact INS among them', async () => {
    const reply = await sent('hospital', [
      post('Immunization', immunization({ patient: { reference: `Patient?identifier=${testIns}|${ins}` } })),
    ]);
    expect(statuses(reply)).toEqual(['201 Created']);
    const stored = await ground.as('hospital').get(`/${locationOf(reply, 0)}`);
    expect(stored.body.patient.reference).toBe(`Patient/${ground.key}`);
  });

  it('carries out DELETE, POST, PUT, PATCH and GET in this order, and answers in the order sent', async () => {
    const made = await sent('hospital', [post('Immunization', immunization()), post('Immunization', immunization())]);
    const [one, two] = [locationOf(made, 0), locationOf(made, 1)];
    const reply = await sent('hospital', [
      entry({ method: 'GET', url: one }),
      entry({ method: 'PUT', url: one, ifMatch: 'W/"1"' }, { ...immunization({ lotNumber: 'L2' }), id: one.split('/')[1] }),
      entry({ method: 'DELETE', url: two }),
      post('Immunization', immunization({ lotNumber: 'L3' })),
      entry({ method: 'GET', url: `Immunization?patient=${ground.key}&lot-number=L3&_summary=count` }),
    ]);
    expect(statuses(reply)).toEqual(['200 OK', '200 OK', '204 No Content', '201 Created', '200 OK']);
    expect(reply.body.entry[0].resource).toMatchObject({ lotNumber: 'L2', meta: { versionId: '2' } });
    expect(reply.body.entry[1].response.etag).toBe('W/"2"');
    expect(reply.body.entry[4].resource.total).toBe(1);
    expect((await ground.as('hospital').get(`/${two}`)).status).toBe(410);
  });

  it('leaves one trace for each record and set of labels, with what it wrote', async () => {
    const reply = await sent('hospital', [post('Immunization', immunization()), post('Immunization', immunization())]);
    const traces = await ground.as('holder').get('/AuditEvent?subtype=transaction&_count=1');
    const names = traces.body.entry[0].resource.entity.map(({ what }: Body) => what?.reference);
    expect(names).toEqual(expect.arrayContaining([locationOf(reply, 0), locationOf(reply, 1)]));
  });

  it.each([
    ['return=representation', 'Immunization', undefined],
    ['return=OperationOutcome', undefined, 'OperationOutcome'],
    ['return=minimal', undefined, undefined],
  ])('Prefer: %s', async (prefer, resource, outcome) => {
    const reply = await sent('hospital', [post('Immunization', immunization())], 'transaction', { Prefer: prefer });
    const [{ resource: given, response }] = reply.body.entry;
    expect([given?.resourceType, response.outcome?.resourceType]).toEqual([resource, outcome]);
  });

  it('leaves nothing of five hundred entries where one is wrong', async () => {
    const before = await count(`Immunization?patient=${ground.key}&_summary=count`);
    const entries = Array.from({ length: 500 }, (_, at) =>
      post('Immunization', at === 311 ? immunization({ status: 'nowhere' }) : immunization({ lotNumber: `many-${at}` })),
    );
    const reply = await sent('hospital', entries);
    expectOutcome(reply, 422, 'Bundle.entry[311].resource.status');
    expect(await count(`Immunization?patient=${ground.key}&_summary=count`)).toBe(before);
    const whole = await sent('hospital', entries.toSpliced(311, 1));
    expect(new Set(statuses(whole))).toEqual(new Set(['201 Created']));
    expect(await count(`Immunization?patient=${ground.key}&_summary=count`)).toBe(before + 499);
  }, 60_000);

  const wrong: readonly (readonly [string, () => readonly object[], number, string])[] = [
    [
      'an unknown entry',
      () => [post('Immunization', immunization({ patient: { reference: urn(99) } }))],
      422,
      'Bundle.entry[0].resource.patient.reference',
    ],
    [
      'a conditional reference that finds nothing',
      () => [post('Immunization', immunization({ encounter: { reference: 'Immunization?lot-number=nowhere' } }))],
      412,
      'Bundle.entry[0].resource.encounter.reference',
    ],
    [
      'two entries that write the same',
      () => [entry({ method: 'DELETE', url: 'Immunization/x' }), entry({ method: 'DELETE', url: 'Immunization/x' })],
      400,
      'Bundle.entry[1].request.url',
    ],
    ['another type than the address', () => [post('AllergyIntolerance', immunization())], 400, 'Bundle.entry[0].resource'],
    ['no such type', () => [post('Nowhere', { resourceType: 'Nowhere' })], 404, 'Bundle.entry[0]'],
    [
      'no such id',
      () => [post('Immunization', immunization()), entry({ method: 'GET', url: 'Immunization/nobody' })],
      404,
      'Bundle.entry[1]',
    ],
    ['no method', () => [{ resource: immunization(), request: { url: 'Immunization' } }], 400, 'Bundle.entry[0].request.method'],
    ['an unknown method', () => [entry({ method: 'TRACE', url: 'Immunization' })], 400, 'Bundle.entry[0].request.method'],
    ['no resource', () => [entry({ method: 'POST', url: 'Immunization' })], 400, 'Bundle.entry[0].resource'],
    [
      'an update of AuditEvent',
      () => [entry({ method: 'PUT', url: 'AuditEvent/x' }, { resourceType: 'AuditEvent' })],
      405,
      'Bundle.entry[0].request.url',
    ],
    ['a stale version', () => [entry({ method: 'DELETE', url: 'Immunization/x', ifMatch: 'W/"9"' })], 404, 'Bundle.entry[0]'],
    ['an operation', () => [entry({ method: 'GET', url: 'Patient/x/$everything' })], 400, 'Bundle.entry[0].request.url'],
    [
      'another record than the caller may write',
      () => [post('Immunization', immunization({ patient: { reference: 'Patient/aaaaaaaaaaaaa' } }))],
      422,
      'Bundle.entry[0]',
    ],
    ['no entries of objects', () => ['x' as unknown as object], 400, 'Bundle.entry[0]'],
  ];
  it.each(wrong)('refuses whole: %s', async (_title, entries, status, expression) => {
    const before = await count(`Immunization?patient=${ground.key}&_summary=count`);
    expectOutcome(await sent('hospital', [...entries(), post('Immunization', immunization())]), status, expression);
    expect(await count(`Immunization?patient=${ground.key}&_summary=count`)).toBe(before);
  });

  it('takes back what it had written where a later entry fails', async () => {
    const made = await sent('hospital', [post('Immunization', immunization())]);
    const one = locationOf(made, 0);
    const reply = await sent('hospital', [
      entry({ method: 'DELETE', url: one }),
      entry({ method: 'PUT', url: 'Immunization/nobody' }, { ...immunization(), id: 'nobody' }),
    ]);
    expectOutcome(reply, 404, 'Bundle.entry[1]');
    expect((await ground.as('hospital').get(`/${one}`)).headers.etag).toBe('W/"1"');
  });

  it('obeys a block of the same transaction', async () => {
    const block = consent('sharing', ground.key, { type: 'deny', actor: [actor({ finess: '130786049' })] });
    const before = await sent('clinic', [post('Immunization', immunization())]);
    expect(statuses(before)).toEqual(['201 Created']);
    const reply = await sent('holder', [post('Consent', block, urn(50))]);
    expectOutcome(await sent('clinic', [post('Immunization', immunization())]), 422, 'Bundle.entry[0]');
    await ground.as('holder').delete(`/${locationOf(reply, 0)}`);
  });
});

describe('batch', () => {
  it('answers each entry by itself', async () => {
    const reply = await sent(
      'hospital',
      [
        post('Immunization', immunization()),
        entry({ method: 'GET', url: 'Immunization/nobody' }),
        post('Immunization', immunization({ status: 'nowhere' })),
        entry({ method: 'GET', url: 'Immunization?_summary=count' }),
        entry({ method: 'PUT', url: 'Binary/x' }, { resourceType: 'Binary' }),
      ],
      'batch',
    );
    expect(reply.status).toBe(200);
    expect(reply.body.type).toBe('batch-response');
    expect(statuses(reply)).toEqual([
      '201 Created',
      '404 Not Found',
      '422 Unprocessable Entity',
      '200 OK',
      '405 Method Not Allowed',
    ]);
    expect(reply.body.entry[2].response.outcome.issue[0].expression).toEqual(['Bundle.entry[2].resource.status']);
  });

  it('is traced entry by entry', async () => {
    const before = (await ground.as('holder').get('/AuditEvent?subtype=create&_total=accurate')).body.total;
    await sent('hospital', [post('Immunization', immunization()), post('Immunization', immunization())], 'batch');
    expect((await ground.as('holder').get('/AuditEvent?subtype=create&_total=accurate')).body.total).toBe(before + 2);
  });
});

describe('what is no batch or transaction', () => {
  it.each([
    [{ resourceType: 'Bundle', type: 'document' }, 400, 'Bundle.type'],
    [{ resourceType: 'Bundle' }, 400, 'Bundle.type'],
    [{ resourceType: 'Patient' }, 400, 'resourceType'],
    [{ resourceType: 'Bundle', type: 'transaction', entry: {} }, 400, 'Bundle.entry'],
    [{ resourceType: 'Bundle', type: 'transaction', odd: 1 }, 400, 'Bundle.odd'],
    [{ resourceType: 'Bundle', type: 'transaction', entry: Array(1001).fill({}) }, 413, 'Bundle.entry'],
  ])('%j', async (body, status, expression) => {
    expectOutcome(await ground.as('hospital').post('/', body), status, expression);
  });

  it('reads what needs two access states', async () => {
    const reply = await sent('doctor', [entry({ method: 'GET', url: `Consent/${ground.key}-aaaaaaaaaaaaa/_history` })]);
    expect(reply.status).toBe(404);
  });

  it('an empty transaction does nothing', async () => {
    const reply = await ground.as('hospital').post('/', { resourceType: 'Bundle', type: 'transaction' });
    expect([reply.status, reply.body]).toEqual([200, { resourceType: 'Bundle', type: 'transaction-response' }]);
  });
});
