// Bodies that are no JSON, that parsers read differently, or whose values no element takes. https://hl7.org/fhir/R4/json.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deepestJson, mostValues } from '../../src/fhir/json-fault.ts';
import { type Ground, openGround } from '../interaction/ground.ts';
import { asked } from './asked.ts';
import { expectOutcome, expressionsOf } from './expect.ts';
import type { RawReply } from './raw.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => {
  expect(ground.carnet.lines.filter((line) => line.includes('failure'))).toEqual([]);
  await ground.stop();
});

/** An Immunization, with more of its text. */
const text = (more = ''): string =>
  `{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"DTP"},"patient":{"reference":"Patient/${ground.key}"},"occurrenceDateTime":"2026-10-01"${more === '' ? '' : `,${more}`}}`;
const post = async (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> =>
  await asked(ground, 'hospital', 'POST', '/Immunization', { body, headers });
const stored = async (): Promise<number> =>
  (await asked(ground, 'doctor', 'GET', `/Immunization?patient=${ground.key}&_summary=count`)).body.total;

async function expectRefused(reply: RawReply, before: number, status: number, code: string, expression?: string): Promise<void> {
  expectOutcome(reply, status, expression);
  expect(reply.body.issue[0].code).toBe(code);
  expect(Buffer.byteLength(reply.text)).toBeLessThan(10_000);
  expect(await stored()).toBe(before);
}

async function expectNoElement(more: string, expression: string): Promise<void> {
  const before = await stored();
  await expectRefused(await post(text(more)), before, 400, 'structure', expression);
}

describe('what is no JSON', () => {
  it.each([
    ['nothing', () => '', 'This is not JSON, at character 0'],
    ['a comma too many', () => text('"lotNumber":"x",'), /at character \d{3}$/],
    ['an object that does not end', () => text().slice(0, -1), /at character \d{3}$/],
    ['two objects', () => `${text()}{}`, /at character \d{3}$/],
    ['a control character in a string', () => text('"lotNumber":"\t"'), /at character \d{3}$/],
    ['UTF-16', () => Buffer.from(text(), 'utf16le'), 'This is not JSON, at character 1'],
    ['Latin-1', () => Buffer.from(text('"lotNumber":"é"'), 'latin1'), 'The body is not UTF-8'],
    ['an overlong sequence', () => Buffer.from([0xc0, 0x80]), 'The body is not UTF-8'],
    ['null', () => 'null', 'The body must be one resource'],
    ['a list of resources', () => `[${text()}]`, 'The body must be one resource'],
    ['a string', () => '"Immunization"', 'The body must be one resource'],
    ['a number', () => '1e400', 'The body must be one resource'],
  ])('%s', async (_title, body, diagnostics) => {
    const before = await stored();
    const reply = await post(body());
    await expectRefused(reply, before, 400, 'structure');
    expect(reply.body.issue[0].diagnostics).toMatch(diagnostics);
  });

  it('takes a byte order mark for what it is', async () => {
    expect((await post(`\ufeff${text()}`)).status).toBe(201);
  });
});

describe('a name of which no text could be made', () => {
  it.each([
    ['"site":{"toString":false}', 'site.toString'],
    ['"note":[{"text":"x"},{"to\\u0053tring":{}}]', 'note[1].toString'],
    ['"contained":[{"resourceType":{"toString":false},"id":"x"}]', 'contained[0].resourceType.toString'],
    ['"toString":"x"', 'toString'],
  ])('%s', expectNoElement);

  it('may stand in a text', async () => {
    expect((await post(text('"lotNumber":"to-toString"'))).status).toBe(201);
  });
});

describe('a name twice in one object', () => {
  it.each([
    ['"status":"not-done"', 'status'],
    ['"\\u0073tatus":"completed"', 'status'],
    ['"note":[{"text":"a"},{"text":"b","text":"b"}]', 'note[1].text'],
    ['"extension":[{"url":"http://x.y/z","extension":[{"url":"a","url":"b"}]}]', 'extension[0].extension[0].url'],
    ['"contained":[{"resourceType":"Organization","id":"a","id":"b"}]', 'contained[0].id'],
    ['"__proto__":{},"__proto__":{}', '__proto__'],
  ])('%s: %s', expectNoElement);

  it.each([
    [
      'POST',
      '/',
      'application/fhir+json',
      '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"A","url":"B"}}]}',
      'entry[0].request.url',
    ],
    ['PATCH', '/Immunization/x', 'application/json-patch+json', '[{"op":"test","op":"remove","path":"/note"}]', '[0].op'],
    [
      'PATCH',
      '/Immunization/x',
      'application/fhir+json',
      '{"resourceType":"Parameters","parameter":[],"parameter":[]}',
      'parameter',
    ],
    ['PUT', '/Immunization/x', 'application/fhir+json', '{"resourceType":"Immunization","id":"x","id":"y"}', 'id'],
  ])('%s %s as %s', async (method, path, type, body, expression) => {
    expectOutcome(await asked(ground, 'hospital', method, path, { body, headers: { 'content-type': type } }), 400, expression);
  });

  it('inside a patch that a Binary holds', async () => {
    const data = Buffer.from('[{"op":"test","op":"remove","path":"/note"}]').toString('base64');
    const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data };
    const body = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource, request: { method: 'PATCH', url: 'Immunization/x' } }],
    };
    expectOutcome(await asked(ground, 'hospital', 'POST', '/', { body }), 400, 'Bundle.entry[0].resource.data');
  });
});

describe('measure', () => {
  const nested = (levels: number, open: string, inside: string, close: string): string =>
    `${open.repeat(levels)}${inside}${close.repeat(levels)}`;
  const extension = (levels: number): string =>
    `"extension":[${nested(levels, '{"url":"http://x.y/z","extension":[', '{"url":"http://x.y/z","valueString":"x"}', ']}')}]`;
  const provision = (levels: number): string =>
    `{"resourceType":"Consent","provision":${nested(levels, '{"provision":[', '{}', ']}')}}`;

  it('takes extensions in extensions, to a depth', async () => {
    expect((await post(text(extension(20)))).status).toBe(201);
    const before = await stored();
    await expectRefused(await post(text(extension(70))), before, 422, 'too-long');
  });

  it.each([
    ['extensions', '/Immunization', (levels: number) => text(extension(levels / 2))],
    ['an unknown element', '/Immunization', (levels: number) => text(`"foo":${nested(levels, '[', '', ']')}`)],
    ['contained', '/Immunization', (levels: number) => text(`"contained":[${nested(levels / 2, '{"contained":[', '', ']}')}]`)],
    ['provisions', '/Consent', (levels: number) => provision(levels / 2)],
    [
      'Bundles in Bundles',
      '/',
      (levels: number) =>
        `{"resourceType":"Bundle","type":"batch","entry":${nested(levels / 3, '[{"resource":{"entry":', '[]', '}}]')}}`,
    ],
    ['arrays that do not end', '/Immunization', (levels: number) => '['.repeat(levels)],
  ])('%s deeper than any parser has to go: 400', async (_title, path, body) => {
    for (const levels of [deepestJson + 50, 1_000_000]) {
      const reply = await asked(ground, 'hospital', 'POST', path, { body: body(levels) });
      expectOutcome(reply, 400);
      expect(reply.body.issue[0]).toMatchObject({ code: 'too-long', diagnostics: expect.stringContaining('levels deep') });
    }
  });

  it('parts of Parameters', async () => {
    const body = `{"resourceType":"Parameters","parameter":[${nested(500, '{"part":[', '', ']}')}]}`;
    expectOutcome(await asked(ground, 'hospital', 'PATCH', '/Immunization/x', { body }), 400);
  });

  it('more values than a request has', async () => {
    const before = await stored();
    await expectRefused(await post(text(`"foo":[${'1,'.repeat(mostValues)}1]`)), before, 413, 'too-long');
  });

  it.each([
    ['identifiers', () => `"identifier":[${Array.from({ length: 12_000 }, (_, at) => `{"value":"${at}"}`).join(',')}]`],
    [
      'identifiers as long as they are indexed',
      () => `"identifier":[${Array.from({ length: 4000 }, (_, at) => `{"value":"${at}${'x'.repeat(3900)}"}`).join(',')}]`,
    ],
    ['text', () => `"note":[${Array.from({ length: 16 }, () => `{"text":"${'x'.repeat(1_000_000)}"}`).join(',')}]`],
  ])('more %s than a resource has', async (_title, more) => {
    const before = await stored();
    await expectRefused(await post(text(more())), before, 413, 'too-long');
  });
});

describe('numbers', () => {
  it.each(['-0', '1E5', '1e0', '1.50', '100.0', '0.10e1', '9007199254740993', '1e-400', '12345678901234567890.123456789'])(
    'a decimal keeps its digits: %s',
    async (number) => {
      const reply = await post(text(`"doseQuantity":{"value":${number}}`));
      expect(reply.status).toBe(201);
      expect(reply.text).toContain(`"doseQuantity":{"value":${number}}`);
    },
  );

  it.each([
    ['"doseQuantity":{"value":1e400}', 'Immunization.doseQuantity.value'],
    [`"doseQuantity":{"value":${'1'.repeat(1000)}}`, 'Immunization.doseQuantity.value'],
    [`"doseQuantity":{"value":0.${'1'.repeat(1000)}}`, 'Immunization.doseQuantity.value'],
    ['"doseQuantity":{"value":"1"}', 'Immunization.doseQuantity.value'],
    ...['0', '-1', '-0', '1.0', '1e1', '1e400', '2147483648', '"1"', 'true'].map((number) => [
      `"protocolApplied":[{"doseNumberPositiveInt":${number}}]`,
      'Immunization.protocolApplied[0].doseNumberPositiveInt',
    ]),
  ])('%.60s', async (more = '', expression = '') => {
    const before = await stored();
    await expectRefused(await post(text(more)), before, 422, 'value', expression);
  });
});

describe('strings', () => {
  it.each([
    ['an id of 65 characters', `"id":"${'a'.repeat(65)}"`, 'Immunization.id'],
    ['more than 1 MB', `"lotNumber":"${'a'.repeat(1_048_577)}"`, 'Immunization.lotNumber'],
    ['nothing', '"lotNumber":""', 'Immunization.lotNumber'],
    ...['\\u0000', '\\u0001', '\\u001f', '\\ud800', '\\udc00\\ud800'].map((sign) => [
      sign,
      `"lotNumber":"a${sign}b"`,
      'Immunization.lotNumber',
    ]),
  ])('%s', async (_title, more = '', expression = '') => {
    const before = await stored();
    await expectRefused(await post(text(more)), before, 422, 'value', expression);
  });

  it.each(['\u007f', '\ufffe', '\u202e', '😀', 'e\u0301', '\\n', '\\/', '\\u00e9'])('%j is kept', async (sign) => {
    const reply = await post(text(`"lotNumber":"a${sign}b"`));
    expect(reply.status).toBe(201);
    expect(reply.body.lotNumber).toBe(JSON.parse(`"a${sign}b"`));
  });
});

describe('names of prototypes', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const members = names.filter((name) => name !== 'toString');
  it.each([
    ...members.map((name) => [`"${name}":{"status":"x"}`, `Immunization.${name}`]),
    ...members.map((name) => [`"note":[{"text":"x","${name}":{}}]`, `Immunization.note[0].${name}`]),
    ...names.map((name) => [`"_${name}":{"id":"a"}`, `Immunization._${name}`]),
    ...names.map((name) => [`"contained":[{"resourceType":"${name}","id":"a"}]`, 'Immunization.contained[0]']),
    ...names.map((name) => [`"encounter":{"reference":"${name}/1"}`, 'Immunization.encounter.reference']),
    ...names.map((name) => [`"extension":[{"url":"http://x.y/z","value${name}":"x"}]`, `Immunization.extension[0].value${name}`]),
  ])('%s', async (more = '', expression = '') => {
    const before = await stored();
    const reply = await post(text(more));
    expectOutcome(reply, 422);
    expect(expressionsOf(reply.body).some((one) => one.startsWith(expression))).toBe(true);
    expect(await stored()).toBe(before);
  });

  it.each(names)('resourceType %s', async (name) => {
    expectOutcome(await post(`{"resourceType":"${name}"}`), 400, 'resourceType');
    expectOutcome(
      await asked(ground, 'hospital', 'POST', '/', { body: `{"resourceType":"Bundle","type":"${name}"}` }),
      400,
      'Bundle.type',
    );
  });

  it('are values like others', async () => {
    for (const name of names) {
      const reply = await post(text(`"lotNumber":"${name}","site":{"coding":[{"system":"${name}","code":"${name}"}]}`));
      expect([reply.status, reply.body.lotNumber]).toEqual([201, name]);
      const found = await asked(ground, 'hospital', 'GET', `/Immunization?lot-number=${name}&_summary=count`);
      expect(found.body.total).toBe(1);
    }
  });
});
