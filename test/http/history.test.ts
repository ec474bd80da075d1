// Histories over the wire: entries, statuses, windows of time. https://hl7.org/fhir/R4/http.html#history
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Body, baseUrl } from '../carnet.ts';
import { asked, fhirJson } from './asked.ts';
import { expectOutcome } from './expect.ts';
import { never, openVersions, type Versions } from './versions.ts';

let world: Versions;
beforeAll(async () => {
  world = await openVersions();
});
afterAll(async () => await world.ground.stop());
const get: Versions['get'] = async (...asked) => await world.get(...asked);
const idOf = (name: string): string => world.pathed(`$${name}`);
const order = ['paper 1', 'bytes 1', 'gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1'];
const newest = (one: string, other: string): number => order.indexOf(one) - order.indexOf(other);

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
    const reply = await get(path);
    expect([reply.status, world.told(reply)]).toEqual([200, versions]);
    expect(reply.headers['content-type']).toBe(fhirJson);
    expect(reply.body).toMatchObject({ resourceType: 'Bundle', type: 'history', total: versions.length });
    // No JSON of FHIR has an empty list.
    expect(reply.body.entry?.length).toBe(versions.length === 0 ? undefined : versions.length);
  });

  it('tells of each version the request that made it', async () => {
    const { body } = await get('/Immunization/_history');
    const address = `${baseUrl}/Immunization/`;
    expect(body.entry.map(({ resource, ...rest }: Body) => [resource?.lotNumber, rest])).toEqual([
      [
        undefined,
        {
          fullUrl: address + idOf('gone'),
          request: { method: 'DELETE', url: `Immunization/${idOf('gone')}` },
          response: { status: '204 No Content', etag: 'W/"2"', lastModified: '2026-11-25T10:04:00.000Z' },
        },
      ],
      [
        'three',
        {
          fullUrl: address + idOf('kept'),
          request: { method: 'PUT', url: `Immunization/${idOf('kept')}` },
          response: { status: '200 OK', etag: 'W/"3"', lastModified: '2026-11-25T10:03:00.500Z' },
        },
      ],
      ['two', expect.objectContaining({ request: { method: 'PUT', url: `Immunization/${idOf('kept')}` } })],
      [
        'one',
        {
          fullUrl: address + idOf('kept'),
          request: { method: 'POST', url: 'Immunization' },
          response: { status: '201 Created', etag: 'W/"1"', lastModified: '2026-11-25T10:01:00.000Z' },
        },
      ],
      ['gone', expect.anything()],
    ]);
  });

  it('of the system is that of all types', async () => {
    const reply = await get('/_history?_count=500', 'holder');
    expect(world.told(reply)).toEqual(
      ['bytes 1', 'paper 1', 'gone 2 deleted', 'kept 3', 'kept 2', 'kept 1', 'gone 1'].toSorted(newest),
    );
    const types = new Set(reply.body.entry.map(({ fullUrl }: Body) => fullUrl.split('/').at(-2)));
    expect([...types].toSorted()).toEqual([
      'AuditEvent',
      'Binary',
      'Communication',
      'Consent',
      'DocumentReference',
      'Immunization',
      'List',
      'Patient',
    ]);
    expect(reply.body.total).toBe(reply.body.entry.length);
    const instants = reply.body.entry.map(({ response }: Body) => response.lastModified);
    expect(instants).toEqual(instants.toSorted().toReversed());
  });

  it.each(['/Immunization/$kept/_history', '/Immunization/_history', '/_history?_since=2026-11-26'])('HEAD %s', async (path) => {
    const reply = await asked(world.ground, 'doctor', 'HEAD', world.pathed(path));
    expect([reply.status, reply.text, reply.headers['content-type']]).toEqual([200, '', fhirJson]);
  });

  it.each([
    [`/Immunization/${never}/_history`, 404, undefined],
    ['/Immunization/x/_history', 404, undefined],
    ['/Immunization/$paper/_history', 404, undefined],
    [`/Immunization/${never}/_history?_since=2026-11-26`, 404, undefined],
    [`/Immunization/${never}/_history?_count=0`, 404, undefined],
    ['/Nothing/_history', 404, undefined],
    ['/Basic/_history', 404, undefined],
    ['/Immunization/_history/1', 404, undefined],
    ['/_history/1', 404, undefined],
    ['/Immunization/_history?_sort=_lastUpdated', 400, 'http._sort'],
    ['/Immunization/_history?patient=x', 400, 'http.patient'],
    ['/Immunization/_history?_list=x', 400, 'http._list'],
    ['/Immunization/_history?constructor=x', 400, 'http.constructor'],
    ['/Immunization/_history?_since=', 400, 'http._since'],
    ['/Immunization/_history?_since=yesterday', 400, 'http._since'],
    ['/Immunization/_history?_since=2026-13-01', 400, 'http._since'],
    ['/Immunization/_history?_since=ge2026', 400, 'http._since'],
    ['/Immunization/_history?_since=2025&_since=2026', 400, 'http._since'],
    ['/Immunization/_history?_at=now', 400, 'http._at'],
    ['/Immunization/_history?_at=2026-02-30', 400, 'http._at'],
    ['/Immunization/_history?_at=2025&_at=2026', 400, 'http._at'],
    ['/Immunization/_history?_count=-1', 400, 'http._count'],
    ['/Immunization/_history?_count=all', 400, 'http._count'],
    ['/Immunization/_history?_count=1&_count=2', 400, 'http._count'],
    ['/Immunization/_history?_elements=nothing', 400, 'http._elements'],
    ['/Immunization/_history?_summary=count', 400, 'http._summary'],
    ['/Immunization/_history?_page=x', 400, 'http._page'],
    ['/Immunization/_history?_page=x&_count=1', 400, 'http._page'],
    ['/Immunization/_history?_format=ttl', 406, 'http._format'],
  ])('%s: %p', async (path, status, expression) => expectOutcome(await get(path), status, expression));

  it('leaves out what is unknown where the caller is lenient', async () => {
    const reply = await get('/Immunization/$kept/_history?_sort=x&_count=1', 'doctor', { prefer: 'handling=lenient' });
    expect(world.told(reply)).toEqual(['kept 3']);
    expect(reply.body.link[0].url).toBe(`${baseUrl}/Immunization/${idOf('kept')}/_history?_count=1`);
  });

  it('shows less of each version where less is asked for', async () => {
    const { body } = await get('/Immunization/$kept/_history?_elements=status');
    expect(body.entry[0].resource).toMatchObject({ status: 'completed', meta: { tag: [{ code: 'SUBSETTED' }] } });
    expect(body.entry[0].resource).not.toHaveProperty('lotNumber');
  });

  it('shows a Binary with its data', async () => {
    const { body } = await get('/Binary/$bytes/_history');
    expect(body.entry[0].resource).toMatchObject({ resourceType: 'Binary', data: Buffer.from('octets').toString('base64') });
  });

  it('is one of the entries of a batch or a transaction', async () => {
    const urls = [
      '/Immunization/$kept/_history',
      '/Immunization/_history',
      '/Immunization/$kept/_history/2',
      '/Immunization/$gone/_history/2',
    ];
    const entry = (url: string): object => ({ request: { method: 'GET', url: world.pathed(url).slice(1) } });
    const sent = async (type: string, entries: readonly string[]): Promise<Body> =>
      (await world.ground.as('doctor').post('/', { resourceType: 'Bundle', type, entry: entries.map(entry) })).body;
    const batch = await sent('batch', urls);
    expect(batch.entry.map(({ resource, response }: Body) => resource?.total ?? resource?.lotNumber ?? response.status)).toEqual([
      3,
      5,
      'two',
      '410 Gone',
    ]);
    const transaction = await sent('transaction', urls.slice(0, 3));
    expect(world.told({ body: transaction.entry[0].resource })).toEqual(['kept 3', 'kept 2', 'kept 1']);
    expect(world.told({ body: transaction.entry[1].resource })).toEqual([
      'gone 2 deleted',
      'kept 3',
      'kept 2',
      'kept 1',
      'gone 1',
    ]);
    expect(transaction.entry[2].resource.lotNumber).toBe('two');
  });
});
