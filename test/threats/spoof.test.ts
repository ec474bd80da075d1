// Headers, parameters and cookies by which other servers have been told who asks, what for, or where they are: here they say nothing.
// https://www.rfc-editor.org/rfc/rfc7239, https://hl7.org/fhir/R4/security.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectOutcome } from '../http/expect.ts';
import { ask as raw } from '../http/raw.ts';
import { idIn, written } from '../interaction/ground.ts';
import { document, testIns, vaccination } from '../resources.ts';
import { ask, type Ground, openThreatened, otherIns } from './ground.ts';

const callers = ['permitted', 'stranger', 'holder'];
/** What each is answered to each reading, without anything more. */
const plain = new Map<string, object>();
let ground: Ground;
beforeAll(async () => {
  ground = await openThreatened();
  for (const caller of callers)
    for (const path of readings()) plain.set(`${caller} ${path}`, shape(await ask(ground, caller, { method: 'GET', path })));
}, 60_000);
afterAll(async () => await ground.stop());

const shape = ({ status, text, headers }: Awaited<ReturnType<typeof ask>>): object => {
  const { date: _date, 'x-request-id': _request, 'content-length': length, ...others } = headers;
  const isPage = text.includes('_page=');
  return { status, text: text.replaceAll(/_page=[\w-]+/g, '_page='), headers: { ...others, ...(isPage ? {} : { length }) } };
};

const readings = (): readonly string[] => [
  `/DocumentReference?patient=Patient/${ground.key}&_total=accurate`,
  '/AuditEvent?_count=0&date=lt2000',
  `/DocumentReference/${ground.masked.there.id}`,
  `/Patient?identifier=${testIns}|${otherIns}`,
  '/DocumentReference?_count=1',
];

describe('a header', () => {
  it.each([
    ['host', 'evil.example'],
    ['x-forwarded-host', 'evil.example'],
    ['forwarded', 'host=evil.example;proto=ftp;for=10.0.0.1'],
    ['x-forwarded-prefix', '/evil'],
    ['x-original-url', '/fhir/DocumentReference'],
    ['x-rewrite-url', '/fhir/Patient'],
    ['x-http-method-override', 'DELETE'],
    ['x-http-method', 'DELETE'],
    ['x-consent-scope', 'btg'],
    ['x-purpose-of-use', 'BTG'],
    ['x-break-glass', 'true'],
    ['x-bypass', '1'],
    ['x-include-hidden', 'true'],
    ['x-tenant', 'national-htest'],
    ['x-user', '10000000011'],
    ['x-forwarded-user', '10000000011'],
    ['x-ssl-client-s-dn', 'CN=10000000011'],
    ['cookie', 'access_token=x; session=admin'],
    ['x-explain', 'true'],
    ['accept-encoding', 'gzip, deflate, br'],
    ['origin', 'https://evil.example'],
  ])('%s: %s changes nothing', async (name, value) => {
    await Promise.all(
      callers.map(async (caller) => {
        for (const path of readings()) {
          const spoofed = await ask(ground, caller, { method: 'GET', path, headers: { [name]: value } });
          expect([caller, path, shape(spoofed)]).toEqual([caller, path, plain.get(`${caller} ${path}`)]);
          expect(spoofed.text).not.toContain('evil');
        }
      }),
    );
  });

  it('of another method changes nothing where it would delete or replace', async () => {
    const id = idIn(written(await ground.as('hospital').post('/Immunization', vaccination(ground.key))));
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      for (const path of [`/Immunization/${id}`, `/Immunization/${id}?_method=DELETE`]) {
        const reply = await ask(ground, 'hospital', {
          method: 'POST',
          path,
          headers: { [header]: 'DELETE' },
          body: vaccination(ground.key),
        });
        expectOutcome(reply, 405);
      }
    }
    expect((await ground.as('hospital').get(`/Immunization/${id}`)).headers.etag).toBe('W/"1"');
  });

  it('of a Host does not reach the address of what is made', async () => {
    const reply = await ask(ground, 'hospital', {
      method: 'POST',
      path: '/DocumentReference',
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      body: document(ground.key, '34112-3'),
    });
    expect([reply.status, reply.headers.location?.startsWith('http://carnet.test/fhir/DocumentReference/')]).toEqual([201, true]);
    expect(reply.text).not.toContain('evil');
    const { body } = await raw(ground.carnet.address, { path: '/fhir/metadata', headers: { host: 'evil.example' } });
    expect(body.implementation.url).toBe('http://carnet.test/fhir');
  });

  it('X-Provenance writes none', async () => {
    const provenance = { resourceType: 'Provenance', target: [{ reference: `DocumentReference/${ground.masked.there.id}` }] };
    const count = async (): Promise<number> => (await ground.as('treating').get('/Provenance?_summary=count')).body.total;
    const before = await count();
    const headers = { 'x-provenance': JSON.stringify(provenance) };
    const reply = await ask(ground, 'hospital', {
      method: 'POST',
      path: '/Immunization',
      headers,
      body: vaccination(ground.key),
    });
    expect([reply.status, await count()]).toEqual([201, before]);
  });
});

describe('a parameter', () => {
  it.each([
    '_includeHidden=true',
    '_bypass=1',
    '_explain=true',
    '__explain=1',
    '_debug=1',
    '_sudo=true',
    '_user=10000000011',
    '_tenant=national',
    '_purpose=BTG',
    '_method=DELETE',
    '_cache=false',
    '_security:all=R',
    '$where=1',
    '_filter=_id pr or status eq current',
    '_query=everything',
    '_list=List/x',
    '_in=Group/x',
  ])('%s is refused, and changes nothing where the caller is lenient', async (parameter) => {
    const path = `/DocumentReference?patient=Patient/${ground.key}&_total=accurate`;
    const encoded = parameter.replaceAll(' ', '%20');
    for (const caller of callers) {
      expectOutcome(await ask(ground, caller, { method: 'GET', path: `${path}&${encoded}` }), 400);
      const lenient = await ask(ground, caller, {
        method: 'GET',
        path: `${path}&${encoded}`,
        headers: { prefer: 'handling=lenient' },
      });
      if (parameter.startsWith('_security')) expectOutcome(lenient, 400);
      else expect([caller, shape(lenient)]).toEqual([caller, shape(await ask(ground, caller, { method: 'GET', path }))]);
    }
  });

  it('with a token is none, in the address, a form or a cookie', async () => {
    const { token } = ground.as('treating');
    const path = `/fhir/DocumentReference?patient=Patient/${ground.key}`;
    for (const name of ['access_token', 'token', 'Authorization'])
      expectOutcome(await raw(ground.carnet.address, { path: `${path}&${name}=${encodeURIComponent(token)}` }), 401);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `access_token=${token}`;
    expectOutcome(
      await raw(ground.carnet.address, { method: 'POST', path: '/fhir/DocumentReference/_search', headers: form, body }),
      401,
    );
    const cookie = `access_token=${token}; Authorization=Bearer ${token}`;
    expectOutcome(await raw(ground.carnet.address, { path, headers: { cookie } }), 401);
    expect(ground.carnet.lines.join('\n')).not.toContain(token);
  });
});
