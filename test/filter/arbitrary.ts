// Generated rows and Filters for the laws of the algebra: few values, so that they meet, and every text that a store might misread.
import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Moments } from '../../src/filter/bind.ts';
import {
  and,
  type Bound,
  element,
  exists,
  type Filter,
  not,
  oneOf,
  or,
  prefix,
  type Scalar,
  within,
} from '../../src/filter/filter.ts';

export const moments: Moments = { now: new Date('2024-03-31T01:30:00Z'), today: new Date('2024-03-30T23:00:00Z') };

const texts = [
  ...[
    '',
    ' ',
    'a',
    'A',
    'ab',
    'abc',
    'a|b',
    'type|34133-9|http://loinc.org',
    'type|34133-9',
    'family|lefevre',
    'family|lefèvre',
    'true',
    '1',
  ],
  ...[
    '$ne',
    '$where',
    '{"$ne":null}',
    'a.b',
    '.*',
    '^a',
    'a$',
    'a\\',
    '\\Qa\\E',
    '[a-z]+',
    '(a|b)',
    'a{2}',
    '(?i)a',
    'a?',
    '#',
    '/a/i',
    '-',
  ],
  ...[
    '\0',
    'a\0b',
    'a\nb',
    'a\r',
    'a\tb',
    '\u2028',
    'é',
    'e\u0301',
    'ß',
    'İ',
    '\ud83d\ude00',
    '\ud83d',
    'a\ude00',
    '\ufffd',
    '\uffee',
    '\u{10ffff}',
    '__proto__',
  ],
];
const instants = [
  ...[
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00.001Z',
    '9999-12-31T23:59:59.999Z',
  ],
  ...[
    '2024-03-30T22:59:59.999Z',
    '2024-03-30T23:00:00Z',
    '2024-03-31T01:30:00Z',
    '2024-03-31T01:30:00.001Z',
    '2022-03-30T22:00:00Z',
  ],
].map((text) => new Date(text));

const anyText = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...texts) }, fc.string({ unit: 'binary', maxLength: 3 }));
const anyInstant = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...instants) }, fc.date({ noInvalidDate: true }));
const anyNumber = fc.oneof(
  fc.constantFrom(0, -0, 1, 1.5, 2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.integer({ min: -3, max: 3 }),
);
const anyStart = fc.oneof(fc.constantFrom('', 'a', 'a|', 'type|', 'family|', '$'), anyText);
const anyPart = fc.oneof(fc.constantFrom('b', 'fe', '|', '4133', 'e', '\n'), anyText);
const anyScalar: fc.Arbitrary<Scalar> = fc.oneof(anyText, anyInstant, anyNumber, fc.boolean());
const anyMoment: fc.Arbitrary<Bound> = fc.record(
  { moment: fc.constantFrom('now', 'today'), months: fc.integer({ min: -24, max: 24 }) },
  { requiredKeys: ['moment'] },
);

const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 });
const often = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 6 });
/** Names whose value is undefined left out: the driver would write null. */
const present = (row: object): JsonObject => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

const anyEnd = often(fc.oneof({ weight: 3, arbitrary: anyInstant }, anyNumber));
const parameter = fc.record({ l: anyEnd, h: anyEnd, u: often(fc.constantFrom('mg', 'g')), x: often(anyText) }).map(present);
const parameters = often(list(fc.oneof({ weight: 9, arbitrary: parameter }, anyText)));
const sortKeys = often(fc.record({ min: anyScalar, max: anyScalar }));

/** A row without its `_id`: the fields of Row, all optional here, and `refs` of mixed types. */
export const anyRow: fc.Arbitrary<JsonObject> = fc
  .record({
    v: often(anyNumber),
    lu: often(anyInstant),
    rec: often(anyText),
    date: often(anyInstant),
    dhi: often(anyInstant),
    tc: often(anyText),
    tcs: often(list(anyText)),
    rd: often(list(anyText)),
    hold: often(fc.oneof({ weight: 5, arbitrary: anyInstant }, fc.constant(null))),
    dep: often(anyScalar),
    line: often(list(anyText)),
    idx: often(list(anyText)),
    refs: often(list(fc.oneof({ weight: 5, arbitrary: anyScalar }, fc.constant(null)))),
    p: often(fc.record({ date: parameters, 'value-quantity': parameters }).map(present)),
    s: often(fc.record({ date: sortKeys }).map(present)),
  })
  .map(present);

/** Fields beside the values that they mostly hold, so that conditions meet rows. */
type Kind = { readonly fields: readonly string[]; readonly value: fc.Arbitrary<Scalar>; readonly bound: fc.Arbitrary<Bound> };

const rowKinds: readonly Kind[] = [
  { fields: ['rec', 'tc', 'tcs', 'rd', 'line', 'idx', 'refs', 'dep', 'p.date.x', 's.date.min'], value: anyText, bound: anyText },
  { fields: ['lu', 'date', 'dhi', 'hold', 'p.date.l', 's.date.max'], value: anyInstant, bound: fc.oneof(anyInstant, anyMoment) },
  { fields: ['v', 'refs', 'p.value-quantity.h', 'dep'], value: anyNumber, bound: anyNumber },
  { fields: ['rec', 'v', 'date', 'rd', 'refs', 'dep', 's.date.min'], value: anyScalar, bound: fc.oneof(anyScalar, anyMoment) },
  {
    fields: ['p', 's', 'p.date', 's.date', 'absent', 'constructor', 'rec.length', 's.toString'],
    value: anyScalar,
    bound: anyScalar,
  },
];
const subRowKinds: readonly Kind[] = [
  { fields: ['l', 'h'], value: anyInstant, bound: fc.oneof(anyInstant, anyMoment) },
  { fields: ['l', 'h'], value: anyNumber, bound: anyNumber },
  { fields: ['x', 'u'], value: anyText, bound: anyText },
  { fields: ['l', 'x', 'absent'], value: anyScalar, bound: anyScalar },
];

function boundsOf(bound: fc.Arbitrary<Bound>): fc.Arbitrary<{ gt?: Bound; gte?: Bound; lt?: Bound; lte?: Bound }> {
  const comparison = fc.constantFrom('gt', 'gte', 'lt', 'lte');
  return fc.array(fc.tuple(comparison, bound), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs));
}

function conditions({ fields, value, bound }: Kind): fc.Arbitrary<Filter> {
  const field = fc.constantFrom(...fields);
  return fc.oneof(
    fc.record({ op: fc.constant('equals'), field, value }),
    fc.record({ op: fc.constant('in'), field, values: fc.array(value, { maxLength: 6 }) }),
    fc.record({ op: fc.constant('prefix'), field, start: anyStart, part: anyPart }, { requiredKeys: ['op', 'field', 'start'] }),
    fc.tuple(field, boundsOf(bound)).map(([name, ends]): Filter => ({ op: 'range', field: name, ...ends })),
    fc.record({ op: fc.constant('exists'), field }),
    fc.record({ op: fc.constant('within'), field, values: fc.array(value, { maxLength: 20, size: 'max' }) }),
  );
}

const constants: readonly Filter[] = [{ op: 'all' }, { op: 'none' }, { op: 'and', of: [] }, { op: 'or', of: [] }];

function filters(kinds: readonly Kind[], more: readonly fc.Arbitrary<Filter>[]): fc.Arbitrary<Filter> {
  const leaf = fc.oneof(...kinds.map(conditions), ...kinds.map(conditions), ...more, fc.constantFrom<Filter>(...constants));
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      {
        weight: 2,
        arbitrary: fc.record({ op: fc.constant('and'), of: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('or'), of: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('not'), of: tie('filter') }) },
    ),
  })).filter;
}

const arrays = fc.constantFrom('p.date', 'p.value-quantity', 'refs', 's.date', 'absent');
const elements: fc.Arbitrary<Filter> = fc.record({ op: fc.constant('element'), field: arrays, of: filters(subRowKinds, []) });

/** Any Filter that the type allows, empty lists and ranges too, not only what the constructors make. */
export const anyFilter: fc.Arbitrary<Filter> = filters(rowKinds, [elements, elements]);

/** The same Filter made by the constructors, with their simplifications. */
export function rebuilt(filter: Filter): Filter {
  switch (filter.op) {
    case 'and':
      return and(...filter.of.map(rebuilt));
    case 'or':
      return or(...filter.of.map(rebuilt));
    case 'not':
      return not(rebuilt(filter.of));
    case 'in':
      return oneOf(filter.field, filter.values);
    case 'prefix':
      return prefix(filter.field, filter.start, filter.part);
    case 'exists':
      return exists(filter.field);
    case 'within':
      return within(filter.field, filter.values);
    case 'element':
      return element(filter.field, rebuilt(filter.of));
    default:
      return filter;
  }
}
