// Resources in XML: the official examples there and back, every digit and element kept; hostile XML refused with its place.
// https://hl7.org/fhir/R4/xml.html
import { describe, expect, it, test } from '@jest/globals';
import { isObject, type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { Refusal } from '../../src/fhir/outcome.ts';
import { conformance } from './example.ts';
import { type Example, examples } from './examples/examples.ts';
import { hostile, large, patient } from './xml-hostile.ts';

const { xml } = conformance;
const xhtml = 'http://www.w3.org/1999/xhtml';

/** Text of JSON in which the order of names tells nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
const textOf = (value: unknown): string => JSON.stringify(sorted(value));

async function faultOf(text: string): Promise<Refusal | undefined> {
  try {
    await xml.read(text);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Its type and those of all that is in it are known here. */
function isKnown({ text, resource }: Example): boolean {
  const types = new Set([...text.matchAll(/"resourceType":"(\w+)"/g)].map(([, type]) => type ?? ''));
  return isObject(resource) && [...types].every((type) => conformance.profile(`http://hl7.org/fhir/StructureDefinition/${type}`));
}

describe('the official examples, to XML and back', () => {
  const known = examples.filter(isKnown);

  it('are most of them', () => expect(known.length).toBeGreaterThan(500));

  test.each([...Map.groupBy(known, ({ type }) => type)])('%s', async (_type, of) => {
    for (const { name, text, resource } of of) {
      for (const pretty of [false, true]) {
        const read = await xml.read(xml.write(text, pretty));
        expect([name, textOf(read)]).toEqual([name, textOf(resource)]);
      }
    }
  });
});

describe('what is refused', () => {
  test.each(hostile.map((row) => [row[0], row] as const))('%s', async (_title, [, text, said, expression]) => {
    const refusal = await faultOf(text);
    expect(refusal?.status).toBe(400);
    expect(refusal?.faults).toHaveLength(1);
    expect(refusal?.faults[0]?.text).toMatch(said);
    expect(refusal?.faults[0]?.expression).toBe(expression);
  });

  test.each(large)('too many: %s', async (_title, text, said) => {
    const refusal = await faultOf(text);
    expect([refusal?.status, refusal?.faults[0]?.text]).toEqual([413, expect.stringMatching(said)]);
  });
});

describe('what is taken', () => {
  const taken: readonly (readonly [title: string, text: string, JsonObject])[] = [
    ['a declaration', `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n${patient('')}`, {}],
    [
      'comments',
      `<!-- a -->${patient('<!-- <!DOCTYPE x> <?x?> <![CDATA[ --><active value="true"/><!---->')}<!-- z -->`,
      { active: true },
    ],
    ['a prefix of FHIR', '<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="true"/></f:Patient>', { active: true }],
    [
      'a prefix of FHIR, where XHTML is the default',
      `<f:Patient xmlns:f="http://hl7.org/fhir" xmlns="${xhtml}"><f:text><f:status value="generated"/><div id="a">x</div></f:text></f:Patient>`,
      { text: { status: 'generated', div: `<div xmlns="${xhtml}" id="a">x</div>` } },
    ],
    [
      'where its schema is',
      patient('', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir x.xsd"'),
      {},
    ],
    [
      'blanks around numbers and codes',
      patient('<active value=" true "/><gender value="&#10;female"/>'),
      { active: true, gender: 'female' },
    ],
    ['blanks around text', patient('<name><text value="  Anne "/></name>'), { name: [{ text: '  Anne ' }] }],
    ['an integer with its sign', patient('<multipleBirthInteger value="+2"/>'), { multipleBirthInteger: 2 }],
    [
      'line breaks in a value',
      patient('<name><text value="a&#10;b&#9;c&#13;d\ne"/></name>'),
      { name: [{ text: 'a\nb\tc\rd e' }] },
    ],
    [
      'references',
      patient('<name><text value="&lt;&amp;&gt;&quot;&apos;&#233;&#x1F469;"/></name>'),
      { name: [{ text: '<&>"\'é👩' }] },
    ],
    ['other quotes', patient('<name><text value=\'a "b"\'/></name>'), { name: [{ text: 'a "b"' }] }],
    [
      'the id of an element',
      patient('<name id="n1"><family id="f1" value="x"/></name>'),
      { name: [{ id: 'n1', family: 'x', _family: { id: 'f1' } }] },
    ],
    [
      'an extension in place of a value',
      patient('<birthDate><extension url="urn:x"><valueCode value="unknown"/></extension></birthDate>'),
      { _birthDate: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } },
    ],
    [
      'a list with an extension in place of one value',
      patient(
        '<name><given value="a"/><given><extension url="urn:x"><valueCode value="x"/></extension></given><given value="c"/></name>',
      ),
      { name: [{ given: ['a', null, 'c'], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'x' }] }, null] }] },
    ],
    [
      'a type that is not known here',
      patient('<contained><ValueSet><odd>text</odd></ValueSet></contained>'),
      { contained: [{ resourceType: 'ValueSet' }] },
    ],
    ['a type of nobody', patient('<contained><__proto__ id="x"/></contained>'), { contained: [{ resourceType: '__proto__' }] }],
  ];
  test.each(taken)('%s', async (_title, text, elements) => {
    expect(await xml.read(text)).toEqual({ resourceType: 'Patient', ...elements });
  });

  test.each(['1.50', '0.10', '100.00', '-0', '1e2', '1.0E-3', '12345678901234567.89', '0.000000000000000001'])(
    '%s keeps its digits',
    async (digits) => {
      const text = patient(`<extension url="urn:x"><valueDecimal value="${digits}"/></extension>`);
      const json = JSON.stringify(await xml.read(text));
      expect(json).toContain(`"valueDecimal":${digits}}`);
      expect(xml.write(json, false)).toContain(`<valueDecimal value="${digits}"/>`);
    },
  );
});

describe('the narrative', () => {
  const wrapped = (div: string): string => JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div } });

  test.each([
    `<div xmlns="${xhtml}">\n  <p class='a'  id = "b">é &amp; &#160;&lt;</p><br/><!-- x -->\n</div>`,
    `<div xmlns="${xhtml}" xml:lang="fr"/>`,
    `<div title="a>b xmlns=" xmlns="${xhtml}">x</div>`,
    `<div\n xmlns="${xhtml}"><a href="http://x/?a=1&amp;b=2">x</a></div>`,
  ])('%s: to the last blank', async (div) => {
    const text = xml.write(wrapped(div), false);
    expect(text).toContain(`<status value="generated"/>${div}</text>`);
    expect(await xml.read(text)).toEqual(parseJson(wrapped(div)));
  });

  test.each([
    ['<div>no namespace</div>', `<div xmlns="${xhtml}">no namespace</div>`],
    [`<div xmlns="${xhtml}">5&nbsp;&euro; &eacute;t&eacute; &zzz;</div>`, `<div xmlns="${xhtml}">5\u00a0€ été &amp;zzz;</div>`],
    [`<div xmlns="${xhtml}"><p id="a" id="b">x</p></div>`, `<div xmlns="${xhtml}">  x  </div>`],
    [`<div xmlns="${xhtml}">&#1; \ufffe</div>`, `<div xmlns="${xhtml}"> &amp;#1; \ufffd </div>`],
    [`<div xmlns="${xhtml}">a<!-- -- -->]]></div>`, `<div xmlns="${xhtml}"> a ]]&gt; </div>`],
    ['<div xmlns="urn:x">x</div>', `<div xmlns="${xhtml}"> x </div>`],
    ['no div', `<div xmlns="${xhtml}">no div</div>`],
  ])('%s, which JSON may carry, is XML all the same', async (div, written) => {
    const text = xml.write(wrapped(div), false);
    expect(text).toContain(`<status value="generated"/>${written}</text>`);
    expect(await xml.read(text)).toMatchObject({ text: { div: written } });
  });
});

describe('written text', () => {
  it('is in the order of the definitions, whatever that of the JSON', () => {
    const json =
      '{"gender":"female","_active":{"id":"a"},"resourceType":"Patient","name":[{"given":["b"],"id":"n","family":"a"}],"id":"x","active":true}';
    const body =
      '<id value="x"/><active id="a" value="true"/><name id="n"><family value="a"/><given value="b"/></name><gender value="female"/>';
    expect(xml.write(json, false)).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>${patient(body)}`.replace(
        '<active id="a" value="true"/>',
        '<active value="true" id="a"/>',
      ),
    );
  });

  it('escapes what an attribute would change', async () => {
    const text = '<&>"\'\t\n\r\u00a0\u2028 é👩';
    const written = xml.write(JSON.stringify({ resourceType: 'Patient', name: [{ text }] }), true);
    expect(written).toContain('<text value="&lt;&amp;&gt;&quot;\'&#9;&#10;&#13;\u00a0\u2028 é👩"/>');
    expect(await xml.read(written)).toEqual({ resourceType: 'Patient', name: [{ text }] });
  });

  it('holds no character that XML lacks', async () => {
    const written = xml.write(JSON.stringify({ resourceType: 'Patient', name: [{ text: '\u0001\ufffe\uffff\ud800' }] }), false);
    expect(await xml.read(written)).toEqual({ resourceType: 'Patient', name: [{ text: '\ufffd\ufffd\ufffd\ufffd' }] });
  });

  it('is of what the definitions know alone', () => {
    expect(() => xml.write('{"resourceType":"Patient","odd":1}', false)).toThrow('Patient has no element odd');
    expect(() => xml.write('[]', false)).toThrow('XML is written of a resource');
  });
});

it('leaves others their turn while a large text is read', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await xml.read(patient(`<name><text value="${'x'.repeat(1000)}"/></name>`.repeat(4000)));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
