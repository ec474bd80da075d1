// XML into every interaction: it does what JSON does, and is answered alike; and what is refused.
// https://hl7.org/fhir/R4/xml.html
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { hostile, patient } from '../conformance/xml-hostile.ts';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { vaccination } from '../resources.ts';
import { fhirJson } from './asked.ts';
import { fhirXml, inJson, inXml, request, resourceOf, told, xmlOf } from './spoken.ts';
import { claim, writes } from './xml-writes.ts';

let ground: Ground;
let other = '';
beforeAll(async () => {
  ground = await openGround();
  other = idIn(written(await ground.as('hospital').post('/Immunization', vaccination(ground.key, { status: 'not-done' }))));
});
afterAll(async () => {
  expect(ground.carnet.lines.filter((line) => line.includes('failure'))).toEqual([]);
  await ground.stop();
});

/** Without what is new in each write. */
const same = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/[a-z0-9]{13}-[a-z0-9]{13}/g, 'ID')
    .replaceAll(/W\/\\*"\d+\\*"|versionId value=\\"\d+|_history\/\d+/g, 'VERSION')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'INSTANT')
    .replaceAll(/urn:uuid:[\w-]+/g, 'UUID');

describe('what is written in XML is what is written in JSON', () => {
  test.each(writes)('%s', async (_title, caller, spoken) => {
    const at = { key: ground.key, other };
    const [json, xml] = [await inJson(ground, caller, spoken(at)), await inXml(ground, caller, spoken(at))];
    expect(xml.headers['content-type']).toBe(xml.text === '' ? undefined : fhirXml);
    expect(same(await told(xml))).toBe(same(await told(json)));
  });

  test.each(['application/xml', 'text/xml', 'application/fhir+xml; charset=UTF-8; fhirVersion=4.0'])(
    'is taken as %s',
    async (type) => {
      const body = patient('<id value="Binary"/>');
      const reply = await request(
        ground,
        'tester',
        { method: 'PUT', path: '/Patient/Binary', headers: { 'content-type': type } },
        body,
      );
      expect([200, 201]).toContain(reply.status);
      expect(await resourceOf(reply)).toMatchObject({ resourceType: 'Patient', id: 'Binary' });
    },
  );

  it('is refused in the format that was sent where bytes are not', async () => {
    const bytes = Buffer.from('<a/>');
    for (const [type, answered] of [
      ['text/xml', fhirJson],
      ['application/fhir+xml', fhirXml],
    ] as const) {
      const reply = await request(
        ground,
        'hospital',
        { method: 'POST', path: '/Binary', headers: { 'content-type': type } },
        bytes,
      );
      expect([type, reply.status >= 400 && reply.status < 500, reply.headers['content-type']]).toEqual([type, true, answered]);
    }
  });

  it('keeps the digits that were sent', async () => {
    const body = xmlOf(JSON.parse(claim(ground.key, '1'))).replace(
      '<total><value value="1"/>',
      '<total><value value="12345678901234567.890"/>',
    );
    const headers = { 'content-type': 'application/fhir+xml', accept: 'application/fhir+json' };
    const made = await request(ground, 'hospital', { method: 'POST', path: '/Claim', headers }, body);
    expect([made.status, /"total":\{"value":([^,]+),/.exec(made.text)?.[1]]).toEqual([201, '12345678901234567.890']);
  });

  it('keeps bytes of XML as bytes', async () => {
    const cda = Buffer.from(
      '\uFEFF<?xml version="1.0"?><!DOCTYPE x><ClinicalDocument xmlns="urn:hl7-org:v3">é</ClinicalDocument>\r\n',
    );
    for (const type of ['application/xml', 'text/xml']) {
      const headers = { 'content-type': type, 'x-security-context': `Patient/${ground.key}` };
      const made = await request(ground, 'hospital', { method: 'POST', path: '/Binary', headers }, cda);
      expect([made.status, made.headers['content-type']]).toEqual([201, fhirJson]);
      const path = `/Binary/${made.body.id}`;
      const raw = await request(ground, 'hospital', { path, headers: { accept: type } });
      expect([raw.headers['content-type'], raw.bytes.equals(cda)]).toEqual([type, true]);
      const resource = await resourceOf(await request(ground, 'hospital', { path, headers: { accept: 'application/fhir+xml' } }));
      expect(resource).toMatchObject({ resourceType: 'Binary', contentType: type, data: cda.toString('base64') });
    }
  });
});

describe('XML that is refused', () => {
  const sent = async (
    method: string,
    path: string,
    body: string | Buffer,
    type = 'application/fhir+xml',
  ): Promise<readonly unknown[]> => {
    const reply = await request(ground, 'tester', { method, path, headers: { 'content-type': type } }, body);
    const { resourceType, issue } = (await resourceOf(reply)) as {
      resourceType: string;
      issue: { code: string; expression?: string[] }[];
    };
    expect([resourceType, issue.length > 0]).toEqual(['OperationOutcome', true]);
    expect(reply.text).not.toMatch(/mongo|saxes|node_modules|\.ts:|TypeError|RangeError|undefined/i);
    return [reply.status, issue[0]?.code, issue[0]?.expression?.[0]];
  };

  test.each(hostile.map((row) => [row[0], row] as const))('%s: 400', async (_title, [, body, , expression]) => {
    const code = expect.stringMatching(/^(?:structure|too-long)$/);
    expect(await sent('POST', '/Patient', body)).toEqual([400, code, expression]);
  });

  test.each<readonly [title: string, method: string, path: string, body: string | Buffer, expected: readonly unknown[]]>([
    [
      'Latin-1',
      'POST',
      '/Patient',
      Buffer.from(patient('<name><text value="é"/></name>'), 'latin1'),
      [400, 'structure', undefined],
    ],
    ['UTF-16', 'POST', '/Patient', Buffer.from(`\uFEFF${patient('')}`, 'utf16le'), [400, 'structure', undefined]],
    ['another type', 'POST', '/Immunization', patient(''), [400, 'invalid', 'resourceType']],
    ['a type of nobody', 'POST', '/Patient', '<Nobody xmlns="http://hl7.org/fhir"/>', [400, 'invalid', 'resourceType']],
    ['a value that is not valid', 'POST', '/Patient', patient('<gender value="x"/>'), [422, 'code-invalid', 'Patient.gender']],
    ['an empty value', 'POST', '/Patient', patient('<language value=""/>'), [422, 'value', 'Patient.language']],
    ['an element without content', 'POST', '/Patient', patient('<name/>'), [422, 'structure', 'Patient.name[0]']],
    [
      'a narrative with a script',
      'POST',
      '/Patient',
      patient('<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div></text>'),
      [422, 'value', 'Patient.text.div'],
    ],
    [
      'a type that is not known here',
      'POST',
      '/Patient',
      patient('<contained><ValueSet><id value="v"/></ValueSet></contained>'),
      [422, 'not-supported', 'Patient.contained[0]'],
    ],
    ['a patch of XML that is none', 'PATCH', '/Patient/x', '<Parameters/>', [400, 'structure', undefined]],
    ['a Bundle of XML that is none', 'POST', '/', '<Bundle', [400, 'structure', undefined]],
  ])('%s', async (_title, method, path, body, expected) => {
    expect(await sent(method, path, body)).toEqual(expected);
  });

  test.each([
    ['POST', '/Patient', 'application/fhir+xml; charset=iso-8859-1'],
    ['POST', '/Patient', 'application/fhir+xml; charset=utf-16'],
    ['POST', '/Patient', 'application/fhir+xml; fhirVersion=3.0'],
    ['PATCH', '/Patient/x', 'application/xml'],
    ['POST', '/Patient/_search', 'application/fhir+xml'],
  ])('%s %s, %s: 415', async (method, path, type) => {
    expect(await sent(method, path, patient(''), type)).toEqual([415, 'not-supported', 'http.Content-Type']);
  });

  it('takes a byte order mark', async () => {
    const reply = await request(
      ground,
      'tester',
      { method: 'POST', path: '/Patient', headers: { 'content-type': 'application/fhir+xml' } },
      `\uFEFF${patient('')}`,
    );
    expect(reply.status).toBe(201);
  });
});
