// The push of a hospital: documents with their bytes inline (IHE MHD ITI-105), raw Binaries bound afterwards, and bytes that come back as they were sent.
// https://profiles.ihe.net/ITI/MHD/ITI-105.html, https://hl7.org/fhir/R4/binary.html
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { ask, type RawReply } from '../http/raw.ts';
import { document } from '../resources.ts';
import { type Ground, idIn, type Name, openGround, written } from './ground.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => await ground.stop());

const cda = [
  '\uFEFF<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml-stylesheet type="text/xsl" href="#feuille"?>',
  '<ClinicalDocument xmlns="urn:hl7-org:v3">',
  '\t<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>',
  '  <code code="34112-3" codeSystem="2.16.840.1.113883.6.1" displayName="CR d’hospitalisation"/>',
  '  <title>Compte rendu — œdème opéré à l’été, 37,5 °C, 👩‍⚕️</title> ',
  '  <component><nonXMLBody><text><![CDATA[ ]]>\u00a0\u2028fin</text></nonXMLBody></component>',
  '</ClinicalDocument>',
  '',
  '',
].join('\r\n');
const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256));
const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n%âãÏÓ\n', 'latin1'), everyByte, Buffer.from('\n%%EOF')]);
const payloads: readonly (readonly [title: string, type: string, bytes: Buffer])[] = [
  ['a CDA document with its byte order mark, CRLF and accents', 'text/xml', Buffer.from(cda)],
  ['the same in Latin-1', 'text/xml; charset=iso-8859-1', Buffer.from('<a>déjà</a>\r\n', 'latin1')],
  ['what looks like a PDF, with every byte there is', 'application/pdf', pdf],
  ['one byte', 'application/octet-stream', Buffer.from([0])],
  ['JSON, to the last blank', 'application/vnd.example+json', Buffer.from(' {"a" : 1.50}\n')],
  ['5 MB of noise', 'image/jpeg', randomBytes(5 * 1024 * 1024)],
];
const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('base64');

async function raw(
  name: Name,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Buffer,
): Promise<RawReply> {
  return await ask(ground.carnet.address, {
    method,
    path: `/fhir${path.replace('http://carnet.test/fhir', '')}`,
    headers: { authorization: `Bearer ${ground.as(name).token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

function withData(bytes: Buffer, contentType: string, attachment: object = {}): object {
  return {
    ...document(ground.key, '34112-3'),
    content: [{ attachment: { contentType, title: 'Document', data: bytes.toString('base64'), ...attachment } }],
  };
}

function withUrl(url: string, contentType = 'application/pdf'): object {
  return { ...document(ground.key, '34112-3'), content: [{ attachment: { contentType, title: 'Document', url } }] };
}

async function uploaded(bytes: Buffer, { by = 'hospital' as Name, type = 'application/pdf' } = {}): Promise<string> {
  const reply = await raw(by, 'POST', '/Binary', { 'content-type': type, 'x-security-context': `Patient/${ground.key}` }, bytes);
  expect([reply.status, reply.text.slice(0, 500)]).toEqual([201, expect.anything()]);
  return /\/Binary\/([^/]+)\/_history\/1$/.exec(reply.headers.location ?? '')?.[1] ?? '';
}

async function expectBytes(id: string, bytes: Buffer, type: string): Promise<void> {
  for (const name of ['hospital', 'doctor', 'holder'] as const) {
    const reply = await raw(name, 'GET', `/Binary/${id}`);
    expect([name, reply.status, reply.headers['content-type']]).toEqual([name, 200, type]);
    expect(reply.bytes.equals(bytes)).toBe(true);
    expect(reply.headers).toMatchObject({ 'content-security-policy': "sandbox; default-src 'none'", etag: 'W/"1"' });
  }
  const json = await raw('doctor', 'GET', `/Binary/${id}`, { accept: 'application/fhir+json' });
  expect(json.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  expect(json.body).toMatchObject({ resourceType: 'Binary', id, contentType: type });
  expect(Buffer.from(json.body.data, 'base64').equals(bytes)).toBe(true);
  expect(json.body.data).toBe(bytes.toString('base64'));
  const named = await raw('doctor', 'GET', `/Binary/${id}?_format=json`);
  expect(named.body).toEqual(json.body);
  const xml = await raw('doctor', 'GET', `/Binary/${id}`, { accept: `${type}, */*` });
  expect(xml.bytes.equals(bytes)).toBe(true);
}

describe('POST DocumentReference with attachment.data', () => {
  it.each(payloads)('%s', async (_title, type, bytes) => {
    const reply = await ground.as('hospital').post('/DocumentReference', withData(bytes, type));
    const { attachment } = written(reply).body.content[0];
    expect(attachment).toEqual({
      contentType: type,
      title: 'Document',
      url: expect.stringMatching(/^http:\/\/carnet\.test\/fhir\/Binary\//),
      size: bytes.length,
      hash: sha1(bytes),
    });
    await expectBytes(attachment.url.split('/').at(-1), bytes, type);
  });

  it('takes the right size and hash, and several contents', async () => {
    const one = { attachment: { contentType: 'text/plain', title: 'Un', data: 'YQ==', size: 1, hash: sha1(Buffer.from('a')) } };
    const two = { attachment: { contentType: 'text/plain', title: 'Deux', data: 'YmI=' } };
    const { body } = written(
      await ground.as('hospital').post('/DocumentReference', { ...document(ground.key, '34112-3'), content: [one, two] }),
    );
    const texts = await Promise.all(
      body.content.map(
        async ({ attachment }: { attachment: { url: string } }) => (await raw('doctor', 'GET', attachment.url)).text,
      ),
    );
    expect(texts).toEqual(['a', 'bb']);
  });

  it.each([
    ['a wrong size', { size: 2 }, 'DocumentReference.content[0].attachment.size'],
    ['a wrong hash', { hash: sha1(Buffer.from('b')) }, 'DocumentReference.content[0].attachment.hash'],
    ['a hash that is none', { hash: '%' }, 'DocumentReference.content[0].attachment.hash'],
    ['data that are no base64', { data: 'Y*Q=' }, 'DocumentReference.content[0].attachment.data'],
    ['data and url', { url: 'Binary/x' }, 'DocumentReference.content[0].attachment'],
    ['a media type that is none', { contentType: 'pdf' }, 'DocumentReference.content[0].attachment.contentType'],
    [
      'a media type with a line break',
      { contentType: 'text/plain\r\nX: y' },
      'DocumentReference.content[0].attachment.contentType',
    ],
    ['no media type', { contentType: undefined }, 'DocumentReference.content[0].attachment'],
    ['no title', { title: undefined }, 'DocumentReference.content[0].attachment.title'],
    ['neither data nor url', { data: undefined }, undefined],
  ])('refuses %s', async (_title, attachment, expression) => {
    expectOutcome(
      await ground.as('hospital').post('/DocumentReference', withData(Buffer.from('a'), 'text/plain', attachment)),
      422,
      expression,
    );
  });
});

describe('POST Binary, then the DocumentReference with its url', () => {
  it.each(payloads)('%s', async (_title, type, bytes) => {
    const id = await uploaded(bytes, { type });
    const { body } = written(await ground.as('hospital').post('/DocumentReference', withUrl(`Binary/${id}`, type)));
    expect(body.content[0].attachment.url).toBe(`http://carnet.test/fhir/Binary/${id}`);
    await expectBytes(id, bytes, type);
  });

  it('answers with version, address and no bytes', async () => {
    const reply = await raw(
      'hospital',
      'POST',
      '/Binary',
      { 'content-type': 'application/pdf', 'x-security-context': `Patient/${ground.key}`, prefer: 'return=minimal' },
      pdf,
    );
    expect([reply.status, reply.bytes.length, reply.headers.etag]).toEqual([201, 0, 'W/"1"']);
    expect(reply.headers.location).toMatch(new RegExp(`^http://carnet.test/fhir/Binary/${ground.key}-[a-z2-9]{13}/_history/1$`));
  });

  it.each(['Patient/KEY', 'http://carnet.test/fhir/Patient/KEY'])('takes X-Security-Context %s', async (context) => {
    const reply = await raw(
      'hospital',
      'POST',
      '/Binary',
      { 'content-type': 'text/plain', 'x-security-context': context.replace('KEY', ground.key) },
      Buffer.from('a'),
    );
    expect(reply.status).toBe(201);
  });

  it.each([
    ['no', undefined, 422, 'http.X-Security-Context'],
    ['an empty', '', 422, 'http.X-Security-Context'],
    ['another type as', 'Practitioner/x', 422, 'http.X-Security-Context'],
    ['another server as', 'http://elsewhere.example/fhir/Patient/x', 422, 'http.X-Security-Context'],
    ['an unknown', 'Patient/aaaaaaaaaaaaa', 422, undefined],
    ['an odd', 'Patient/__proto__', 422, 'http.X-Security-Context'],
  ])('refuses %s X-Security-Context', async (_title, context, status, expression) => {
    const headers = context === undefined ? {} : { 'x-security-context': context };
    expectOutcome(
      await raw('hospital', 'POST', '/Binary', { 'content-type': 'application/pdf', ...headers }, pdf),
      status,
      expression,
    );
  });

  it('refuses bytes without a media type, or packed', async () => {
    const context = { 'x-security-context': `Patient/${ground.key}` };
    expectOutcome(await raw('hospital', 'POST', '/Binary', context, pdf), 415, 'http.Content-Type');
    expectOutcome(
      await raw('hospital', 'POST', '/Binary', { ...context, 'content-type': 'nonsense' }, pdf),
      422,
      'Binary.contentType',
    );
    expectOutcome(
      await raw('hospital', 'POST', '/Binary', { ...context, 'content-type': 'text/plain', 'content-encoding': 'gzip' }, pdf),
      415,
      'http.Content-Encoding',
    );
  });

  it('is its depositor’s alone until a document takes it', async () => {
    const id = await uploaded(pdf);
    const statuses = async (): Promise<readonly number[]> =>
      await Promise.all(
        (['hospital', 'doctor', 'holder', 'clinic', 'stranger'] as const).map(
          async (name) => (await raw(name, 'GET', `/Binary/${id}`)).status,
        ),
      );
    expect(await statuses()).toEqual([200, 404, 404, 404, 404]);
    written(await ground.as('hospital').post('/DocumentReference', withUrl(`Binary/${id}`)));
    expect(await statuses()).toEqual([200, 200, 200, 404, 404]);
  });
});

describe('POST Binary as a resource', () => {
  const sent = async (resource: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    await ground.as('hospital').post('/Binary', { resourceType: 'Binary', ...resource }, headers);

  it.each(payloads)('%s', async (_title, contentType, bytes) => {
    const securityContext = { reference: `Patient/${ground.key}` };
    const reply = written(await sent({ contentType, data: bytes.toString('base64'), securityContext }));
    const id = idIn(reply);
    written(await ground.as('hospital').post('/DocumentReference', withUrl(`http://carnet.test/fhir/Binary/${id}`, contentType)));
    await expectBytes(id, bytes, contentType);
  });

  it('takes the record from the header, but not another one', async () => {
    const data = { contentType: 'text/plain', data: 'YQ==' };
    expect((await sent(data, { 'X-Security-Context': `Patient/${ground.key}` })).status).toBe(201);
    expectOutcome(
      await sent(
        { ...data, securityContext: { reference: `Patient/${ground.key}` } },
        { 'X-Security-Context': 'Patient/aaaaaaaaaaaaa' },
      ),
      422,
      'Binary.securityContext',
    );
    expectOutcome(await sent(data), 422, 'http.X-Security-Context');
  });

  it.each([
    ['no content type', { data: 'YQ==' }, 422, 'Binary.contentType'],
    ['data that are no base64', { contentType: 'text/plain', data: '*' }, 422, 'Binary.data'],
    ['an unknown element', { contentType: 'text/plain', status: 'current' }, 422, 'Binary.status'],
    ['another type', { resourceType: 'Patient' }, 400, 'resourceType'],
  ])('refuses %s', async (_title, resource, status, expression) => {
    expectOutcome(await sent(resource, { 'X-Security-Context': `Patient/${ground.key}` }), status, expression);
  });
});

describe('binding', () => {
  const url = 'DocumentReference.content.attachment.url';
  it('is once, by the depositor, like absent for everybody else', async () => {
    const id = await uploaded(pdf);
    const stolen = await ground.as('clinic').post('/DocumentReference', withUrl(`Binary/${id}`));
    const absent = await ground.as('clinic').post('/DocumentReference', withUrl(`Binary/${ground.key}-aaaaaaaaaaaaa`));
    expectOutcome(stolen, 422, url);
    expect(stolen.body).toEqual(absent.body);
    written(await ground.as('hospital').post('/DocumentReference', withUrl(`Binary/${id}`)));
    const again = await ground.as('hospital').post('/DocumentReference', withUrl(`Binary/${id}`));
    expect([again.status, again.body]).toEqual([absent.status, absent.body]);
  });

  it('gives one Binary to one of two documents at once', async () => {
    const id = await uploaded(pdf);
    const replies = await Promise.all(
      [1, 2, 3].map(async () => await ground.as('hospital').post('/DocumentReference', withUrl(`Binary/${id}`))),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 422, 422]);
  });

  it('does not give a Binary to one document twice', async () => {
    const id = await uploaded(pdf);
    const [content] = (withUrl(`Binary/${id}`) as { content: readonly object[] }).content;
    expectOutcome(
      await ground.as('hospital').post('/DocumentReference', { ...document(ground.key, '34112-3'), content: [content, content] }),
      422,
      url,
    );
  });

  it.each([
    'http://elsewhere.example/doc.pdf',
    'http://elsewhere.example/fhir/Binary/x',
    'Patient/x',
    'urn:uuid:0c9e9b3c-0000-4000-8000-000000000000',
  ])('refuses the url %s', async (address) => {
    expectOutcome(
      await ground.as('hospital').post('/DocumentReference', withUrl(address)),
      422,
      'DocumentReference.content[0].attachment.url',
    );
  });
});
