// The hospital's Provide Document Bundle over HTTP: taken whole or refused whole, answered again as the first time.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Reply } from '../carnet.ts';
import { type Ground, ins, type Name, openGround } from '../interaction/ground.ts';
import { type BundleSent, cda, type DocumentSent, pdf, provideBundle, type Sent } from '../interaction/mhd/bundle.ts';
import { wrongBundles } from '../interaction/mhd/wrong.ts';
import { relation } from '../interaction/mhd/wrong-bundle.ts';
import { document, label, mask, testIns } from '../resources.ts';
import { expectOutcome } from './expect.ts';
import { ask } from './raw.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

const bundle = (options: Partial<BundleSent> = {}): Sent => provideBundle({ subject: `Patient/${ground.key}`, ...options });
const provide = async (sent: Sent, by: Name = 'hospital'): Promise<Reply> => await ground.as(by).post('/', sent);
const statuses = ({ body }: Reply): readonly string[] => body.entry.map(({ response }: Body) => response.status);
/** `Type/id` of what an entry made. */
const made = ({ body }: Reply, at: number): string =>
  /([A-Z]\w+\/[\w-]+)\/_history\/\d+$/.exec(body.entry[at].response.location)?.[1] ?? '';
const count = async (query: string): Promise<number> => (await ground.as('doctor').get(`/${query}&_total=accurate`)).body.total;
const resources = async (): Promise<readonly number[]> =>
  await Promise.all(['List', 'DocumentReference'].map(async (type) => await count(`${type}?patient=${ground.key}`)));

async function accepted(options: Partial<BundleSent> = {}, by: Name = 'hospital'): Promise<Reply> {
  const reply = await provide(bundle(options), by);
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
  return reply;
}

describe('a Bundle that is right', () => {
  it.each<readonly [title: string, options: Partial<BundleSent>, statuses: readonly string[]]>([
    ['minimal', { level: 'minimal' }, Array(3).fill('201 Created')],
    ['comprehensive with references', { level: 'uncontained' }, Array(3).fill('201 Created')],
    ['comprehensive', {}, Array(3).fill('201 Created')],
    [
      'of two documents and a folder',
      { documents: [{}, { bytes: cda(), contentType: 'text/xml' }], folder: true },
      Array(6).fill('201 Created'),
    ],
    ['of twenty documents', { documents: Array.from({ length: 20 }, () => ({})) }, Array(41).fill('201 Created')],
  ])('%s', async (_title, options, wanted) => {
    const reply = await accepted(options);
    expect(reply.body).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' });
    expect(statuses(reply)).toEqual(wanted);
    for (const { response } of reply.body.entry)
      expect(response).toMatchObject({
        location: expect.stringMatching(/^http:\/\/carnet\.test\/fhir\/\w+\/[\w-]+\/_history\/1$/),
        etag: 'W/"1"',
      });
  });

  it('names the patient by criteria, or by identifier', async () => {
    await accepted({ subject: `Patient?identifier=${testIns}|${ins}` });
    const sent = bundle();
    for (const { resource } of sent.entry)
      if (resource.subject) resource.subject = { identifier: { system: testIns, value: ins } };
    const reply = await provide(sent);
    expect(statuses(reply)).toEqual(Array(3).fill('201 Created'));
    const stored = await ground.as('doctor').get(`/${made(reply, 1)}`);
    expect(stored.body.subject).toEqual({ identifier: { system: testIns, value: ins }, reference: `Patient/${ground.key}` });
  });

  it('names its entries by addresses, and relative to them', async () => {
    const sent = bundle();
    for (const [at, name] of ['List/1', 'DocumentReference/1', 'Binary/1'].entries())
      sent.entry[at].fullUrl = `https://chu.example/fhir/${name}`;
    sent.entry[0].resource.entry[0].item.reference = 'DocumentReference/1';
    sent.entry[1].resource.content[0].attachment.url = 'Binary/1';
    const reply = await provide(sent);
    expect(statuses(reply)).toEqual(Array(3).fill('201 Created'));
    const stored = await ground.as('doctor').get(`/${made(reply, 1)}`);
    expect(stored.body.content[0].attachment.url).toBe(`http://carnet.test/fhir/${made(reply, 2)}`);
    expect(await count(`List?patient=${ground.key}&item=${made(reply, 1)}`)).toBe(1);
  });

  it('names a Binary that was sent before', async () => {
    const bytes = pdf('avant');
    const headers = { 'Content-Type': 'application/pdf', 'X-Security-Context': `Patient/${ground.key}` };
    const sent = bundle({ documents: [{ bytes }] });
    sent.entry[1].resource.content[0].attachment.url = (
      await ground.as('hospital').send('POST', '/Binary', headers, bytes)
    ).headers.location?.replace(/\/_history.*/, '');
    sent.entry.splice(2, 1);
    expect(statuses(await provide(sent))).toEqual(Array(2).fill('201 Created'));
  });

  it('takes a mask by the identifier of its document, and no other patch', async () => {
    const masterIdentifier = `urn:oid:1.2.250.1.99.${Date.now()}`;
    const reply = await accepted({ documents: [{ masterIdentifier }] });
    const path = `/DocumentReference?identifier=urn:ietf:rfc:3986|${masterIdentifier}&patient=${ground.key}`;
    expect((await ground.as('hospital').patch(path, [{ op: 'replace', path: '/description', value: 'x' }])).status).toBe(405);
    expect((await ground.as('holder').patch(path, mask)).status).toBe(200);
    expect(
      await Promise.all([0, 1, 2].map(async (at) => (await ground.as('stranger').get(`/${made(reply, at)}`)).status)),
    ).toEqual([404, 404, 404]);
  });

  it('is found by ITI-67, opened byte for byte by ITI-68, and its set by ITI-66', async () => {
    const bytes = [pdf('un'), cda()] as const;
    const documents: readonly DocumentSent[] = [
      { bytes: bytes[0], masterIdentifier: 'urn:oid:1.2.250.1.99.1', type: '11488-4' },
      { bytes: bytes[1], contentType: 'text/xml', type: '11488-4' },
    ];
    const reply = await accepted({ documents });
    const found = await ground
      .as('doctor')
      .get(`/DocumentReference?patient=${ground.key}&status=current&identifier=urn:ietf:rfc:3986|urn:oid:1.2.250.1.99.1`);
    expect(found.body.entry.map(({ resource }: Body) => `DocumentReference/${resource.id}`)).toEqual([made(reply, 1)]);
    for (const [index, wanted] of bytes.entries()) {
      const { body } = await ground.as('doctor').get(`/${made(reply, 1 + 2 * index)}`);
      const [{ attachment }] = body.content;
      expect(attachment.url).toBe(`http://carnet.test/fhir/${made(reply, 2 + 2 * index)}`);
      for (const name of ['doctor', 'holder', 'hospital'] as const) {
        const headers = { authorization: `Bearer ${ground.as(name).token}` };
        const opened = await ask(ground.carnet.address, { method: 'GET', path: new URL(attachment.url).pathname, headers });
        expect([opened.status, opened.headers['content-type']]).toEqual([200, attachment.contentType]);
        expect(opened.bytes.equals(wanted)).toBe(true);
      }
    }
    const code = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes|submissionset';
    const sets = await ground.as('doctor').get(`/List?patient=${ground.key}&code=${code}&status=current&item=${made(reply, 1)}`);
    expect(sets.body.entry.map(({ resource }: Body) => `List/${resource.id}`)).toEqual([made(reply, 0)]);
    expect(sets.body.entry[0].resource.entry.map(({ item }: Body) => item.reference)).toEqual([made(reply, 1), made(reply, 3)]);
    expect(await count(`List?patient=${ground.key}&code=folder&item=${made(reply, 1)}`)).toBe(0);
  });

  it('says that nothing is sent to the intended recipient', async () => {
    const reply = await accepted({ recipient: true });
    expect(reply.body.entry[0].response).toMatchObject({
      status: '201 Created',
      location: expect.any(String),
      outcome: { issue: [{ severity: 'warning', diagnostics: expect.stringContaining('UnavailableRecipient') }] },
    });
    expect(reply.body.entry[1].response.outcome).toBeUndefined();
  });

  it('is as hidden as what it holds', async () => {
    const masked = await accepted({ documents: [{ labels: [label('MASQUE_PS')] }] });
    const status = async (name: Name, at: number): Promise<number> => (await ground.as(name).get(`/${made(masked, at)}`)).status;
    for (const at of [0, 1, 2]) {
      expect(
        await Promise.all((['hospital', 'holder', 'doctor', 'stranger'] as const).map(async (name) => await status(name, at))),
      ).toEqual([200, 200, 200, 404]);
    }
  });
});

describe('a Bundle that is wrong', () => {
  it.each(wrongBundles)('$title: refused whole', async ({ change, code, expression, options }) => {
    const before = await resources();
    const sent = bundle(options);
    change(sent);
    const reply = await provide(sent);
    expectOutcome(reply, 422, expression);
    expect(reply.body.issue).toContainEqual({
      severity: 'error',
      code,
      diagnostics: expect.any(String),
      expression: [expression],
    });
    expect(await resources()).toEqual(before);
  });

  it.each<readonly [title: string, options: Partial<BundleSent>, by: Name, status: number, expression: string | undefined]>([
    ['about a record that there is not', { subject: 'Patient/aaaaaaaaaaaaa' }, 'hospital', 422, 'Bundle.entry[1]'],
    [
      'about a patient elsewhere',
      { subject: 'http://ailleurs.example/fhir/Patient/1' },
      'hospital',
      422,
      'Bundle.entry[1].resource.subject',
    ],
    [
      'about an unknown INS',
      { subject: `Patient?identifier=${testIns}|180067512345643` },
      'hospital',
      412,
      'Bundle.entry[1].resource.subject',
    ],
    ['from the insurance', {}, 'insurance', 403, undefined],
    ['from a doctor who is not the author', {}, 'stranger', 422, 'Bundle.entry[1].resource.author'],
    [
      'that replaces a document that there is not',
      { documents: [{ relatesTo: [relation('replaces', 'DocumentReference/x')] }] },
      'hospital',
      422,
      'Bundle.entry[1].resource.relatesTo.target',
    ],
  ])('%s: refused whole', async (_title, options, by, status, expression) => {
    const before = await resources();
    expectOutcome(await provide(bundle(options), by), status, expression);
    expect(await resources()).toEqual(before);
  });

  it('is refused for all that its last document has', async () => {
    const before = await resources();
    const sent = bundle({ documents: Array.from({ length: 20 }, () => ({})) });
    sent.entry.at(-2).resource.language = 7;
    expectOutcome(await provide(sent), 422, 'Bundle.entry[39].resource.language');
    expect(await resources()).toEqual(before);
  });

  it('is a plain transaction for a tester, and where it promises nothing', async () => {
    const plain = bundle();
    delete plain.meta;
    delete plain.entry[1].resource.custodian;
    expect((await provide(plain)).status).toBe(200);
    const tested = bundle({ subject: 'Patient/x' });
    delete tested.entry[1].resource.custodian;
    const reply = await provide(tested, 'tester');
    expect([reply.status, statuses(reply)]).toEqual([200, Array(3).fill('201 Created')]);
  });
});

describe('a replacement', () => {
  const old = async (by: Name = 'hospital'): Promise<string> => made(await accepted({}, by), 1);
  const replacing = (target: string, more: DocumentSent = {}): Partial<BundleSent> => ({
    documents: [{ relatesTo: [relation('replaces', target)], ...more }],
  });

  it.each(['without a patch', 'with a patch by id', 'with a patch by identifier'])(
    '%s supersedes the old one in the same transaction',
    async (form) => {
      const target = await old();
      const { body } = await ground.as('hospital').get(`/${target}`);
      const { system, value } = body.masterIdentifier;
      const supersede =
        {
          'without a patch': [],
          'with a patch by id': [target],
          'with a patch by identifier': [`DocumentReference?identifier=${system}|${value}`],
        }[form] ?? [];
      const reply = await accepted({ ...replacing(target), supersede });
      expect(statuses(reply).slice(0, 3)).toEqual(Array(3).fill('201 Created'));
      expect(statuses(reply).slice(3)).toEqual(supersede.map(() => '200 OK'));
      const [before, after] = await Promise.all(
        [target, made(reply, 1)].map(async (name) => (await ground.as('doctor').get(`/${name}`)).body),
      );
      expect([before.status, before.meta.versionId, after.status]).toEqual(['superseded', '2', 'current']);
      expect(after.relatesTo).toEqual([relation('replaces', target)]);
    },
  );

  it('leaves the old one as it is where anything fails', async () => {
    const target = await old();
    const sent = bundle({ ...replacing(target), supersede: [target] });
    sent.entry[1].resource.language = 7;
    expectOutcome(await provide(sent), 422, 'Bundle.entry[1].resource.language');
    expect((await ground.as('doctor').get(`/${target}`)).body).toMatchObject({ status: 'current', meta: { versionId: '1' } });
  });

  it('with a patch by identifier of another document is refused', async () => {
    const [target, other] = [await old(), await old()];
    const { body } = await ground.as('hospital').get(`/${other}`);
    const { system, value } = body.masterIdentifier;
    const sent = bundle({ ...replacing(target), supersede: [`DocumentReference?identifier=${system}|${value}`] });
    expectOutcome(await provide(sent), 422, 'Bundle.entry[3].request.url');
    expect((await ground.as('doctor').get(`/${other}`)).body.status).toBe('current');
  });

  it('inherits the mask of the old one', async () => {
    const target = made(await accepted({ documents: [{ labels: [label('MASQUE_PS')] }] }), 1);
    const after = made(await accepted(replacing(target)), 1);
    expect((await ground.as('holder').get(`/${after}`)).status).toBe(200);
    expect((await ground.as('stranger').get(`/${after}`)).status).toBe(404);
  });

  it('of somebody else’s document is refused as of one that there is not', async () => {
    const target = `DocumentReference/${(await ground.as('doctor').post('/DocumentReference', document(ground.key, '34112-3'))).body.id}`;
    const [known, unknown] = await Promise.all(
      [target, `DocumentReference/${ground.key}-aaaaaaaaaaaaa`].map(async (name) => await provide(bundle(replacing(name)))),
    );
    expect([known?.status, known?.text]).toEqual([422, unknown?.text]);
  });

  it.each(['transforms', 'appends', 'signs'])('%s leaves the old one current', async (code) => {
    const target = await old();
    await accepted({ documents: [{ relatesTo: [relation(code, target)] }] });
    expect((await ground.as('doctor').get(`/${target}`)).body.status).toBe('current');
  });
});
