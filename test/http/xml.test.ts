// XML out of every interaction: what it says is what JSON says, to each caller; and who is answered in which format.
// https://hl7.org/fhir/R4/xml.html, https://hl7.org/fhir/R4/http.html#mime-type
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Ground, idIn, ins, type Name, openGround, written } from '../interaction/ground.ts';
import { document, mask, testIns, vaccination } from '../resources.ts';
import { fhirJson } from './asked.ts';
import { fhirXml, inJson, inXml, request, resourceOf, told, xmlOf } from './spoken.ts';
import { claim } from './xml-writes.ts';

let ground: Ground;
const ids: Record<string, string> = {};
beforeAll(async () => {
  ground = await openGround();
  const hospital = ground.as('hospital');
  const deposit = async (name: string, type: string, resource: JsonObject): Promise<void> => {
    ids[name] = idIn(written(await hospital.post(`/${type}`, resource)));
  };
  const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Vacciné&#160;<br/></div>' };
  await deposit('VACCINATION', 'Immunization', vaccination(ground.key, { text, lotNumber: 'a<b&"c"' }));
  await deposit('OTHER', 'Immunization', vaccination(ground.key, { status: 'not-done' }));
  await deposit('DELETED', 'Immunization', vaccination(ground.key));
  await deposit('DOCUMENT', 'DocumentReference', document(ground.key, '34112-3'));
  await deposit('MASKED', 'DocumentReference', document(ground.key, '11502-2'));
  written(await hospital.send('POST', '/Claim', { 'content-type': 'application/fhir+json' }, claim(ground.key, '1.50')));
  await ground.as('hospital').delete(`/Immunization/${ids.DELETED}`);
  await ground.as('holder').patch(`/DocumentReference/${ids.MASKED}`, mask);
  const deposited = await ground.as('holder').get(`/DocumentReference/${ids.DOCUMENT}`);
  ids.BINARY = /Binary\/([\w-]+)$/.exec(deposited.body.content[0].attachment.url)?.[1] ?? '';
  ids.KEY = ground.key;
  ids.ABSENT = `${ground.key}-${'2'.repeat(13)}`;
});
afterAll(async () => {
  expect(ground.carnet.lines.filter((line) => line.includes('failure'))).toEqual([]);
  await ground.stop();
});

const placed = (path: string): string => path.replaceAll(/\$([A-Z]+)/g, (whole, name: string) => ids[name] ?? whole);
const shot = (): object => vaccination(ground.key);

/** Each is asked by every caller, so that what is hidden from one is absent in both formats. */
const questions: readonly string[] = [
  '/Patient/$KEY',
  '/Patient/$KEY?_pretty=true',
  '/Patient/$KEY?_summary=true',
  '/Patient/$KEY?_elements=name',
  `/Patient?identifier=${testIns}|${ins}`,
  '/Immunization/$VACCINATION',
  '/Immunization/$VACCINATION?_summary=text',
  '/Immunization/$VACCINATION/_history',
  '/Immunization/$VACCINATION/_history/1',
  '/Immunization/$VACCINATION/_history/2',
  '/Immunization/$DELETED',
  '/Immunization/$DELETED/_history',
  '/Immunization/$ABSENT',
  '/Immunization/_history?_count=1',
  '/Immunization?patient=$KEY&_total=accurate',
  '/Immunization?patient=$KEY&_count=1',
  '/Immunization?patient=$KEY&_count=0',
  '/Immunization?patient=$KEY&_summary=true',
  '/Immunization?patient=$KEY&status=not-done&_include=Immunization:patient',
  '/Immunization?patient=$KEY&nonsense=1',
  '/Immunization?_id=$ABSENT',
  '/Immunization/$VACCINATION/$validate',
  '/DocumentReference/$DOCUMENT',
  '/DocumentReference/$MASKED',
  '/DocumentReference?patient=$KEY&_total=accurate',
  '/DocumentReference?patient=$KEY&type=11502-2&_elements=type',
  '/Claim?patient=$KEY',
  '/?_type=Claim,Immunization&patient=$KEY',
  '/Patient/$KEY/Immunization',
  '/Patient/$ABSENT/Immunization',
  '/Consent?patient=$KEY',
  '/Binary/$BINARY',
  '/Binary/$BINARY?_pretty=true',
  '/Binary/$BINARY?_summary=true',
  '/metadata',
  '/metadata?_pretty=true',
  '/Nothing',
  '/ValueSet',
  '/Immunization/$VACCINATION?x=1',
];
const callers: readonly (Name | undefined)[] = ['holder', 'stranger', 'hospital', undefined];

describe('what is read in XML is what is read in JSON', () => {
  test.each(questions)('%s', async (question) => {
    for (const caller of callers) {
      const spoken = { path: placed(question) };
      const [json, xml] = [await inJson(ground, caller, spoken), await inXml(ground, caller, spoken)];
      expect([caller, xml.headers['content-type']]).toEqual([caller, fhirXml]);
      expect([caller, await told(xml)]).toEqual([caller, await told(json)]);
    }
  });

  test.each([
    '/Immunization/$VACCINATION',
    '/Immunization?patient=$KEY',
    '/Binary/$BINARY',
    '/metadata',
    '/Immunization/$ABSENT',
  ])('HEAD %s: the headers of a GET', async (path) => {
    const spoken = { path: placed(path), headers: { accept: 'application/fhir+xml' } };
    const [head, get] = [await request(ground, 'holder', { ...spoken, method: 'HEAD' }), await request(ground, 'holder', spoken)];
    expect([head.status, head.text]).toEqual([get.status, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'vary'])
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    expect(Buffer.byteLength(get.text)).toBe(Number(get.headers['content-length']));
  });

  it('keeps digits, text and narrative', async () => {
    const claims = await inXml(ground, 'hospital', { path: placed('/Claim?patient=$KEY') });
    expect(claims.text).toContain('<total><value value="1.50"/><currency value="EUR"/></total>');
    const { text } = await inXml(ground, 'hospital', { path: placed('/Immunization/$VACCINATION') });
    expect(text).toContain('<div xmlns="http://www.w3.org/1999/xhtml">Vacciné&#160;<br/></div>');
    expect(text).toContain('<lotNumber value="a&lt;b&amp;&quot;c&quot;"/>');
  });

  it('indents where it is asked to', async () => {
    const plain = await inXml(ground, 'holder', { path: placed('/Binary/$BINARY') });
    const pretty = await inXml(ground, 'holder', { path: placed('/Binary/$BINARY?_pretty=true') });
    expect(plain.text.split('\n')).toHaveLength(1);
    expect(pretty.text).toMatch(/\n {2}<data value="[\w+/=]+"\/>\n<\/Binary>$/);
    expect(await resourceOf(pretty)).toEqual(await resourceOf(plain));
  });

  it('is followed from page to page by whoever named the format in the address', async () => {
    const found: unknown[] = [];
    let path = placed('/Immunization?patient=$KEY&_count=1&_format=xml');
    for (let page = 0; page < 5 && path !== ''; page += 1) {
      const reply = await request(ground, 'doctor', { path });
      const { link, entry } = (await resourceOf(reply)) as {
        link: { relation: string; url: string }[];
        entry: { resource: { id: string } }[];
      };
      expect(link[0]?.url).toContain(page === 0 ? '&_format=xml' : '_format=xml');
      found.push(...entry.map(({ resource }) => resource.id));
      path = link.find(({ relation }) => relation === 'next')?.url.replace('http://carnet.test/fhir', '') ?? '';
    }
    expect(found.sort()).toEqual([ids.VACCINATION, ids.OTHER].sort());
  });

  it('is no page that a browser would run', async () => {
    for (const path of ['/Immunization/$VACCINATION', '/Immunization/$ABSENT', '/Binary/$BINARY', '/metadata']) {
      const { headers } = await inXml(ground, 'holder', { path: placed(path) });
      expect(headers).toMatchObject({
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('is written of the traces that the server itself makes', async () => {
    const bundle = await resourceOf(await inXml(ground, 'holder', { path: placed('/AuditEvent?patient=$KEY&_count=100') }));
    expect(bundle).toMatchObject({
      resourceType: 'Bundle',
      entry: expect.arrayContaining([expect.objectContaining({ search: { mode: 'match' } })]),
    });
  });

  it('is 304 where nothing has changed', async () => {
    const headers = { accept: 'application/fhir+xml', 'if-none-match': 'W/"1"' };
    const reply = await request(ground, 'doctor', { path: placed('/Immunization/$VACCINATION'), headers });
    expect([reply.status, reply.text]).toEqual([304, '']);
  });
});

// https://www.rfc-editor.org/rfc/rfc9110#name-accept
describe('which format is answered', () => {
  const [json, xml] = [fhirJson, fhirXml];
  const negotiated: readonly (readonly [
    accept: string | undefined,
    format: string | undefined,
    sent: string | undefined,
    answered: string,
  ])[] = [
    [undefined, undefined, undefined, json],
    ['*/*', undefined, undefined, json],
    ['application/*', undefined, undefined, json],
    ['application/fhir+xml', undefined, undefined, xml],
    ['application/xml', undefined, undefined, xml],
    ['text/xml', undefined, undefined, xml],
    ['APPLICATION/FHIR+XML; charset=utf-8', undefined, undefined, xml],
    ['application/fhir+xml; fhirVersion=4.0', undefined, undefined, xml],
    ['application/fhir+xml; fhirVersion=3.0, application/fhir+json', undefined, undefined, json],
    ['application/fhir+xml, application/fhir+json', undefined, undefined, xml],
    ['application/fhir+json, application/fhir+xml', undefined, undefined, json],
    ['application/fhir+json;q=0.5, application/fhir+xml', undefined, undefined, xml],
    ['application/fhir+xml;q=0.4, application/fhir+json;q=0.5', undefined, undefined, json],
    ['application/fhir+xml;q=0, */*', undefined, undefined, json],
    ['application/fhir+json;q=0, */*', undefined, undefined, xml],
    ['application/json, text/plain, */*', undefined, undefined, json],
    ['application/xml, */*', undefined, undefined, xml],
    ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8', undefined, undefined, xml],
    ['text/html, */*;q=0.1', undefined, undefined, json],
    ['application/fhir+json', 'xml', undefined, xml],
    ['application/fhir+json', 'application/fhir xml', undefined, xml],
    ['application/fhir+json', 'application/fhir%2Bxml', undefined, xml],
    ['application/fhir+json', 'text/xml', undefined, xml],
    ['application/fhir+json', 'application/xml; charset=utf-8', undefined, xml],
    ['application/fhir+xml', 'json', undefined, json],
    [undefined, undefined, 'application/fhir+xml', xml],
    [undefined, undefined, 'application/xml', xml],
    ['*/*', undefined, 'text/xml; charset=utf-8', xml],
    ['application/fhir+json', undefined, 'application/fhir+xml', json],
    ['application/fhir+xml', undefined, 'application/fhir+json', xml],
    [undefined, 'json', 'application/fhir+xml', json],
  ];
  test.each(negotiated)('Accept %p, _format %p, Content-Type %p: %s', async (accept, format, sent, answered) => {
    const query = format === undefined ? '' : `?_format=${format.replace(' ', '+')}`;
    const headers = { ...(accept === undefined ? {} : { accept }), ...(sent === undefined ? {} : { 'content-type': sent }) };
    const body = sent === undefined ? undefined : sent.includes('xml') ? xmlOf(shot()) : JSON.stringify(shot());
    for (const path of sent === undefined
      ? [placed('/Immunization/$VACCINATION'), '/metadata', placed('/Immunization/$ABSENT')]
      : ['/Immunization', '/Immunization/$validate', '/']) {
      const reply = await request(
        ground,
        'hospital',
        { method: body === undefined ? 'GET' : 'POST', path: `${path}${query}`, headers },
        body,
      );
      expect([path, reply.headers['content-type'], reply.headers.vary]).toEqual([
        path,
        answered,
        'Authorization, Accept, Prefer, Origin',
      ]);
    }
  });

  it('takes the format of a search from its form too, for its errors as well', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const [form, status] of [
      ['status=completed&_format=xml', 200],
      ['nonsense=1&_format=xml', 400],
    ] as const) {
      const reply = await request(ground, 'hospital', { method: 'POST', path: '/Immunization/_search', headers }, form);
      expect([reply.status, reply.headers['content-type']]).toEqual([status, fhirXml]);
    }
  });

  it('is declared', async () => {
    const { format, patchFormat } = await resourceOf(await inXml(ground, undefined, { path: '/metadata' }));
    expect(format).toEqual(['json', 'application/fhir+json', 'xml', 'application/fhir+xml']);
    expect(patchFormat).toContain('application/fhir+xml');
  });
});
