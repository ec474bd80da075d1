// Histories page by page, for one caller and address, while others write. https://hl7.org/fhir/R4/http.html#paging
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { asked } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';
import { nextOf, openVersions, type Versions } from './versions.ts';

let world: Versions;
beforeAll(async () => {
  world = await openVersions();
});
afterAll(async () => await world.ground.stop());
const get: Versions['get'] = async (...asked) => await world.get(...asked);
const idOf = (name: string): string => world.pathed(`$${name}`);

describe('pages', () => {
  it.each([
    ['/Immunization/_history', 1, 5],
    ['/Immunization/_history', 2, 3],
    ['/Immunization/_history', 5, 1],
    ['/Immunization/_history', 6, 1],
    ['/Immunization/$kept/_history', 1, 3],
    ['/Immunization/_history?_since=2026-11-25T10:02:00Z', 2, 2],
  ])('%s by %p: %p', async (path, count, pages) => {
    const whole = world.told(await get(path));
    const seen: string[] = [];
    let next: string | undefined = `${world.pathed(path)}${path.includes('?') ? '&' : '?'}_count=${count}`;
    let requests = 0;
    for (; next !== undefined; requests += 1) {
      const page: RawReply = await get(next);
      expect([page.status, page.body.total, page.body.link[0].relation]).toEqual([200, whole.length, 'self']);
      expect(page.body.link[0].url).toContain(`_count=${count}`);
      seen.push(...world.told(page));
      next = nextOf(page);
    }
    expect([seen, requests]).toEqual([whole, pages]);
  });

  // Several were written at one instant; the traces of these very requests are later.
  it.each([1, 2, 3])('of the system go through all types by %p', async (count) => {
    const told = (reply: RawReply): readonly string[] =>
      reply.body.entry.map(({ fullUrl, response }: Body) => `${fullUrl} ${response.etag}`);
    const until = '/_history?_at=2026-11-25T10:04:59Z&_count=';
    const whole = await get(`${until}500`, 'holder');
    const seen: string[] = [];
    for (let next: string | undefined = `${until}${count}`; next !== undefined; ) {
      const page: RawReply = await get(next, 'holder');
      expect(page.body.total).toBe(whole.body.total);
      seen.push(...told(page));
      next = nextOf(page);
    }
    expect(seen).toEqual(told(whole));
    expect(seen.length).toBe(whole.body.total);
  });

  it('end before their attachments take more than 32 MiB', async () => {
    const large = Buffer.alloc(17 * 1024 * 1024);
    const headers = { 'content-type': 'application/octet-stream', 'x-security-context': `Patient/${world.ground.key}` };
    for (let one = 0; one < 2; one += 1)
      expect((await asked(world.ground, 'hospital', 'POST', '/Binary', { headers, body: large })).status).toBe(201);
    const since = '/Binary/_history?_since=2026-11-25T10:05:00Z';
    const first = await get(since, 'hospital');
    const second = await get(nextOf(first) ?? '', 'hospital');
    for (const { body } of [first, second]) expect([body.total, body.entry.length]).toEqual([2, 1]);
    expect(nextOf(second)).toBeUndefined();
    expect(first.body.entry[0].resource.data.length).toBe(4 * Math.ceil(large.length / 3));
  });

  it('_count=0 is the total alone', async () => {
    const { body } = await get('/Immunization/$kept/_history?_count=0');
    expect([body.total, body.entry, body.link.length]).toEqual([3, undefined, 1]);
  });

  it('go on where they were while others write', async () => {
    const first = await get('/Immunization/_history?_count=2');
    await world.put('kept', { lotNumber: 'four' });
    const rest = await get(nextOf(first) ?? '');
    expect([world.told(first), world.told(rest)]).toEqual([
      ['gone 2 deleted', 'kept 3'],
      ['kept 2', 'kept 1'],
    ]);
    expect(rest.body.total).toBe(6);
  });

  it('are for their caller and their address', async () => {
    const next = nextOf(await get('/Immunization/_history?_count=1')) ?? '';
    expectOutcome(await get(next, 'holder'), 400, 'http._page');
    expectOutcome(await get(next.replace('/Immunization/_history', `/Immunization/${idOf('kept')}/_history`)), 400, 'http._page');
    expectOutcome(await get(next.replace('/Immunization/_history', '/Immunization')), 400, 'http._page');
    expectOutcome(await get(`${next}&_count=1`), 400, 'http._page');
    const searched = nextOf(await get(`/Consent?patient=Patient/${world.ground.key}&_count=1`)) ?? '';
    expectOutcome(await get(searched.replace('/Consent?', '/Consent/_history?')), 400, 'http._page');
  });
});
