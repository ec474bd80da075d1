// What is sent and what is wanted back: media types, formats, encodings, digits, sizes. https://hl7.org/fhir/R4/http.html#mime-type
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document } from '../resources.ts';
import { expectOutcome } from './expect.ts';
import { ask, type RawReply } from './raw.ts';

let ground: Ground;
let id = '';
beforeAll(async () => {
  ground = await openGround();
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
});
afterAll(async () => await ground.stop());

async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> {
  return await ask(ground.carnet.address, {
    path: `/fhir${path}`,
    headers: { authorization: `Bearer ${ground.as('doctor').token}`, ...headers },
  });
}

async function post(path: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> {
  const authorization = `Bearer ${ground.as('hospital').token}`;
  return await ask(ground.carnet.address, {
    method: 'POST',
    path: `/fhir${path}`,
    headers: { authorization, 'content-type': 'application/fhir+json', ...headers },
    body,
  });
}

describe('Accept and _format', () => {
  it.each([
    ['application/fhir+json', undefined, 200],
    ['application/json', undefined, 200],
    ['application/fhir+json; fhirVersion=4.0', undefined, 200],
    ['APPLICATION/FHIR+JSON', undefined, 200],
    ['*/*', undefined, 200],
    ['application/*', undefined, 200],
    ['text/html, application/xhtml+xml, */*;q=0.8', undefined, 200],
    ['application/fhir+xml, application/fhir+json;q=0.5', undefined, 200],
    ['application/fhir+xml', undefined, 200],
    ['text/html', undefined, 406],
    ['text/turtle, application/xml', undefined, 200],
    ['application/fhir+json;q=0', undefined, 406],
    [undefined, 'json', 200],
    [undefined, 'application/fhir+json', 200],
    [undefined, 'application/fhir json', 200],
    [undefined, 'text/json', 200],
    [undefined, 'xml', 200],
    [undefined, 'application/fhir+xml', 200],
    [undefined, 'ttl', 406],
    [undefined, '', 406],
    [undefined, '__proto__', 406],
    ['application/fhir+xml', 'json', 200],
    ['application/fhir+json', 'xml', 200],
    ['application/fhir+json', 'ttl', 406],
  ])('Accept %p, _format %p: %p', async (accept, format, status) => {
    const query = format === undefined ? '' : `?_format=${format.replace(' ', '+')}`;
    for (const path of [`/DocumentReference/${id}`, '/DocumentReference', '/metadata']) {
      const reply = await get(`${path}${query}`, accept === undefined ? {} : { accept });
      if (status === 200) expect([path, reply.status]).toEqual([path, 200]);
      else expectOutcome(reply, status, format === undefined ? 'http.Accept' : 'http._format');
    }
  });

  it.each([
    ['_pretty=true', true],
    ['_pretty=false', false],
    ['_pretty=', false],
  ])('%s: indented %p', async (query, indented) => {
    for (const path of [`/DocumentReference/${id}`, '/DocumentReference', '/metadata', '/DocumentReference/nobody']) {
      const { text } = await get(`${path}?${query}`);
      expect([path, text.includes('\n  ')]).toEqual([path, indented]);
    }
  });

  it('refuses parameters that reading does not take, and drops them where asked to be lenient', async () => {
    expectOutcome(await get(`/DocumentReference/${id}?status=current`), 400, 'http.status');
    expectOutcome(await get(`/DocumentReference/${id}?__proto__=1`), 400, 'http.__proto__');
    expect((await get(`/DocumentReference/${id}?status=current`, { prefer: 'handling=lenient' })).status).toBe(200);
    expectOutcome(await get(`/DocumentReference/${id}?status=current`, { prefer: 'handling=strict' }), 400, 'http.status');
  });

  // https://www.rfc-editor.org/rfc/rfc7240#section-2
  it.each([
    ['handling=lenient', 200],
    ['Handling=LENIENT', 200],
    ['handling = "lenient"', 200],
    ['return=minimal, handling=lenient', 200],
    ['return=minimal; handling=lenient', 200],
    ['handling=lenient; wait=10', 200],
    ['x="a", handling=lenient', 200],
    ['handling=lenient, handling=strict', 200],
    ['handling=strict, handling=lenient', 400],
    ['handling="lenient', 400],
    ['handling', 400],
    ['handling=', 400],
    ['handling=tolerant', 400],
    ['handling=lenient!', 400],
    ['not-handling=lenient', 400],
    ['', 400],
  ])('Prefer: %s: %p', async (prefer, status) => {
    expect((await get('/DocumentReference?nothing=1', { prefer })).status).toBe(status);
  });

  it('reads Prefer in several lines as in one', async () => {
    const reply = await ask(ground.carnet.address, {
      path: '/fhir/DocumentReference?nothing=1',
      headers: { authorization: `Bearer ${ground.as('doctor').token}`, prefer: ['return=minimal', 'handling=lenient'] },
    });
    expect(reply.status).toBe(200);
  });
});

// https://hl7.org/fhir/R4/json.html#primitive, https://hl7.org/fhir/R4/datatypes.html#decimal
describe('decimals keep their digits', () => {
  const digits = ['1.50', '0.10', '100', '100.00', '12345678901234567.89', '0.000000000000000001', '-3.0', '1e2', '1.0E-3'];
  const claim = (
    value: string,
  ): string => `{"resourceType":"Claim","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},
    "use":"claim","patient":{"reference":"Patient/${ground.key}"},"created":"2026-05-04","provider":{"display":"Cabinet"},
    "priority":{"coding":[{"code":"normal"}]},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":"Assurance maladie"}}],
    "total":{"value":${value},"currency":"EUR"}}`;
  it.each(digits)('%s', async (value) => {
    const made = await post('/Claim', claim(value));
    expect([made.status, /"total":\{"value":([^,]+),/.exec(made.text)?.[1]]).toEqual([201, value]);
    const of = made.body.id;
    const seen = await Promise.all(
      [`/Claim/${of}`, `/Claim/${of}?_pretty=true`, `/Claim?_id=${of}`, `/Claim?_id=${of}&_pretty=true`].map(
        async (path) => /"total":\s*\{\s*"value":\s*([^,\s]+),/.exec((await get(path)).text)?.[1],
      ),
    );
    expect(seen).toEqual([value, value, value, value]);
  });

  it('and so after a patch', async () => {
    const { body } = await post('/Claim', claim('1.50'));
    const cancelled = await ground
      .as('hospital')
      .patch(`/Claim/${body.id}`, [{ op: 'replace', path: '/status', value: 'cancelled' }]);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
    expect(cancelled.text).toContain('"value":1.50,');
  });
});

describe('bodies', () => {
  const sent = (): string => JSON.stringify(document(ground.key, '34112-3', { description: 'Opérée à Nîmes 👩‍⚕️' }));

  it.each([
    'application/fhir+json',
    'application/json',
    'application/fhir+json; charset=utf-8',
    'Application/FHIR+JSON;charset=UTF-8',
    'application/fhir+json; fhirVersion=4.0',
  ])('Content-Type %s is taken', async (type) => {
    const reply = await post('/DocumentReference', sent(), { 'content-type': type });
    expect([reply.status, reply.body.description]).toEqual([201, 'Opérée à Nîmes 👩‍⚕️']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    'nonsense',
    '',
  ])('Content-Type %p: 415', async (type) => {
    expectOutcome(await post('/DocumentReference', sent(), { 'content-type': type }), 415, 'http.Content-Type');
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /at character 0$/],
    ['half an object', '{"resourceType":"Immunization",', /at character 31$/],
    ['half a string', '{"resourceType":"Immun', /at character 22$/],
    ['a bad escape', '{"a":"ab\\x"}', /at character 8$/],
    ['the wrong bracket', '{"a":[1}}', /at character 7$/],
    ['a comma first', '{"a":[,1]}', /at character 6$/],
    ['a name without quotes', '{"a":1, b:2}', /at character 8$/],
    ['an end too many', '{"a":1}}', /at character 7$/],
    ['a comma too many', '{"a":1,}', /at character 7$/],
    ['a bare word', '{"a":True}', /at character 5$/],
    ['a leading zero', '{"a":01}', /at character 6$/],
    ['NaN', '{"a":NaN}', /at character 5$/],
    ['two values', '{} {}', /at character 3$/],
    ['a control character in a string', '{"a":"\u0001"}', /at character 6$/],
    ['XML', '<Immunization/>', /at character 0$/],
    ['Latin-1', Buffer.from('{"resourceType":"Immunization","status":"é"}', 'latin1'), /^The body is not UTF-8$/],
    ['UTF-16', Buffer.from('{"resourceType":"Immunization"}', 'utf16le'), /at character 1$/],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0x80, 0x22]), /^The body is not UTF-8$/],
    ['a string', '"text"', /^The body must be one resource$/],
    ['null', 'null', /^The body must be one resource$/],
    ['a number of our own kind', '1.50', /^The body must be one resource$/],
  ])('%s: 400', async (_title, body, text) => {
    const reply = await post('/Immunization', body);
    expectOutcome(reply, 400);
    expect(reply.body.issue[0]).toMatchObject({ code: 'structure', diagnostics: expect.stringMatching(text) });
  });

  it('a hundred thousand brackets: 400', async () => {
    const reply = await post('/Immunization', '['.repeat(100_000));
    expectOutcome(reply, 400);
    expect(reply.body.issue[0]).toMatchObject({ code: 'too-long', diagnostics: expect.stringMatching(/at character \d+$/) });
  });

  it('takes a byte order mark', async () => {
    expect((await post('/DocumentReference', `\uFEFF${sent()}`)).status).toBe(201);
  });

  it.each([2000, 9000])('%p levels of extensions are no failure', async (levels) => {
    const nested = `${'{"url":"http://x.example","extension":['.repeat(levels)}${']}'.repeat(levels)}`;
    const reply = await post('/Immunization', `{"resourceType":"Immunization","extension":[${nested}]}`);
    expect([400, 413, 422]).toContain(reply.status);
    expectOutcome(reply, reply.status);
  });

  it('takes what is packed, not what is packed unknown', async () => {
    expect((await post('/DocumentReference', gzipSync(sent()), { 'content-encoding': 'gzip' })).status).toBe(201);
    expectOutcome(await post('/DocumentReference', sent(), { 'content-encoding': 'compress' }), 415, 'http.Content-Encoding');
    expectOutcome(await post('/DocumentReference', sent(), { 'content-encoding': 'gzip' }), 400);
  });

  it('takes 32 MiB, a resource of 15 MB, and says where it ends', async () => {
    expectOutcome(await post('/DocumentReference', Buffer.alloc(32 * 1024 * 1024 + 1, ' ')), 413);
    expectOutcome(
      await post('/DocumentReference', gzipSync(Buffer.alloc(33 * 1024 * 1024, ' ')), { 'content-encoding': 'gzip' }),
      413,
    );
    const long = JSON.stringify(document(ground.key, '34112-3', { description: 'x'.repeat(15_000_001) }));
    const reply = await post('/DocumentReference', long);
    expect([413, 422]).toContain(reply.status);
    expectOutcome(reply, reply.status);
  });
});

// https://hl7.org/fhir/R4/http.html#search
describe('POST _search', () => {
  it.each([
    ['application/x-www-form-urlencoded', `_id=${'ID'}`, 200],
    ['application/x-www-form-urlencoded; charset=utf-8', `_id=${'ID'}&_format=json`, 200],
    ['application/fhir+json', '{}', 415],
    ['text/plain', 'x=y', 415],
    ['', 'x=y', 415],
  ])('Content-Type %p with %p: %p', async (type, body, status) => {
    const reply = await ask(ground.carnet.address, {
      method: 'POST',
      path: '/fhir/DocumentReference/_search',
      headers: { authorization: `Bearer ${ground.as('doctor').token}`, 'content-type': type },
      body: body.replace('ID', id),
    });
    if (status === 200) expect([reply.status, reply.body.entry.length]).toEqual([200, 1]);
    else expectOutcome(reply, status, 'http.Content-Type');
  });

  it('reads the parameters of the address as well as those of the body', async () => {
    const { body } = await ask(ground.carnet.address, {
      method: 'POST',
      path: `/fhir/DocumentReference/_search?_id=${id}&_pretty=true`,
      headers: { authorization: `Bearer ${ground.as('doctor').token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'status=superseded',
    });
    expect(body.entry).toBeUndefined();
    expect(body.link[0].url).toBe(`http://carnet.test/fhir/DocumentReference?_id=${id}&status=superseded`);
  });
});
