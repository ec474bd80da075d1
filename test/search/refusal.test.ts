import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal, toOutcome } from '../../src/fhir/outcome.ts';
import { assertSearchable } from '../../src/search/index-of.ts';
import type { Parameters } from '../../src/search/query.ts';
import { resolveSearch } from '../../src/search/resolve.ts';
import { among, conformance, meets, parametersOf, parse, rowOf } from './world.ts';

function refusal(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('accepted');
}

const long = 'x'.repeat(4001);

const tooDeep = `http.${'related:DocumentReference.'.repeat(9)}type`;

describe('refusals', () => {
  test.each([
    ['nothing=1', 'unknown-parameter', 'http.nothing'],
    ['__proto__=1', 'unknown-parameter', 'http.__proto__'],
    ['constructor=1', 'unknown-parameter', 'http.constructor'],
    ['toString.valueOf=1', 'unknown-parameter', 'http.toString.valueOf'],
    ['type:__proto__=1', 'bad-parameter', 'http.type:__proto__'],
    ['type[$ne]=1', 'unknown-parameter', 'http.type[$ne]'],
    ['type:=1', 'bad-parameter', 'http.type:'],
    [':not=1', 'unknown-parameter', 'http.:not'],
    ['type:exact=1', 'bad-parameter', 'http.type:exact'],
    ['type:not:not=1', 'bad-parameter', 'http.type:not:not'],
    ['author:not=1', 'bad-parameter', 'http.author:not'],
    ['patient:not=k1', 'bad-parameter', 'http.patient:not'],
    ['date:not=2020', 'bad-parameter', 'http.date:not'],
    ['author:Immunization=1', 'bad-parameter', 'http.author:Immunization'],
    ['location=x', 'unknown-parameter', 'http.location'],
    ['_has:Patient:x:y=1', 'unknown-parameter', 'http._has:Patient:x:y'],
    ['_filter=x', 'unknown-parameter', 'http._filter'],
    ['_tag=x', 'unknown-parameter', 'http._tag'],
    ['_id:exact=x', 'bad-parameter', 'http._id:exact'],
    ['_lastUpdated:not=2020', 'bad-parameter', 'http._lastUpdated:not'],
    ['type:of-type=a|b', 'bad-parameter', 'http.type:of-type'],
    ['type:of-type=a||c', 'bad-parameter', 'http.type:of-type'],
    ['type:of-type=a|b|c|d', 'bad-parameter', 'http.type:of-type'],
    ['type:in=http://nowhere.example/ValueSet/x', 'bad-parameter', 'http.type:in'],
    ['type:below=http://nowhere.example|x', 'bad-parameter', 'http.type:below'],
    ['type:above=x', 'bad-parameter', 'http.type:above'],
    ['type:below=|x', 'bad-parameter', 'http.type:below'],
    ['type:below=http://nowhere.example|', 'bad-parameter', 'http.type:below'],
    ['description=-', 'bad-parameter', 'http.description'],
    ['description:text=...', 'bad-parameter', 'http.description:text'],
    ['description:not=x', 'bad-parameter', 'http.description:not'],
    ['patient=Patient/k1/_history/1', 'bad-parameter', 'http.patient'],
    ['_elements=nothing', 'unknown-parameter', 'http._elements'],
    ['_elements=', 'unknown-parameter', 'http._elements'],
    ['_elements=id,', 'unknown-parameter', 'http._elements'],
    ['_elements=toString', 'unknown-parameter', 'http._elements'],
    ['_elements=content.attachment', 'unknown-parameter', 'http._elements'],
    ['_elements=Patient.content', 'unknown-parameter', 'http._elements'],
    ['_elements=Robot.id', 'unknown-parameter', 'http._elements'],
    ['_elements=id&_elements=type', 'bad-parameter', 'http._elements'],
    ['_elements=id&_summary=true', 'bad-parameter', 'http._elements'],
    ['_elements=id&_summary=count', 'bad-parameter', 'http._elements'],
    ['_summary=all', 'unknown-parameter', 'http._summary'],
    ['_summary=', 'unknown-parameter', 'http._summary'],
    ['_summary=true&_summary=true', 'bad-parameter', 'http._summary'],
    ['_summary=text&_include=DocumentReference:author', 'bad-parameter', 'http._summary'],
    ['_sort=nothing', 'unknown-parameter', 'http._sort'],
    ['_sort=location', 'unknown-parameter', 'http._sort'],
    ['_include=*', 'unknown-parameter', 'http._include'],
    ['_include=DocumentReference:related', 'unknown-parameter', 'http._include'],
    ['_include=DocumentReference:*', 'unknown-parameter', 'http._include'],
    ['_include=DocumentReference', 'unknown-parameter', 'http._include'],
    ['_include=DocumentReference:author:Practitioner:x', 'unknown-parameter', 'http._include'],
    ['_include:iterate=DocumentReference:related', 'unknown-parameter', 'http._include:iterate'],
    ['_include:recurse=DocumentReference:author', 'unknown-parameter', 'http._include:recurse'],
    ['_include:=DocumentReference:author', 'unknown-parameter', 'http._include:'],
    ['_includes=DocumentReference:author', 'unknown-parameter', 'http._includes'],
    ['_revinclude=DocumentReference:author', 'unknown-parameter', 'http._revinclude'],
    ['type.name=x', 'unknown-parameter', 'http.type.name'],
    ['author:Practitioner.nothing=x', 'unknown-parameter', 'http.author:Practitioner.nothing'],
    ['patient.general-practitioner.identifier=x', 'bad-parameter', 'http.patient.general-practitioner.identifier'],
    ['patient.general-practitioner.nothing=x', 'unknown-parameter', 'http.patient.general-practitioner.nothing'],
    ['patient.general-practitioner:Device.name=x', 'unknown-parameter', 'http.patient.general-practitioner:Device.name'],
    ['patient.name.name=x', 'unknown-parameter', 'http.patient.name.name'],
    ['patient..name=x', 'unknown-parameter', 'http.patient..name'],
    ['patient.=x', 'unknown-parameter', 'http.patient.'],
    ['patient.name:nothing=x', 'bad-parameter', 'http.patient.name:nothing'],
    ['patient:Patient:Patient.name=x', 'bad-parameter', 'http.patient:Patient:Patient.name'],
    ['_has=x', 'unknown-parameter', 'http._has'],
    ['_has:=x', 'unknown-parameter', 'http._has:'],
    ['_has:DocumentReference=x', 'unknown-parameter', 'http._has:DocumentReference'],
    ['_has:DocumentReference:related=x', 'unknown-parameter', 'http._has:DocumentReference:related'],
    ['_has:DocumentReference:related:=x', 'unknown-parameter', 'http._has:DocumentReference:related:'],
    ['_has:DocumentReference:author:type=x', 'unknown-parameter', 'http._has:DocumentReference:author:type'],
    ['_has:DocumentReference:type:type=x', 'unknown-parameter', 'http._has:DocumentReference:type:type'],
    ['_has:Robot:related:type=x', 'unknown-parameter', 'http._has:Robot:related:type'],
    ['_has:__proto__:related:type=x', 'unknown-parameter', 'http._has:__proto__:related:type'],
    ['_has:DocumentReference:related:nothing=x', 'unknown-parameter', 'http._has:DocumentReference:related:nothing'],
    ['_has.patient=x', 'unknown-parameter', 'http._has.patient'],
    [`${'related:DocumentReference.'.repeat(8)}related:DocumentReference.type=x`, 'too-costly', tooDeep],
    [
      `${'_has:DocumentReference:related:'.repeat(9)}type=x`,
      'too-costly',
      `http.${'_has:DocumentReference:related:'.repeat(9)}type`,
    ],
    [`${'x'.repeat(513)}=x`, 'too-costly', `http.${'x'.repeat(64)}`],
    ['author.identifier=x', 'bad-parameter', 'http.author.identifier'],
    ['type=', 'bad-parameter', 'http.type'],
    ['type=a,,b', 'bad-parameter', 'http.type'],
    ['type=|', 'bad-parameter', 'http.type'],
    ['type=a|b|c', 'bad-parameter', 'http.type'],
    ['type=a\\', 'bad-parameter', 'http.type'],
    ['type=a\\b', 'bad-parameter', 'http.type'],
    ['type=\u0000', 'bad-parameter', 'http.type'],
    ['type=\ud800', 'bad-parameter', 'http.type'],
    ['type:missing=maybe', 'bad-parameter', 'http.type:missing'],
    ['type:missing=true,false', 'bad-parameter', 'http.type:missing'],
    ['description=\u0301', 'bad-parameter', 'http.description'],
    ['date=yesterday', 'bad-parameter', 'http.date'],
    ['date=2026-02-30', 'bad-parameter', 'http.date'],
    ['date=xx2026', 'bad-parameter', 'http.date'],
    ['patient.birthdate=never', 'bad-parameter', 'http.patient.birthdate'],
    ['author=a b', 'bad-parameter', 'http.author'],
    ['related=1', 'bad-parameter', 'http.related'],
    ['_count=-1', 'bad-parameter', 'http._count'],
    ['_count=ten', 'bad-parameter', 'http._count'],
    ['_count=1&_count=2', 'bad-parameter', 'http._count'],
    ['_total=some', 'bad-parameter', 'http._total'],
    ['_include=DocumentReference:author:Immunization', 'bad-parameter', 'http._include'],
    [`type=${long}`, 'too-costly', 'http.type'],
    [`type=${Array.from({ length: 201 }, (_, i) => i).join(',')}`, 'too-costly', 'http.type'],
    [`_sort=${Array.from({ length: 9 }, () => 'date').join(',')}`, 'too-costly', 'http._sort'],
  ])('%s: %s at %s', (search, reason, expression) => {
    const refused = refusal(() => parse('DocumentReference', parametersOf(search)));
    expect(refused.reason).toBe(reason);
    expect(toOutcome(refused).issue[0]?.expression).toEqual([expression]);
  });

  test('more than 32 links', () => {
    const eight = [`${'patient._has:DocumentReference:patient:'.repeat(4)}type`, 'x'] as const;
    expect(
      parse(
        'DocumentReference',
        Array.from({ length: 4 }, () => eight),
      ).conditions,
    ).toHaveLength(4);
    expect(
      refusal(() =>
        parse(
          'DocumentReference',
          Array.from({ length: 5 }, () => eight),
        ),
      ).reason,
    ).toBe('too-costly');
  });

  test('more than 100,000 characters of values', () => {
    const values = (last: string): Parameters =>
      Array.from({ length: 26 }, (_, at) => ['type', at < 25 ? 'x'.repeat(4000) : last] as const);
    expect(refusal(() => parse('DocumentReference', values('x'))).reason).toBe('too-costly');
    expect(() => parse('DocumentReference', values('x').slice(1))).not.toThrow();
  });

  test('more than 64 parameters, and a type that is not there', () => {
    const many = Array.from({ length: 65 }, () => ['type', 'x'] as const);
    expect(refusal(() => parse('DocumentReference', many)).reason).toBe('too-costly');
    expect(refusal(() => parse('__proto__', [])).reason).toBe('unknown-type');
  });

  test('lenient leaves out what is unknown and nothing else', () => {
    const sent = parametersOf('nothing=1&type=a&_sort=nothing&_include=*');
    const query = parse('DocumentReference', sent, { lenient: true });
    expect(query.applied).toEqual([['type', 'a']]);
    expect(query.conditions).toHaveLength(1);
    expect(() => parse('DocumentReference', [['date', 'x']], { lenient: true })).toThrow(Refusal);
    expect(() => parse('DocumentReference', [['type:exact', 'b']], { lenient: true })).toThrow(Refusal);
  });
});

describe('robustness', () => {
  const names = [
    'type',
    'date',
    'author',
    'patient',
    'description',
    'identifier',
    '_id',
    '_sort',
    '_count',
    '_include',
    '_lastUpdated',
    'patient.name',
    '_has:DocumentReference:related:type',
    'related:DocumentReference._has:DocumentReference:related:author',
    'patient.general-practitioner:Practitioner',
  ];
  const modifiers = [
    '',
    ':missing',
    ':not',
    ':exact',
    ':contains',
    ':identifier',
    ':text',
    ':in',
    ':not-in',
    ':above',
    ':below',
    ':of-type',
    ':Practitioner',
    ':__proto__',
    '.name',
    '.',
    ':',
  ];
  const name = fc.oneof(
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...modifiers)).map(([head, tail]) => head + tail),
    fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toString', ''),
    fc.string(),
  );
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a-z0-9|,\\$:/-]{0,12}$/),
    fc.constantFrom('true', 'gt2026', '$ne', '{"$ne":1}'),
  );

  test('nothing but a Refusal is thrown, and what is accepted can be asked of a row', async () => {
    const reachable = { ...among([]), rows: async () => ['k1'] };
    const row = rowOf({ resourceType: 'DocumentReference', id: 'd1', subject: { reference: 'Patient/k1' } }, { rec: 'k1' });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), fc.boolean(), async (parameters, lenient) => {
        try {
          meets(await resolveSearch(parse('DocumentReference', parameters, { lenient }), reachable), row);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('an undeclared kind of parameter stops the start', () => {
    expect(() => assertSearchable(conformance)).toThrow('DocumentReference.location: no search by special');
  });
});
