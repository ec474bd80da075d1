// The envelope of what points: the strictest of all it points at, never hidden from its own depositor; and what it points at.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pointingEnvelope, pointsAt, type Target } from '../../src/access/pointing.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { categoriesOf, pointing, strictest, uncategorised } from '../../src/filter/envelope.ts';
import type { Envelope, Row } from '../../src/filter/row.ts';
import { visibility } from '../resources.ts';

const key = 'abcdefghijkmn';
const id = (letter: string): string => `${key}-${letter.repeat(13)}`;
const base = 'https://carnet.example/fhir';
const readers = ['PS', 'REP', 'REL'];

const envelope: fc.Arbitrary<Envelope> = fc
  .tuple(
    fc.subarray(readers),
    fc.constantFrom('s:1', 's:2', 'p:1'),
    fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    fc.constantFrom<Pick<Envelope, 'tc' | 'tcs'>>(
      {},
      { tc: 'A' },
      { tc: 'B' },
      { tcs: ['A', 'B'] },
      { tcs: ['List'] },
      { tcs: ['List', 'C'] },
    ),
  )
  .map(([open, dep, day, category]) => ({
    rd: [dep, 'PCP', 'PAT', ...open],
    ...(day === undefined ? {} : { hold: new Date(Date.UTC(2026, 0, day)) }),
    ...category,
  }));

const labelled = (...codes: readonly string[]): JsonObject => ({ security: codes.map((code) => ({ system: visibility, code })) });
const made = new Date('2026-01-31T12:00:00Z');
const row: Row = {
  _id: id('a'),
  v: 1,
  lu: made,
  rec: key,
  date: made,
  dhi: made,
  made,
  dep: 's:1',
  rd: [],
  n: 0,
  line: [],
  idx: [],
  p: {},
  s: {},
  j: '',
};
const categoryOf = ({ resourceType, type }: JsonObject): string | undefined =>
  resourceType === 'Observation' ? 'lab' : resourceType === 'Composition' && typeof type === 'string' ? type : undefined;
const target = (type: string, of: Envelope): Target => ({ type, row: { _id: id('b'), dep: 's:1', ...of } });

describe('the strictest', () => {
  test('a further target only takes away, in any order, and twice is once', () => {
    fc.assert(
      fc.property(envelope, fc.array(envelope, { maxLength: 5 }), envelope, (own, targets, more) => {
        const less = pointing(own, targets);
        const all = pointing(own, [...targets, more]);
        for (const reader of readers) if (all.rd.includes(reader)) expect(less.rd).toContain(reader);
        expect((all.hold?.getTime() ?? 0) >= (less.hold?.getTime() ?? 0)).toBe(true);
        expect(all.tcs).toEqual(expect.arrayContaining([...(less.tcs ?? [])]));
        const sets = ({ rd, hold, tcs }: Envelope): unknown => [rd.toSorted(), hold, tcs?.toSorted()];
        expect(sets(pointing(own, [more, ...targets.toReversed(), more]))).toEqual(sets(all));
      }),
    );
  });

  test('every category counts, a missing one as uncategorised; every label and hold', () => {
    fc.assert(
      fc.property(envelope, fc.array(envelope, { maxLength: 5 }), (own, targets) => {
        const { rd, hold, tcs = [] } = pointing(own, targets);
        for (const one of [own, ...targets]) {
          expect(tcs).toEqual(expect.arrayContaining([...categoriesOf(one)]));
          for (const reader of readers) if (!one.rd.includes(reader)) expect(rd).not.toContain(reader);
          if (one.hold) expect((hold?.getTime() ?? 0) >= one.hold.getTime()).toBe(true);
        }
      }),
    );
  });

  test('its own depositor, the holder and the médecin traitant stay', () => {
    fc.assert(
      fc.property(envelope, fc.array(envelope, { maxLength: 5 }), (own, targets) => {
        const [dep = ''] = own.rd;
        expect(pointing(own, targets).rd).toEqual(expect.arrayContaining([dep, 'PCP', 'PAT']));
        expect(targets.reduce((one, other) => strictest(one, other), own).rd).toContain(dep);
      }),
    );
  });
});

describe('the envelope of a row', () => {
  const open: Envelope = { rd: ['s:2', 'PCP', 'PAT', 'REP', 'PS', 'REL'], tc: 'A' };
  const composition = { resourceType: 'Composition', type: '34133-9' };
  const list = { resourceType: 'List' };
  const bundle = (...resources: readonly JsonObject[]): JsonObject => ({
    resourceType: 'Bundle',
    entry: resources.map((resource) => ({ resource })),
  });

  test.each<[what: string, resource: JsonObject, targets: readonly Target[], tcs: readonly string[]]>([
    ['a List of nothing', list, [], ['List']],
    ['a List of a document', list, [target('DocumentReference', open)], ['List', 'A']],
    ['a List of a List', list, [target('List', { ...open, tcs: ['List', 'C'] })], ['List', 'C']],
    ['a List of what has no category', list, [target('DocumentReference', { rd: open.rd })], ['List', uncategorised]],
    ['a List of a person', list, [target('RelatedPerson', { rd: open.rd })], ['List']],
    ['a List that contains a result', { ...list, contained: [{ resourceType: 'Observation' }] }, [], ['List', 'lab']],
    ['a List that contains its author', { ...list, contained: [{ resourceType: 'Practitioner' }] }, [], ['List']],
    ['a Composition', composition, [], ['Composition', '34133-9']],
    ['a Composition of unknown type', { resourceType: 'Composition' }, [], ['Composition', uncategorised]],
    ['a document', bundle(composition), [], ['Bundle', 'Composition', '34133-9']],
    [
      'a document with a result',
      bundle(composition, { resourceType: 'Observation' }),
      [],
      ['Bundle', 'Composition', '34133-9', 'lab'],
    ],
    [
      'a document with a plan',
      bundle(composition, { resourceType: 'CarePlan' }),
      [],
      ['Bundle', 'Composition', '34133-9', uncategorised],
    ],
    [
      'a document with a patient’s device',
      bundle(composition, { resourceType: 'Device', patient: {} }),
      [],
      ['Bundle', 'Composition', '34133-9', uncategorised],
    ],
    [
      'a document with people and things',
      bundle(composition, { resourceType: 'Patient' }, { resourceType: 'Organization' }, { resourceType: 'Device' }),
      [],
      ['Bundle', 'Composition', '34133-9'],
    ],
    ['a document in a document', bundle(bundle({ resourceType: 'Observation' })), [], ['Bundle', 'lab']],
  ])('%s', (_what, resource, targets, tcs) => {
    const found = pointingEnvelope({ categoryOf }, { row, resource, targets });
    expect(found.tcs?.toSorted()).toEqual(tcs.toSorted());
    expect(found.rd).toEqual(['s:1', 'PCP', 'PAT', 'REP', 'PS', 'REL']);
    expect(found.refs).toEqual(targets.map(({ type }) => `${type}/${id('b')}`));
    expect(found.own.tcs).toEqual(pointingEnvelope({ categoryOf }, { row, resource, targets: [] }).tcs);
  });

  test.each<[what: string, resource: JsonObject, gone: readonly string[]]>([
    ['its own label', { ...list, meta: labelled('MASQUE_PS') }, ['PS', 'REL']],
    [
      'a label inside',
      bundle(composition, { resourceType: 'Observation', meta: labelled('INVISIBLE_REPRESENTANTS_LEGAUX') }),
      ['REP', 'REL'],
    ],
    ['a label deep inside', bundle(bundle({ resourceType: 'Observation', meta: labelled('MASQUE_PS') })), ['PS', 'REL']],
  ])('%s', (_what, resource, gone) => {
    const { rd } = pointingEnvelope({ categoryOf }, { row, resource, targets: [] });
    expect(readers.filter((reader) => !rd.includes(reader)).toSorted()).toEqual(gone.toSorted());
  });

  test('a hold inside runs one calendar month from the deposit', () => {
    const resource = bundle({ resourceType: 'Observation', meta: labelled('INVISIBLE_PATIENT') });
    expect(pointingEnvelope({ categoryOf }, { row, resource, targets: [] }).hold?.toISOString()).toBe('2026-02-28T12:00:00.000Z');
  });
});

describe('what it points at', () => {
  const refer = (letter: string, type = 'Observation'): JsonObject => ({ reference: `${type}/${id(letter)}` });
  test.each<[what: string, resource: JsonObject, letters: string]>([
    [
      'List.entry.item',
      {
        resourceType: 'List',
        entry: [{ item: refer('b') }, { item: refer('c') }, { item: refer('b') }],
        subject: { reference: `Patient/${key}` },
      },
      'bc',
    ],
    [
      'Provenance.target and entity.what',
      { resourceType: 'Provenance', target: [refer('b')], entity: [{ what: refer('c') }], agent: [{ who: refer('d') }] },
      'bc',
    ],
    [
      'Composition: sections at any depth, event.detail, relatesTo',
      {
        resourceType: 'Composition',
        section: [{ entry: [refer('b')], section: [{ section: [{ entry: [refer('c')] }] }] }],
        event: [{ detail: [refer('d')] }],
        relatesTo: [{ targetReference: refer('e') }],
        encounter: refer('f'),
      },
      'bcde',
    ],
    [
      'Bundle: what is in it, and every reference in it',
      {
        resourceType: 'Bundle',
        entry: [
          {
            fullUrl: `${base}/Observation/${id('b')}`,
            resource: { resourceType: 'DiagnosticReport', result: [refer('c')], subject: { reference: `Patient/${key}` } },
          },
          { fullUrl: 'urn:uuid:1' },
        ],
      },
      'bc',
    ],
    [
      'our own address, and a version',
      {
        resourceType: 'List',
        entry: [
          { item: { reference: `${base}/Observation/${id('b')}` } },
          { item: { reference: `Observation/${id('c')}/_history/2` } },
        ],
      },
      'bc',
    ],
    [
      'no other server, no other record, nothing contained, no trace',
      {
        resourceType: 'List',
        entry: [
          `https://other.example/Observation/${id('b')}`,
          `Observation/${'z'.repeat(13)}-${'b'.repeat(13)}`,
          '#b',
          `AuditEvent/${id('b')}`,
          'x',
          `Patient/${key}`,
        ].map((reference) => ({ item: { reference } })),
      },
      '',
    ],
    ['nothing of a type that does not point', { resourceType: 'Observation', hasMember: [refer('b')] }, ''],
    ['no text that is odd', { resourceType: 'List', entry: [null, 3, { item: 'x' }, { item: { reference: 3 } }] }, ''],
  ])('%s', (_what, resource, letters) => {
    expect(pointsAt(resource, key, base)).toEqual([...letters].map((letter) => `Observation/${id(letter)}`));
  });
});
