import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
import { isObject, parseJson } from '../../src/fhir/json.ts';
import { conformance, document, patient } from './example.ts';

function faults(resource: JsonObject): readonly string[] {
  return conformance.validate(resource, 'base').map(({ code, expression }) => `${code} ${expression}`);
}

function parsed(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new TypeError('not an object');
  return value;
}

const contained = (resource: JsonObject, reference = '#a'): JsonObject => ({
  ...document,
  contained: [resource],
  author: [{ reference }],
});
const practitioner: JsonObject = { resourceType: 'Practitioner', id: 'a', name: [{ family: 'Martin' }] };
const narrative = (div: string): JsonObject => ({ ...patient, text: { status: 'generated', div } });
const xmlns = 'xmlns="http://www.w3.org/1999/xhtml"';
const extended = (extension: JsonObject): JsonObject => ({ ...patient, extension: [extension] });
const deep = (levels: number): JsonObject => ({
  url: 'u',
  ...(levels === 0 ? { valueBoolean: true } : { extension: [deep(levels - 1)] }),
});
const claim: JsonObject = {
  resourceType: 'Claim',
  status: 'active',
  type: { text: 'pharmacy' },
  use: 'claim',
  patient: { reference: 'Patient/abc' },
  created: '2026-11-20',
  provider: { display: 'Officine' },
  priority: { text: 'normal' },
  insurance: [{ sequence: 1, focal: true, coverage: { display: 'Régime général' } }],
};

const valid: readonly (readonly [string, JsonObject])[] = [
  ['a patient', patient],
  ['a document', document],
  ['a claim', claim],
  [
    'a primitive with an extension alone',
    { ...patient, birthDate: undefined, _birthDate: { extension: [{ url: 'u', valueCode: 'unknown' }] } },
  ],
  [
    'null where an extension stands beside',
    { ...patient, name: [{ given: ['A', null], _given: [null, { extension: [{ url: 'u', valueCode: 'unknown' }] }] }] },
  ],
  ['a choice', { ...patient, deceasedDateTime: '2024-02-29T10:00:00Z' }],
  ['a choice with its extension', { ...patient, deceasedBoolean: true, _deceasedBoolean: { id: 'd' } }],
  ['a contained author', contained(practitioner)],
  ['an absolute reference', { ...document, author: [{ reference: 'https://other.example/fhir/Practitioner/1' }] }],
  ['a version of a reference', { ...document, author: [{ reference: 'Practitioner/1/_history/2' }] }],
  [
    'a mime type with a parameter',
    { ...document, content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: 'AAAA' } }] },
  ],
  [
    'a narrative',
    narrative(`<div ${xmlns}><p class="a">a &lt; b &amp; <a href="https://x.example">c</a><br/></p><!-- n --></div>`),
  ],
  [
    'digits kept',
    parsed(
      '{"resourceType":"Claim","status":"active","type":{"text":"p"},"use":"claim","patient":{"reference":"Patient/1"},"created":"2026","provider":{"display":"x"},"priority":{"text":"n"},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":"x"}}],"total":{"value":12.50,"currency":"EUR"}}',
    ),
  ],
].map(([name, resource]) => [name as string, JSON.parse(JSON.stringify(resource)) as JsonObject]);

const invalid: readonly (readonly [string, JsonObject, string])[] = [
  ['no type', {}, 'structure resourceType'],
  ['an unknown type', { resourceType: '__proto__' }, 'structure resourceType'],
  ['a type without definitions', { resourceType: 'TestScript' }, 'not-supported resourceType'],
  ['an unknown element', { ...patient, colour: 'red' }, 'structure Patient.colour'],
  ['a prototype name', parsed('{"resourceType":"Patient","__proto__":{"a":1}}'), 'structure Patient.__proto__'],
  ['constructor', { ...patient, constructor: 'x' }, 'structure Patient.constructor'],
  ['an odd name is not repeated', { ...patient, 'a b': 1 }, 'structure Patient'],
  ['a missing element', { ...document, status: undefined }, 'required DocumentReference.status'],
  ['a missing nested element', { ...document, content: [{}] }, 'structure DocumentReference.content[0]'],
  ['an array for one', { ...patient, gender: ['male'] }, 'structure Patient.gender'],
  ['one for an array', { ...patient, name: { family: 'A' } }, 'structure Patient.name'],
  ['an empty array', { ...patient, name: [] }, 'structure Patient.name'],
  ['an empty object', { ...patient, maritalStatus: {} }, 'structure Patient.maritalStatus'],
  ['an empty string', { ...patient, name: [{ family: '' }] }, 'value Patient.name[0].family'],
  ['null', { ...patient, birthDate: null }, 'value Patient.birthDate'],
  ['null alone in an array', { ...patient, name: [{ given: ['A', null] }] }, 'value Patient.name[0].given[1]'],
  [
    'siblings of two lengths',
    { ...patient, name: [{ given: ['A'], _given: [null, { id: 'x' }] }] },
    'structure Patient.name[0].given',
  ],
  ['a sibling of an object', { ...patient, _name: [{ id: 'x' }] }, 'structure Patient._name'],
  ['a value in a sibling', { ...patient, _birthDate: { value: 'x' } }, 'structure Patient.birthDate.value'],
  ['a text for a boolean', { ...patient, active: 'true' }, 'value Patient.active'],
  ['a day that does not exist', { ...patient, birthDate: '2023-02-29' }, 'value Patient.birthDate'],
  ['a time without zone', { ...patient, deceasedDateTime: '2023-02-28T10:00:00' }, 'value Patient.deceasedDateTime'],
  ['an instant without time', { ...document, date: '2026-01-01' }, 'value DocumentReference.date'],
  ['a control character', { ...patient, name: [{ family: 'a\u0000' }] }, 'value Patient.name[0].family'],
  ['half a surrogate pair', { ...patient, name: [{ family: '\ud800' }] }, 'value Patient.name[0].family'],
  ['more than 1 MB', { ...patient, name: [{ family: 'a'.repeat(1_048_577) }] }, 'value Patient.name[0].family'],
  ['an id with a slash', { ...patient, id: 'a/b' }, 'value Patient.id'],
  ['zero as a positive integer', { ...patient, telecom: [{ rank: 0 }] }, 'value Patient.telecom[0].rank'],
  ['an integer written as a decimal', { ...patient, multipleBirthInteger: 1.5 }, 'value Patient.multipleBirthInteger'],
  ['1.0 as an integer', parsed('{"resourceType":"Patient","multipleBirthInteger":1.0}'), 'value Patient.multipleBirthInteger'],
  [
    'base64 of a wrong length',
    { ...document, content: [{ attachment: { contentType: 'a/b', hash: 'abc' } }] },
    'value DocumentReference.content[0].attachment.hash',
  ],
  ['a url with a space', { ...document, implicitRules: 'a b' }, 'value DocumentReference.implicitRules'],
  ['two of a choice', { ...patient, deceasedBoolean: true, deceasedDateTime: '2020' }, 'structure Patient.deceasedDateTime'],
  ['a type that the choice lacks', { ...patient, deceasedString: 'x' }, 'structure Patient.deceasedString'],
  ['a code outside its value set', { ...patient, gender: 'm' }, 'code-invalid Patient.gender'],
  ['Object.prototype as a code', { ...patient, gender: 'toString' }, 'code-invalid Patient.gender'],
  [
    'a mime type without form',
    { ...document, content: [{ attachment: { contentType: 'pdf' } }] },
    'code-invalid DocumentReference.content[0].attachment.contentType',
  ],
  [
    'a concept outside its value set',
    {
      resourceType: 'AllergyIntolerance',
      patient: { reference: 'Patient/a' },
      clinicalStatus: { coding: [{ system: 'x', code: 'active' }] },
    },
    'code-invalid AllergyIntolerance.clinicalStatus',
  ],
  ['a reference in words', { ...document, author: [{ reference: 'the doctor' }] }, 'value DocumentReference.author[0].reference'],
  ['a reference to no type', { ...document, author: [{ reference: 'Doctor/1' }] }, 'value DocumentReference.author[0].reference'],
  [
    'a reference to a wrong type',
    { ...document, author: [{ reference: 'Claim/1' }] },
    'value DocumentReference.author[0].reference',
  ],
  [
    'a search for a reference',
    { ...document, author: [{ reference: 'Practitioner?identifier=x' }] },
    'value DocumentReference.author[0].reference',
  ],
  ['a fragment of nothing', { ...document, author: [{ reference: '#b' }] }, 'value DocumentReference.author[0].reference'],
  [
    'a contained resource that nothing refers to',
    { ...document, contained: [practitioner] },
    'invariant DocumentReference.contained[0]',
  ],
  [
    'a contained resource of a wrong type',
    contained({ resourceType: 'Coverage', id: 'a', status: 'active', beneficiary: { display: 'x' }, payor: [{ display: 'y' }] }),
    'value DocumentReference.author[0].reference',
  ],
  [
    'a null with an id alone beside it',
    { ...patient, name: [{ given: ['A', null], _given: [null, { id: 'x' }] }] },
    'invariant Patient.name[0].given[1]',
  ],
  ['an id alone', { ...patient, name: [{ id: 'x' }] }, 'invariant Patient.name[0]'],
  [
    'a fault in a contained resource',
    contained({ ...practitioner, colour: 1 }),
    'structure DocumentReference.contained[0].colour',
  ],
  [
    'a contained resource of an unknown type',
    contained({ resourceType: 'Doctor', id: 'a' }),
    'structure DocumentReference.contained[0]',
  ],
  [
    'a contained resource without definitions',
    { ...document, contained: [{ resourceType: 'TestScript', id: 'a' }], extension: [{ url: 'u', valueUri: '#a' }] },
    'not-supported DocumentReference.contained[0]',
  ],
  [
    'a contained resource without id',
    { ...document, contained: [{ resourceType: 'Practitioner', active: true }] },
    'required DocumentReference.contained[0].id',
  ],
  [
    'a label on a contained resource',
    contained({ ...practitioner, meta: { security: [{ code: 'R' }] } }),
    'structure DocumentReference.contained[0].meta.security',
  ],
  ['an extension without url', extended({ valueString: 'x' }), 'required Patient.extension[0].url'],
  ['an extension without value', extended({ url: 'u' }), 'invariant Patient.extension[0]'],
  [
    'an extension with value and extensions',
    extended({ url: 'u', valueString: 'x', extension: [deep(0)] }),
    'invariant Patient.extension[0]',
  ],
  [
    'an extension with two values',
    extended({ url: 'u', valueString: 'x', valueCode: 'x' }),
    'structure Patient.extension[0].valueCode',
  ],
  ['a script', narrative(`<div ${xmlns}><script>1</script></div>`), 'value Patient.text.div'],
  ['an event handler', narrative(`<div ${xmlns}><p onclick="x()">a</p></div>`), 'value Patient.text.div'],
  ['a javascript address', narrative(`<div ${xmlns}><a href=" javascript:x()">a</a></div>`), 'value Patient.text.div'],
  ['a tag left open', narrative(`<div ${xmlns}><p>a</div>`), 'value Patient.text.div'],
  ['two divs', narrative('<div>a</div><div>b</div>'), 'value Patient.text.div'],
  [
    'an R4 invariant: end before start',
    { ...patient, name: [{ family: 'A', period: { start: '2020-01-02', end: '2020-01-01' } }] },
    'invariant Patient.name[0].period',
  ],
  [
    'an R4 invariant: a Consent without policy',
    { resourceType: 'Consent', status: 'active', scope: { text: 's' }, category: [{ text: 'c' }] },
    'invariant Consent',
  ],
];

describe('R4 structure', () => {
  test.each(valid)('accepts %s', (_name, resource) => {
    expect(faults(resource)).toEqual([]);
  });

  test.each(invalid)('refuses %s', (_name, resource, expected) => {
    const defined = Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== undefined));
    expect(faults(defined)).toEqual([expected]);
  });

  test('a nested array is no value', () => {
    expect(faults({ ...patient, name: [{ given: [['A']] }] })).toEqual(['value Patient.name[0].given[0]']);
  });

  test('depth is bounded', () => {
    expect(faults(extended(deep(25)))).toEqual([]);
    expect(faults(extended(deep(5000)))[0]).toMatch(/^too-long /);
  });

  test('at most twenty faults are reported', () => {
    expect(faults({ ...patient, name: Array.from({ length: 100 }, () => ({ family: '' })) })).toHaveLength(20);
  });

  test('never throws, whatever the JSON', () => {
    const types = fc.constantFrom('Patient', 'Consent', 'DocumentReference', 'Claim', 'Binary');
    const names = fc.constantFrom(
      'name',
      'meta',
      'provision',
      'content',
      'contained',
      'extension',
      '_status',
      'status',
      '__proto__',
      'category',
    );
    const node = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), tie('object'), fc.array(tie('object'), { maxLength: 3 })),
      object: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(types, node.object, fc.constantFrom('base' as const, 'national' as const), (resourceType, parts, rules) => {
        const found = conformance.validate({ ...(parts as JsonObject), resourceType }, rules);
        expect(found.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 300 },
    );
  });
});
