// vread over the wire: statuses and headers of one version. https://hl7.org/fhir/R4/http.html#vread
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asked, fhirJson } from './asked.ts';
import { expectOutcome } from './expect.ts';
import { never, openVersions, type Versions } from './versions.ts';

let world: Versions;
beforeAll(async () => {
  world = await openVersions();
});
afterAll(async () => await world.ground.stop());
const get: Versions['get'] = async (...asked) => await world.get(...asked);

describe('vread', () => {
  it.each([
    ['/Immunization/$kept/_history/1', '1', 'one', 'Wed, 25 Nov 2026 10:01:00 GMT'],
    ['/Immunization/$kept/_history/2', '2', 'two', 'Wed, 25 Nov 2026 10:02:00 GMT'],
    ['/Immunization/$kept/_history/3', '3', 'three', 'Wed, 25 Nov 2026 10:03:00 GMT'],
    ['/Immunization/$gone/_history/1', '1', 'gone', 'Wed, 25 Nov 2026 10:00:00 GMT'],
  ])('%s is that version', async (path, version, lot, modified) => {
    for (const method of ['GET', 'HEAD']) {
      const reply = await asked(world.ground, 'doctor', method, world.pathed(path));
      expect(reply.status).toBe(200);
      expect(reply.headers).toMatchObject({ etag: `W/"${version}"`, 'last-modified': modified, 'content-type': fhirJson });
      expect(reply.headers['content-length']).toBe(String(Buffer.byteLength((await get(path)).text)));
      if (method === 'HEAD') expect(reply.text).toBe('');
      else expect(reply.body).toMatchObject({ resourceType: 'Immunization', lotNumber: lot, meta: { versionId: version } });
    }
  });

  it('gives the text as it was written, digits and order', async () => {
    const current = await get('/Immunization/$kept');
    expect((await get('/Immunization/$kept/_history/3')).text).toBe(current.text);
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
  ])('%s: %p', async (path, status) => expectOutcome(await get(path), status));

  it('is 304 for who holds it, and cut down for who wants less', async () => {
    const path = world.pathed('/Immunization/$kept/_history/2');
    expect((await get(path, 'doctor', { 'if-none-match': 'W/"2"' })).status).toBe(304);
    expect((await get(path, 'doctor', { 'if-none-match': 'W/"3"' })).status).toBe(200);
    expect((await get(`${path}?_elements=status`)).body).not.toHaveProperty('lotNumber');
  });

  it('gives a Binary as its bytes, or as the resource where that is asked for', async () => {
    const raw = await get('/Binary/$bytes/_history/1');
    expect([raw.status, raw.headers['content-type'], raw.text]).toEqual([200, 'text/plain', 'octets']);
    const resource = await get('/Binary/$bytes/_history/1', 'doctor', { accept: 'application/fhir+json' });
    expect(resource.body).toMatchObject({ resourceType: 'Binary', data: Buffer.from('octets').toString('base64') });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s: 405', async (method) => {
    for (const path of [
      '/Immunization/$kept/_history/1',
      '/Immunization/$kept/_history',
      '/Immunization/_history',
      '/_history',
    ]) {
      const reply = await asked(world.ground, 'hospital', method, world.pathed(path), method === 'DELETE' ? {} : { body: {} });
      expectOutcome(reply, 405);
      expect(reply.headers.allow).toBe('GET, HEAD');
    }
  });
});
