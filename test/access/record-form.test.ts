// What the state functions make is whole; any part taken from it, of another kind or unknown, is told.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessRecord, ConsentRule } from '../../src/access/record.ts';
import { isAccessRecord } from '../../src/access/record-form.ts';
import { newRecord, withConsent, withGuardian, withTeam } from '../../src/access/state.ts';
import { compile, written } from './consents.ts';

const period = { low: new Date('2026-01-01T00:00:00Z'), high: new Date('2026-12-31T00:00:00Z') };
const rules: readonly ConsentRule[] = [
  { id: 'o', kind: 'opening', root: { type: 'permit', provisions: [] } },
  { id: 'x', kind: 'opening', root: { type: 'deny', period, provisions: [] } },
  { id: 'b', kind: 'sharing', root: { type: 'deny', actors: ['p:10000000010'], provisions: [] } },
  { id: 'd', kind: 'sharing', role: 'PCP', root: { type: 'permit', actors: ['p:10003461033'], provisions: [] } },
  {
    id: 's',
    kind: 'sharing',
    root: {
      type: 'permit',
      period,
      actors: ['s:750712184', 't:k-1'],
      purposes: ['TREAT', 'BTG'],
      types: ['DocumentReference'],
      classes: ['10|a03'],
      codes: ['34112-3'],
      labels: ['MASQUE_PS|v'],
      dataPeriod: period,
      data: ['k-2'],
      provisions: [{ type: 'deny', codes: ['11502-2'], provisions: [] }],
    },
  },
];
const empty = newRecord(
  'k',
  'a:issuer|agent',
  { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '279035121518989' },
  '1979-03-15',
);
const withRules = rules.reduce((record, rule) => withConsent(record, rule.id, rule), empty);
const withMembers = withTeam(withRules, 'k-1', { id: 'k-1', period, members: [{ actor: 'p:10000000060', period }] });
const whole = withGuardian(withMembers, 'k-3', { id: 'k-3', period, minor: true });

/** Absent, they do not restrict or are not known. */
const optional = new Set([
  'ins',
  'birthDate',
  'role',
  'period',
  'actors',
  'purposes',
  'types',
  'classes',
  'codes',
  'labels',
  'dataPeriod',
  'data',
]);

type Damage = readonly [name: string, damaged: unknown];

/** Every way to take, replace or add one part, at any depth. */
function damagesOf(value: unknown, build: (part: unknown) => unknown, path: string): readonly Damage[] {
  const replaced = [null, undefined, 7.5, {}, 'x']
    .filter((other) => typeof other !== 'string' || typeof value !== 'string')
    .map((other): Damage => [`${path} = ${JSON.stringify(other)}`, build(other)]);
  if (Array.isArray(value)) {
    const inside = value.flatMap((part: unknown, at) =>
      damagesOf(part, (other) => build(value.with(at, other)), `${path}[${at}]`),
    );
    return [...replaced, [`${path} and one more`, build([...value, null])], ...inside];
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return replaced;
  const members = Object.entries(value);
  const inside = members.flatMap(([name, part]) =>
    damagesOf(part, (other) => build({ ...value, [name]: other }), `${path}.${name}`),
  );
  // The required elements of the record are not those of a provision.
  const taken = members
    .filter(([name]) => (path === 'record' ? name !== 'ins' && name !== 'birthDate' : !optional.has(name) || 'low' in value))
    .map(([name]): Damage => [`no ${path}.${name}`, build(Object.fromEntries(members.filter(([other]) => other !== name)))]);
  return [...replaced, [`${path}.unknown`, build({ ...value, unknown: true })], ...taken, ...inside];
}

const damages = damagesOf(whole, (part) => part, 'record');

test('an access state of every kind of rule is whole', () => {
  expect([empty, withRules, whole].map(isAccessRecord)).toEqual([true, true, true]);
  expect(damages.length).toBeGreaterThan(400);
});

test('whatever one part of it lacks, has too much or has of another kind', () => {
  expect(damages.filter(([, damaged]) => isAccessRecord(damaged)).map(([name]) => name)).toEqual([]);
});

test.each<[string, (record: AccessRecord) => unknown]>([
  ['an actor that is no business identifier', (record) => ({ ...record, actors: ['Practitioner/1'] })],
  ['an unknown purpose', (record) => withRoot(record, { purposes: ['RESEARCH'] })],
  ['no purpose', (record) => withRoot(record, { purposes: [] })],
  ['no actor', (record) => withRoot(record, { actors: [] })],
  ['no code', (record) => withRoot(record, { codes: [] })],
  ['no document', (record) => withRoot(record, { data: [] })],
  ['no label', (record) => withRoot(record, { labels: [] })],
  ['an unknown type', (record) => withRoot(record, { type: 'allow' })],
  ['a date that is none', (record) => withRoot(record, { period: { low: new Date(Number.NaN), high: new Date() } })],
  ['a date as text', (record) => withRoot(record, { period: { low: '2026-01-01', high: '2026-12-31' } })],
  ['an unknown kind', (record) => ({ ...record, consents: [{ ...rules[0], kind: 'sharing2' }] })],
  ['an unknown role', (record) => ({ ...record, consents: [{ ...rules[0], role: 'GP' }] })],
  ['a version that is no number', (record) => ({ ...record, version: '7' })],
])('%s', (_name, damaged) => {
  expect(isAccessRecord(damaged(whole))).toBe(false);
});

function withRoot(record: AccessRecord, more: object): unknown {
  return { ...record, consents: [{ id: 'r', kind: 'sharing', root: { type: 'deny', provisions: [], ...more } }] };
}

test('whatever Consents are compiled, what is kept of them is whole', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(written('permit'), written('deny')), { maxLength: 4 }), (provisions) => {
      const kept = provisions.reduce<AccessRecord>((record, provision, at) => {
        const { rule } = compile(provision);
        return withConsent(record, `c${at}`, rule && { ...rule, id: `c${at}` });
      }, empty);
      expect(isAccessRecord(kept)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
