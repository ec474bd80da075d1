// vread and history over the wire: statuses, headers, links, pages, windows of time. https://hl7.org/fhir/R4/http.html#history
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { baseUrl } from '../carnet.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { asked, fhirJson } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';

let ground: Ground;
let now = new Date('2026-11-25T09:59:59Z');
/** Three versions, at one, two and three minutes past ten; one of one version, deleted; a document and its bytes. */
let kept = '';
let gone = '';
let paper = '';
let bytes = '';
const never = 'aaaaaaaaaaaaa-bbbbbbbbbbbbb';

const at = (time: string): void => {
  now = new Date(`2026-11-25T${time}Z`);
};
const immunization = (more: object = {}): object => ({
  resourceType: 'Immunization',
  status: 'completed',
  vaccineCode: { text: 'DTP' },
  patient: { reference: `Patient/${ground.key}` },
  occurrenceDateTime: '2026-10-01',
  ...more,
});
const get = async (path: string, name: Parameters<Ground['as']>[0] = 'doctor', headers = {}): Promise<RawReply> =>
  await asked(ground, name, 'GET', path, { headers });
const put = async (id: string, more: object): Promise<void> => {
  const reply = await asked(ground, 'hospital', 'PUT', `/Immunization/${id}`, { body: immunization({ id, ...more }) });
  expect(reply.status).toBe(200);
};

beforeAll(async () => {
  ground = await openGround({}, { clock: () => now });
  at('10:00:00');
  gone = idIn(written(await ground.as('hospital').post('/Immunization', immunization({ lotNumber: 'gone' }))));
  at('10:01:00');
  kept = idIn(written(await ground.as('hospital').post('/Immunization', immunization({ lotNumber: 'one' }))));
  at('10:02:00');
  await put(kept, { lotNumber: 'two' });
  at('10:03:00.500');
  await put(kept, { lotNumber: 'three', doseQuantity: { value: 1 } });
  at('10:04:00');
  expect((await ground.as('hospital').delete(`/Immunization/${gone}`)).status).toBe(204);
  at('10:04:30');
  const made = written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3', {}, 'octets')));
  paper = idIn(made);
  bytes = made.body.content[0].attachment.url.split('/').at(-1);
  at('10:05:00');
});
afterAll(async () => await ground.stop());

/** `kept 3` `gone 2 deleted`, in the order of the Bundle. */
function told({ body }: Pick<RawReply, 'body'>): readonly string[] {
  const names = new Map([
    [kept, 'kept'],
    [gone, 'gone'],
    [paper, 'paper'],
    [bytes, 'bytes'],
  ]);
  return (body.entry ?? []).flatMap(({ fullUrl, response, resource }: Body) => {
    const name = names.get(fullUrl.split('/').at(-1));
    return name === undefined ? [] : [`${name} ${/\d+/.exec(response.etag)?.[0]}${resource === undefined ? ' deleted' : ''}`];
  });
}
const pathed = (path: string): string =>
  path.replace('$kept', kept).replace('$gone', gone).replace('$paper', paper).replace('$bytes', bytes).replace('$key', ground.key);

describe('vread', () => {
  it.each([
    ['/Immunization/$kept/_history/1', '1', 'one', 'Wed, 25 Nov 2026 10:01:00 GMT'],
    ['/Immunization/$kept/_history/2', '2', 'two', 'Wed, 25 Nov 2026 10:02:00 GMT'],
    ['/Immunization/$kept/_history/3', '3', 'three', 'Wed, 25 Nov 2026 10:03:00 GMT'],
    ['/Immunization/$gone/_history/1', '1', 'gone', 'Wed, 25 Nov 2026 10:00:00 GMT'],
  ])('%s is that version', async (path, version, lot, modified) => {
    for (const method of ['GET', 'HEAD']) {
      const reply = await asked(ground, 'doctor', method, pathed(path));
      expect(reply.status).toBe(200);
      expect(reply.headers).toMatchObject({ etag: `W/"${version}"`, 'last-modified': modified, 'content-type': fhirJson });
      expect(reply.headers['content-length']).toBe(String(Buffer.byteLength((await get(pathed(path))).text)));
      if (method === 'HEAD') expect(reply.text).toBe('');
      else expect(reply.body).toMatchObject({ resourceType: 'Immunization', lotNumber: lot, meta: { versionId: version } });
    }
  });

  it('gives the text as it was written, digits and order', async () => {
    const current = await get(pathed('/Immunization/$kept'));
    expect((await get(pathed('/Immunization/$kept/_history/3'))).text).toBe(current.text);
  });

  it.each([
    ['/Immunization/$gone/_history/2', 410],
    ['/Immunization/$gone/_history/3', 404],
    ['/Immunization/$kept/_history/4', 404],
    ['/Immunization/$kept/_history/0', 404],
    ['/Immunization/$kept/_history/01', 404],
    ['/Immunization/$kept/_history/-1', 404],
    ['/Immunization/$kept/_history/1.0', 404],
    ['/Immunization/$kept/_history/1e0', 404],
    ['/Immunization/$kept/_history/99999999999999999999', 404],
    ['/Immunization/$kept/_history/W%2F%221%22', 404],
    ['/Immunization/$kept/_history/constructor', 404],
    ['/Immunization/$kept/_history/', 404],
    ['/Immunization/$kept/_history/1/2', 404],
    ['/Immunization/$paper/_history/1', 404],
    [`/Immunization/${never}/_history/1`, 404],
    ['/Immunization/x/_history/1', 404],
    ['/Nothing/$kept/_history/1', 404],
    ['/Immunization/$kept/_history/1?_since=2026', 400],
    ['/Immunization/$kept/_history/1?_summary=count', 400],
  ])('%s: %p', async (path, status) => expectOutcome(await get(pathed(path)), status));

  it('is 304 for who holds it, and cut down for who wants less', async () => {
    const path = pathed('/Immunization/$kept/_history/2');
    expect((await get(path, 'doctor', { 'if-none-match': 'W/"2"' })).status).toBe(304);
    expect((await get(path, 'doctor', { 'if-none-match': 'W/"3"' })).status).toBe(200);
    expect((await get(`${path}?_elements=status`)).body).not.toHaveProperty('lotNumber');
  });

  it('gives a Binary as its bytes, or as the resource where that is asked for', async () => {
    const raw = await get(pathed('/Binary/$bytes/_history/1'));
    expect([raw.status, raw.headers['content-type'], raw.text]).toEqual([200, 'text/plain', 'octets']);
    const resource = await get(pathed('/Binary/$bytes/_history/1'), 'doctor', { accept: 'application/fhir+json' });
    expect(resource.body).toMatchObject({ resourceType: 'Binary', data: Buffer.from('octets').toString('base64') });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s: 405', async (method) => {
    for (const path of ['/Immunization/$kept/_history/1', '/Immunization/$kept/_history', '/Immunization/_history', '/_history']) {
      const reply = await asked(ground, 'hospital', method, pathed(path), method === 'DELETE' ? {} : { body: immunization() });
      expectOutcome(reply, 405);
      expect(reply.headers.allow).toBe('GET, HEAD');
    }
  });
});

describe('history', () => {
  it.each<[string, readonly string[]]>([
    ['/Immunization/$kept/_history', ['kept 3', 'kept 2', 'kept 1']],
    ['/Immunization/$gone/_history', ['gone 2 deleted', 'gone 1']],
    ['/Immunization/_history', ['gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1']],
    ['/DocumentReference/$paper/_history', ['paper 1']],
    ['/Binary/$bytes/_history', ['bytes 1']],
    ['/Binary/_history', ['bytes 1']],
    // Written at the instant or later.
    ['/Immunization/_history?_since=2026-11-25T10:02:00Z', ['gone 2 deleted', 'kept 3', 'kept 2']],
    ['/Immunization/_history?_since=2026-11-25T11:02:00%2B01:00', ['gone 2 deleted', 'kept 3', 'kept 2']],
    ['/Immunization/_history?_since=2026-11-25T10:02:00.001Z', ['gone 2 deleted', 'kept 3']],
    ['/Immunization/_history?_since=2026-11-25T10:03:00Z', ['gone 2 deleted', 'kept 3']],
    ['/Immunization/_history?_since=2026-11-25T10:03:00.501Z', ['gone 2 deleted']],
    ['/Immunization/_history?_since=2026-11-25', ['gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1']],
    ['/Immunization/_history?_since=2026', ['gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1']],
    ['/Immunization/_history?_since=2026-11-26', []],
    ['/Immunization/$kept/_history?_since=2026-11-26', []],
    // Current at some point of it.
    ['/Immunization/_history?_at=2026-11-25T09:59:59Z', []],
    ['/Immunization/_history?_at=2026-11-25T10:00:00Z', ['gone 1']],
    ['/Immunization/_history?_at=2026-11-25T10:01:30Z', ['kept 1', 'gone 1']],
    ['/Immunization/_history?_at=2026-11-25T10:02:00.000Z', ['kept 2', 'gone 1']],
    ['/Immunization/_history?_at=2026-11-25T10:03:00.499Z', ['kept 2', 'gone 1']],
    ['/Immunization/_history?_at=2026-11-25T10:03:00.500Z', ['kept 3', 'gone 1']],
    // A second in which one version followed another.
    ['/Immunization/_history?_at=2026-11-25T10:03:00Z', ['kept 3', 'kept 2', 'gone 1']],
    ['/Immunization/_history?_at=2026-11-25T10:04:00Z', ['gone 2 deleted', 'kept 3']],
    ['/Immunization/_history?_at=2026-11-25T10:01Z', ['kept 1', 'gone 1']],
    ['/Immunization/_history?_at=2026-11-25', ['gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1']],
    ['/Immunization/_history?_at=2027', ['gone 2 deleted', 'kept 3']],
    ['/Immunization/_history?_at=2025', []],
    ['/Immunization/_history?_at=2026-11-25T10:03:00Z&_since=2026-11-25T10:01:00Z', ['kept 3', 'kept 2']],
    ['/Immunization/$gone/_history?_at=2026-11-25T10:01Z', ['gone 1']],
  ])('%s', async (path, versions) => {
    const reply = await get(pathed(path));
    expect([reply.status, told(reply)]).toEqual([200, versions]);
    expect(reply.headers['content-type']).toBe(fhirJson);
    expect(reply.body).toMatchObject({ resourceType: 'Bundle', type: 'history', total: versions.length });
    // No JSON of FHIR has an empty list.
    expect(reply.body.entry?.length).toBe(versions.length === 0 ? undefined : versions.length);
  });
});
