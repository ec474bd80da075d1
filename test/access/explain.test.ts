// $explain-access says that somebody sees a resource exactly if his reads find it; and why, one way or the other.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { authorize } from '../../src/access/authorize.ts';
import { type Access, explain } from '../../src/access/explain.ts';
import type { AccessRecord, ConsentRule } from '../../src/access/record.ts';
import { newRecord, withConsent, withGuardian, withTeam } from '../../src/access/state.ts';
import type { Regime, Statute } from '../../src/access/statute.ts';
import { beginningOfTime, endOfTime } from '../../src/fhir/instant.ts';
import { matches } from '../../src/filter/matches.ts';
import type { Row } from '../../src/filter/row.ts';
import type { Caller, Mode, Who } from '../../src/identity/caller.ts';
import { healthProfession } from '../../src/identity/systems.ts';
import { statute as shipped } from './consents.ts';
import { facts, provision } from './provisions.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const now = new Date('2026-01-03T12:00:00Z');
const moments = { now, today: new Date('2026-01-02T23:00:00Z') };
const always = { low: beginningOfTime, high: endOfTime };
const ins = { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '1' };
const professions = ['10', '60', '91', '35'];
const habilitation = new Map([
  ['10', ['A', 'B', 'C']],
  ['60', ['A', 'C']],
  ['91', ['B']],
  ['35', []],
]);

const regime: fc.Arbitrary<Regime> = fc.record({
  opening: fc.constantFrom('express', 'opt-out'),
  emergency: fc.constantFrom('permit', 'objection'),
  occupationalPhysician: fc.constantFrom('never', 'permit'),
  professionalAccess: fc.constantFrom('consent', 'consent+vitale'),
  claimsMonths: fc.constantFrom(0, 24),
  samu: fc.constant(['2']),
});
const under = (switches: Regime): Statute => ({
  ...shipped,
  regime: switches,
  habilitation: new Map([...habilitation].map(([code, types]) => [`${healthProfession}|${code}`, types])),
});

const open: ConsentRule = { id: 'opening', kind: 'opening', root: { type: 'permit', provisions: [] } };
/** A wish of any form, a plain block, a declaration, a mandate. */
const wish: fc.Arbitrary<Omit<ConsentRule, 'id'>> = fc.oneof(
  { weight: 5, arbitrary: provision.map((root) => ({ kind: 'sharing' as const, root })) },
  fc
    .constantFrom('p:1', 'p:2', 's:1', 's:2')
    .map((actor) => ({ kind: 'sharing' as const, root: { type: 'deny' as const, actors: [actor], provisions: [] } })),
  fc
    .constantFrom('p:1', 'p:2', 's:1', 't:1')
    .map((actor) => ({ kind: 'sharing' as const, root: { type: 'permit' as const, actors: [actor], provisions: [] } })),
  fc.constantFrom(['BTG'], ['ETREAT'], ['BTG', 'ETREAT']).map((purposes) => ({
    kind: 'sharing' as const,
    root: { type: 'permit' as const, purposes, provisions: [] },
  })),
  fc.constantFrom('PCP' as const, 'ATTPHYS' as const).map((role) => ({
    kind: 'sharing' as const,
    role,
    root: { type: 'permit' as const, actors: ['p:1'], provisions: [] },
  })),
  provision.map((root) => ({ kind: 'mandate' as const, root: { ...root, type: 'permit' as const, actors: ['r:1'] } })),
);

const record: fc.Arbitrary<AccessRecord> = fc
  .record({
    wishes: fc.array(wish, { maxLength: 6 }),
    opened: fc.boolean(),
    members: fc.subarray(['p:1', 'p:2', 's:1']),
    guardian: fc.boolean(),
  })
  .map(({ wishes, opened, members, guardian }) => {
    const ruled = wishes.reduce(
      (one, rule, at) => withConsent(one, `c${at}`, { id: `c${at}`, ...rule }),
      withConsent(newRecord('k', 'a:x', ins, '2015-01-01'), open.id, opened ? open : undefined),
    );
    const team = { id: '1', period: always, members: members.map((actor) => ({ actor, period: always })) };
    return withGuardian(withTeam(ruled, '1', team), '2', guardian ? { id: '2', period: always, minor: true } : undefined);
  });

const types = ['DocumentReference', 'Immunization', 'Claim'];
const row: fc.Arbitrary<Row> = fc
  .record({
    facts,
    dep: fc.constantFrom('p:1', 'p:3', 's:1', 's:2', 'f:x', 'h'),
    st: fc.constantFrom(undefined, '1', '2'),
    // As labels leave them: a relative reads what neither is hidden from representatives nor masked.
    readers: fc.subarray(['REP', 'PS']).map((left) => (left.length === 2 ? [...left, 'REL'] : left)),
  })
  .map(({ facts: found, dep, st, readers }) => ({
    ...found,
    _id: 'k-1',
    v: 1,
    n: 0,
    lu: now,
    made: now,
    rec: 'k',
    dep,
    ...(st === undefined ? {} : { st }),
    rd: [dep, 'PAT', 'PCP', ...readers, ...(st === undefined ? [] : [`s:${st}`])],
    p: {},
    s: {},
    j: '',
  }));

type Asker = { readonly who: Who; readonly mode: Mode };
const asker: fc.Arbitrary<Asker> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        rpps: fc.constantFrom('1', '2', '3', '9'),
        finess: fc.constantFrom(undefined, '1', '2', '9'),
        code: fc.constantFrom(...professions),
        mode: fc.constantFrom<Mode[]>('TREAT', 'TREAT', 'BTG', 'ETREAT'),
      })
      // Nobody else has such a token.
      .filter(({ mode, finess, code }) => mode !== 'ETREAT' || (finess === '2' && code === '10'))
      .map(({ rpps, finess, code, mode }) => ({
        mode,
        who: {
          kind: 'professional' as const,
          rpps,
          profession: { system: healthProfession, code },
          specialities: [],
          ...(finess === undefined ? {} : { finess }),
        },
      })),
  },
  fc.constantFrom('1', '2').map((finess) => ({ mode: 'TREAT' as const, who: { kind: 'structure' as const, finess } })),
  fc.constantFrom('1', '2', '3').map((related) => ({ mode: 'TREAT' as const, who: { kind: 'related' as const, related } })),
);

/** The entry that speaks of him, as the definition of the operation says. */
function entryFor(entries: readonly Access[], { who, mode }: Asker): Access | undefined {
  const mine = entries.filter((entry) => entry.mode === mode && entry.who.kind === who.kind);
  if (who.kind === 'related') return mine.find((one) => one.who.kind === 'related' && one.who.related === who.related);
  if (who.kind === 'structure') return mine.find((one) => one.who.kind === 'structure' && one.who.finess === who.finess);
  if (who.kind !== 'professional') return undefined;
  const { rpps, finess, profession } = who;
  const named = [
    ...(finess === undefined ? [] : [{ rpps, finess }]),
    { rpps, finess: undefined },
    ...(finess === undefined ? [] : [{ rpps: undefined, finess }]),
    { rpps: undefined, finess: undefined },
  ];
  return named
    .map((names) =>
      mine.find(
        (one) =>
          one.who.kind === 'professional' &&
          one.who.rpps === names.rpps &&
          one.who.finess === names.finess &&
          (one.professions?.some(({ code }) => code === profession.code) ?? true),
      ),
    )
    .find((found) => found !== undefined);
}

describe(`seed ${seed}`, () => {
  const world = fc.record({
    regime,
    record,
    row,
    type: fc.constantFrom(...types),
    askers: fc.array(asker, { minLength: 6, maxLength: 12 }),
  });

  it('whoever sees it is said to, and nobody else', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(world, ({ askers, type, ...one }) => {
        const statute = under(one.regime);
        const entries = explain({ statute, record: one.record, subject: { type, row: one.row, moments } });
        for (const { who, mode } of askers) {
          const caller: Caller = { who, mode, issuer: '', subject: '', scopes: [], vitale: [ins], id: '', patient: 'k' };
          const permission = authorize({ caller, now, statute }, [one.record]);
          const sees = matches(permission.read(type), one.row, moments);
          seen[`${sees}`] += 1;
          expect(entryFor(entries, { who, mode })?.decision.sees ?? false).toBe(sees);
        }
      }),
      { seed, numRuns: 600 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(200);
  });

  it('every answer has a reason, of the right kind', () => {
    const against = /^(closed|window|occupational|block|card|no-permit|deny|no-habilitation|masked|secret|no-mandate|notice)$/;
    fc.assert(
      fc.property(world, ({ type, ...one }) => {
        for (const { decision } of explain({
          statute: under(one.regime),
          record: one.record,
          subject: { type, row: one.row, moments },
        })) {
          expect(decision.reasons.length).toBeGreaterThan(0);
          const codes = decision.reasons.map(({ code }) => code).filter((code) => !decision.sees || code !== 'card');
          for (const code of codes) expect([code, against.test(code)]).toEqual([code, !decision.sees]);
        }
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe('of a record that names many', () => {
  const naming = (people: number, structures: number): AccessRecord =>
    [...Array(people).keys()]
      .map((at) => `p:${at}`)
      .concat([...Array(structures).keys()].map((at) => `s:${at}`))
      .reduce(
        (one, actor) =>
          withConsent(one, actor, { id: actor, kind: 'sharing', root: { type: 'permit', actors: [actor], provisions: [] } }),
        withConsent(newRecord('k', 'a:x', ins), open.id, open),
      );
  const [subject] = fc.sample(row, { numRuns: 1, seed: 1 }).map((one) => ({ type: 'DocumentReference', row: one, moments }));
  const asked = (people: number, structures: number) => () =>
    subject && explain({ statute: shipped, record: naming(people, structures), subject });

  it('each has an entry', () => {
    expect(new Set(asked(100, 2)()?.map(({ who }) => JSON.stringify(who))).size).toBeGreaterThanOrEqual(102);
  });

  it('too many pairs are refused', () => {
    expect(asked(60, 60)).toThrow('Too many people and structures are named in this record');
  });
});
