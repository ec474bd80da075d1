// What is sent again under its master identifier: answered as the first time, refused where it says something else.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html, https://profiles.ihe.net/ITI/MHD/ITI-105.html
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { type Ground, idIn, type Name, openGround, written } from '../interaction/ground.ts';
import { type BundleSent, entry, pdf, provideBundle, type Sent, sentAgain } from '../interaction/mhd/bundle.ts';
import { relation } from '../interaction/mhd/wrong-bundle.ts';
import { consent, document, label, mask, patient, testIns } from '../resources.ts';
import { expectOutcome, expressionsOf } from './expect.ts';

let ground: Ground;
/** Another record, open too. */
let other: string;
const otherIns = '180067512345643';
beforeAll(async () => {
  ground = await openGround();
  const agent = ground.carnet.as(claims.agent({ vitale: [cx(otherIns)] }));
  other = idIn(written(await agent.post('/Patient', patient(otherIns))));
  written(await agent.post('/Consent', consent('opening', other, { type: 'permit' })));
});
afterAll(async () => await ground.stop());

const uuid = (): string => `urn:uuid:${randomUUID()}`;
const bundle = (options: Partial<BundleSent> = {}): Sent => provideBundle({ subject: `Patient/${ground.key}`, ...options });
const provide = async (sent: Sent, by: Name = 'hospital'): Promise<Reply> => await ground.as(by).post('/', sent);
const responses = ({ body }: Reply): readonly Body[] => body.entry.map(({ response }: Body) => response);
const copy = (sent: Sent, change: (bundle: Sent) => void): Sent => {
  const again = structuredClone(sent);
  change(again);
  return again;
};
const about = (entries: Sent, reference: string): void => {
  for (const { resource } of entries) if (resource.subject) resource.subject = { reference };
};
const count = async (sent: Sent, at = 1, by: Name = 'doctor'): Promise<number> => {
  const { system, value } = sent.entry[at].resource.masterIdentifier;
  return (await ground.as(by).get(`/DocumentReference?patient=${ground.key}&identifier=${system}|${value}&_total=accurate`)).body
    .total;
};

async function provided(options: Partial<BundleSent> = {}): Promise<readonly [Sent, Reply]> {
  const sent = bundle(options);
  const reply = await provide(sent);
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
  return [sent, reply];
}

describe('a Bundle sent again', () => {
  it.each<readonly [title: string, options: Partial<BundleSent>]>([
    ['as it is', {}],
    ['minimal', { level: 'minimal' }],
    ['of several documents and a folder', { documents: [{}, { bytes: pdf('deux') }, { bytes: pdf('trois') }], folder: true }],
    ['with a warning', { recipient: true }],
  ])('%s is answered as the first time, whatever its order, time and names', async (_title, options) => {
    const [sent, first] = await provided(options);
    const again = await provide(sent);
    expect([again.status, again.body]).toEqual([200, first.body]);
    const turned = await provide(sentAgain(sent));
    expect(turned.status).toBe(200);
    expect(turned.body.entry.map(({ response: { location } }: Body) => location)).toEqual(
      responses(first)
        .map(({ location }) => location)
        .toReversed(),
    );
    expect(await count(sent)).toBe(1);
  });

  it('with a replacement and its patch is answered as the first time', async () => {
    const [old] = await Promise.all([provided()]);
    const target = /DocumentReference\/[\w-]+/.exec(responses(old[1])[1].location)?.[0] ?? '';
    const [sent, first] = await provided({ documents: [{ relatesTo: [relation('replaces', target)] }], supersede: [target] });
    expect((await provide(sent)).body).toEqual(first.body);
    expect((await ground.as('doctor').get(`/${target}`)).body.meta.versionId).toBe('2');
  });

  it('says where the patient’s documents are, by criteria as by id', async () => {
    const [sent, first] = await provided();
    const byIns = copy(sent, ({ entry: entries }) => {
      for (const { resource } of entries)
        if (resource.subject) resource.subject.reference = `Patient?identifier=${testIns}|279035121518989`;
    });
    expect((await provide(byIns)).body).toEqual(first.body);
  });

  it('is answered so after labels changed, and traced', async () => {
    const [sent, first] = await provided();
    const name = /DocumentReference\/[\w-]+/.exec(responses(first)[1].location)?.[0] ?? '';
    expect((await ground.as('holder').patch(`/${name}`, mask)).status).toBe(200);
    expect((await provide(sent)).body).toEqual(first.body);
    const traces = await ground.as('holder').get(`/AuditEvent?patient=${ground.key}&subtype=transaction&_count=1`);
    expect(traces.body.entry[0].resource.entity.map(({ what }: Body) => what?.reference)).toContain(name);
  });

  it('at once with itself makes one of each', async () => {
    const sent = bundle({ documents: [{}, { bytes: pdf('deux') }] });
    const replies = await Promise.all(Array.from({ length: 6 }, async () => await provide(sent)));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]?.status).toBe(200);
    expect([await count(sent, 1), await count(sent, 3)]).toEqual([1, 1]);
  });

  it('is new once it was deleted', async () => {
    const [sent, first] = await provided();
    const name = /DocumentReference\/[\w-]+/.exec(responses(first)[1].location)?.[0] ?? '';
    expect((await ground.as('hospital').delete(`/${name}`)).status).toBe(204);
    const again = await provide(sent);
    expect([again.status, responses(again)[1].location === responses(first)[1].location]).toEqual([200, false]);
    expect((await provide(sent)).body).toEqual(again.body);
  });

  it('by another depositor is his own', async () => {
    const [sent, first] = await provided({ level: 'minimal' });
    const reply = await provide(sent, 'clinic');
    expect([reply.status, responses(reply)[1].status]).toEqual([200, '201 Created']);
    expect(responses(reply)[1].location).not.toBe(responses(first)[1].location);
  });

  it.each<readonly [title: string, change: (bundle: Sent) => void]>([
    ['bytes', ({ entry: [, , { resource }] }) => Object.assign(resource, { data: pdf('autre').toString('base64') })],
    [
      'type',
      ({ entry: [, { resource }] }) =>
        Object.assign(resource, { type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }] } }),
    ],
    ['labels', ({ entry: [, { resource }] }) => Object.assign(resource, { securityLabel: [label('MASQUE_PS')] })],
    ['patient', ({ entry: entries }) => about(entries, `Patient/${other}`)],
  ])('with other %s is refused', async (_title, change) => {
    const [sent] = await provided({ level: 'minimal' });
    const reply = await provide(copy(sent, change));
    expectOutcome(reply, 422, 'Bundle.entry[1].resource.masterIdentifier');
    expect(await count(sent)).toBe(1);
  });

  it('with a new document is refused, the known ones named', async () => {
    const [sent] = await provided({ documents: [{}, {}] });
    const more = bundle({ documents: [{}, {}, {}] });
    more.entry[3].resource.masterIdentifier = sent.entry[1].resource.masterIdentifier;
    more.entry[5].resource.masterIdentifier = sent.entry[3].resource.masterIdentifier;
    const reply = await provide(more);
    expectOutcome(reply, 422);
    expect(expressionsOf(reply.body)).toEqual([
      'Bundle.entry[3].resource.masterIdentifier',
      'Bundle.entry[5].resource.masterIdentifier',
    ]);
    expect(await count(more)).toBe(0);
  });

  it('with a new entry is refused', async () => {
    const [sent] = await provided();
    const more = copy(sent, ({ entry: entries }) =>
      entries.push(entry('GET', `Patient/${ground.key}`, { resourceType: 'Patient' }, uuid())),
    );
    expectOutcome(await provide(more), 422, 'Bundle.entry[3]');
  });

  it('in part is answered from both sets', async () => {
    const [one, first] = await provided();
    const [two, second] = await provided();
    const both = copy(one, ({ entry: entries }) => {
      entries.push(two.entry[1], two.entry[2]);
      entries[0].resource.entry.push({ item: { reference: two.entry[1].fullUrl } });
    });
    const reply = await provide(both);
    const locations = (of: Reply): readonly string[] => responses(of).map(({ location }) => location);
    expect(locations(reply).slice(1)).toEqual([...locations(first).slice(1), ...locations(second).slice(1)]);
  });
});

describe('a DocumentReference sent again', () => {
  const publication = (more: object = {}): object => ({
    ...document(ground.key, '34112-3'),
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: uuid() },
    ...more,
  });
  const publish = async (sent: object, by: Name = 'hospital'): Promise<Reply> =>
    await ground.as(by).post('/DocumentReference', sent);
  const said = ({ status, headers, body }: Reply): unknown => [
    status,
    headers.location,
    headers.etag,
    headers['last-modified'] === undefined,
    body,
  ];

  it('is answered as the first time', async () => {
    const sent = publication();
    const first = written(await publish(sent));
    expect(said(await publish(sent))).toEqual(said(first));
  });

  it('at once with itself makes one', async () => {
    const sent = publication();
    const replies = await Promise.all(Array.from({ length: 8 }, async () => await publish(sent)));
    expect(new Set(replies.map((reply) => JSON.stringify(said(reply)))).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
  });

  it('is refused with other bytes', async () => {
    const sent = publication();
    written(await publish(sent));
    const changed = { ...sent, content: [{ attachment: { contentType: 'text/plain', title: 'Document', data: 'YQ==' } }] };
    expectOutcome(await publish(changed), 422, 'DocumentReference.masterIdentifier');
  });

  it('is one with that of a Bundle, not the other way round', async () => {
    const [sent, first] = await provided({ level: 'minimal' });
    const [, { resource }, { resource: binary }] = sent.entry;
    const [{ attachment }] = resource.content;
    const { url: _url, ...rest } = attachment;
    const alone = { ...resource, content: [{ attachment: { ...rest, data: binary.data } }] };
    expect((await publish(alone)).headers.location).toBe(responses(first)[1].location);
    const next = publication({ securityLabel: [] });
    const { securityLabel: _labels, ...published } = next as Sent;
    written(await publish(published));
    const again = bundle({
      level: 'minimal',
      documents: [
        { bytes: Buffer.from('document 34112-3'), contentType: 'text/plain', masterIdentifier: published.masterIdentifier.value },
      ],
    });
    expectOutcome(await provide(again), 422, 'Bundle.entry[1].resource.masterIdentifier');
  });

  it('by another holder, of another record, is his own', async () => {
    const second = ground.carnet.as(claims.holder(cx(otherIns)));
    const masterIdentifier = { system: 'urn:ietf:rfc:3986', value: uuid() };
    const nos = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';
    const own = (key: string): object => ({
      ...document(key, 'x', { masterIdentifier }, `de ${key}`),
      type: { coding: [{ system: nos, code: 'EXPPAT_1' }] },
    });
    const first = written(await publish(own(ground.key), 'holder'));
    written(await second.post('/DocumentReference', own(other)));
    expect(said(await publish(own(ground.key), 'holder'))).toEqual(said(first));
  });

  it('is two documents for a tester', async () => {
    const sent = publication();
    const [one, two] = [written(await publish(sent, 'tester')), written(await publish(sent, 'tester'))];
    expect(one.headers.location).not.toBe(two.headers.location);
  });
});

describe('a record that takes no deposits any more', () => {
  it('says no more than one that there is not', async () => {
    const [sent] = await provided({ level: 'minimal' });
    const single = written(
      await ground.as('hospital').post('/DocumentReference', {
        ...document(ground.key, '34112-3'),
        masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.3' },
      }),
    );
    written(await ground.as('holder').post('/Consent', consent('opening', ground.key, { type: 'deny' })));
    const absent = copy(sent, ({ entry: entries }) => about(entries, 'Patient/aaaaaaaaaaaaa'));
    const [closed, none] = [await provide(sent), await provide(absent)];
    expect([closed.status, closed.text]).toEqual([422, none.text]);
    const { id: _id, meta: _meta, content: _content, ...rest } = single.body;
    const again = {
      ...rest,
      content: [
        {
          attachment: { contentType: 'text/plain', title: 'Document', data: Buffer.from('document 34112-3').toString('base64') },
        },
      ],
    };
    expectOutcome(await ground.as('hospital').post('/DocumentReference', again), 422);
  });
});
