// Histories page by page, for one caller and address, while others write. https://hl7.org/fhir/R4/http.html#paging
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
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
    let asked = 0;
    for (; next !== undefined; asked += 1) {
      const page: RawReply = await get(next);
      expect([page.status, page.body.total, page.body.link[0].relation]).toEqual([200, whole.length, 'self']);
      expect(page.body.link[0].url).toContain(`_count=${count}`);
      seen.push(...world.told(page));
      next = nextOf(page);
    }
    expect([seen, asked]).toEqual([whole, pages]);
  });

  it('of the system go through all types', async () => {
    const since = '/_history?_since=2026-11-25T10:00:00Z&_count=';
    const isOurs = (reply: RawReply): readonly string[] =>
      reply.body.entry.flatMap(({ fullUrl, response }: Body) =>
        fullUrl.includes('AuditEvent') ? [] : [`${fullUrl} ${response.etag}`],
      );
    const whole = isOurs(await get(`${since}500`, 'holder'));
    const seen: string[] = [];
    for (let next: string | undefined = `${since}3`; next !== undefined; ) {
      const page: RawReply = await get(next, 'holder');
      seen.push(...isOurs(page));
      next = nextOf(page);
    }
    expect(seen).toEqual(whole);
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
