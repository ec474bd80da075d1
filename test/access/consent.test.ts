// The compiler of Consents is total: what it does not understand grants nothing and weakens no deny.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { provisionFilter } from '../../src/access/provision.ts';
import type { Provision } from '../../src/access/record.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { matches } from '../../src/filter/matches.ts';
import { actor, loinc } from '../resources.ts';
import { compile, elementNames, elements, garbage, written } from './consents.ts';
import type { Facts } from './provisions.ts';

const moments = { now: new Date('2026-01-03T12:00:00Z'), today: new Date('2026-01-02T23:00:00Z') };
const callers = [
  { actors: new Set(['p:10003461033']), mode: 'TREAT' as const, now: moments.now },
  { actors: new Set(['p:10000000010', 's:750712184']), mode: 'BTG' as const, now: moments.now },
  { actors: new Set(['p:9']), mode: 'ETREAT' as const, now: moments.now },
];
const row = (tc: string, line: string, date: string, idx: readonly string[]): Facts => ({
  tc,
  line: [line],
  date: new Date(date),
  dhi: new Date(date),
  idx,
});
const masked =
  '_security|MASQUE_PS|https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';
const rows = ['34112-3', '11502-2', '57833-6'].flatMap((tc) =>
  ['l1', 'l9'].flatMap((line) =>
    ['2025-12-31T12:00:00Z', '2026-01-02T12:00:00Z', '2026-01-09T12:00:00Z'].flatMap((date) =>
      [[], [masked]].map((idx) => row(tc, line, date, idx)),
    ),
  ),
);

/** What a provision reaches: one text for each caller, type and row. */
function reach(root: Provision | undefined): ReadonlySet<string> {
  if (root === undefined) return new Set();
  const reached = callers.flatMap((caller, who) =>
    ['DocumentReference', 'Claim', 'Immunization'].flatMap((type) => {
      const filter = provisionFilter(root, caller, type);
      return rows.flatMap((one, at) => (matches(filter, one, moments) ? [`${who} ${type} ${at}`] : []));
    }),
  );
  return new Set(reached);
}
const everything = callers.length * 3 * rows.length;

describe('any JSON', () => {
  test('never throws, and a permit with a doubt grants nothing', () => {
    const node = fc.oneof(
      garbage,
      fc
        .tuple(written('permit'), fc.constantFrom(...elementNames, 'provision', 'type'), garbage)
        .map(([one, name, value]) => ({ ...one, [name]: value })),
    );
    fc.assert(
      fc.property(node, fc.constantFrom('active', 'draft', 7, null), (provision, status) => {
        const { rule, doubts } = compile(provision, { status });
        if (rule?.root.type === 'permit') expect(doubts).toEqual([]);
        if (status !== 'active') expect(rule).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test('of any Consent at all is answered', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('status', 'category', 'provision', 'id', 'scope'), garbage), (consent) => {
        const { rule, doubts } = compile(undefined, consent);
        if (rule?.root.type === 'permit') expect(doubts).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    undefined,
    null,
    7,
    'deny',
    [],
    {},
    { type: 'allow' },
    { type: ['permit'] },
    { type: 'Permit', actor: [actor({ rpps: '10003461033' })] },
  ])('without a readable type denies everything: %j', (provision) => {
    const { rule, doubts } = compile(provision);
    expect(doubts).not.toEqual([]);
    expect(rule?.root.type).toBe('deny');
    expect(reach(rule?.root).size).toBe(everything);
  });
});

describe('a deny', () => {
  test('is never narrower than without what is not understood', () => {
    let doubtful = 0;
    const broken = fc.tuple(written('deny'), fc.constantFrom(...elementNames), garbage);
    fc.assert(
      fc.property(broken, ([deny, name, value]) => {
        const { [name]: _gone, ...without }: JsonObject = deny;
        const { rule, doubts } = compile({ ...without, [name]: value });
        if (doubts.length === 0) return;
        doubtful += 1;
        const wide = reach(rule?.root);
        for (const one of reach(compile(without).rule?.root)) expect(wide).toContain(one);
      }),
      { numRuns: 300 },
    );
    expect(doubtful).toBeGreaterThan(50);
  });

  test('ignores an exception that is not understood', () => {
    let doubtful = 0;
    const broken = fc.tuple(
      written('deny', 1),
      written('permit', 1),
      fc.constantFrom(...elementNames, 'type', 'provision'),
      garbage,
    );
    fc.assert(
      fc.property(broken, ([deny, permit, name, value]) => {
        const nested = Array.isArray(deny.provision) ? deny.provision : [];
        const { rule, doubts } = compile({ ...deny, provision: [...nested, { ...permit, [name]: value }] });
        if (doubts.length === 0) return;
        doubtful += 1;
        expect(reach(rule?.root)).toEqual(reach(compile(deny).rule?.root));
      }),
      { numRuns: 300 },
    );
    expect(doubtful).toBeGreaterThan(50);
  });
});

describe('what is well written', () => {
  test('has no doubt', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<'permit' | 'deny'>('permit', 'deny').chain((type) => written(type)),
        (provision) => {
          const { rule, doubts } = compile(provision);
          expect([doubts, rule?.root.type]).toEqual([[], provision.type]);
        },
      ),
    );
  });

  test('every element restricts', () => {
    for (const name of elementNames) {
      if (name === 'action') continue;
      const sizes = fc
        .sample<unknown>(elements[name], 20)
        .map((value) => reach(compile({ type: 'deny', [name]: value }).rule?.root).size);
      expect([name, Math.min(...sizes) < everything]).toEqual([name, true]);
    }
  });
});

test.each<[string, JsonObject, string]>([
  [
    'a nested type that repeats the level above',
    { type: 'permit', provision: [{ type: 'permit' }] },
    'Consent.provision.provision[0].type',
  ],
  ['an unknown element', { type: 'permit', modifierExtension: [] }, 'Consent.provision.modifierExtension'],
  [
    'an actor without business identifier',
    { type: 'permit', actor: [actor({ reference: 'Practitioner/x' })] },
    'Consent.provision.actor[0].reference',
  ],
  [
    'a role that is none of ours',
    { type: 'permit', actor: [{ ...actor({ rpps: '10003461033' }), role: { text: 'friend' } }] },
    'Consent.provision.actor[0].role',
  ],
  [
    'a declaration below the root',
    { type: 'permit', provision: [{ type: 'deny', actor: [actor({ rpps: '10003461033' }, 'PCP')] }] },
    'Consent.provision.provision[0].actor[0].role',
  ],
  [
    'two roles',
    { type: 'permit', actor: [actor({ rpps: '10003461033' }, 'PCP'), actor({ rpps: '10000000010' }, 'ATTPHYS')] },
    'Consent.provision.actor',
  ],
  ['another action', { type: 'permit', action: [{ coding: [{ system: 'x', code: 'disclose' }] }] }, 'Consent.provision.action'],
  [
    'another purpose',
    { type: 'permit', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HMARKT' }] },
    'Consent.provision.purpose[0]',
  ],
  [
    'a code outside the matrix',
    { type: 'permit', code: [{ coding: [{ system: loinc, code: '0-0' }] }] },
    'Consent.provision.code[0]',
  ],
  [
    'data of another meaning',
    { type: 'permit', data: [{ meaning: 'related', reference: { reference: 'DocumentReference/x' } }] },
    'Consent.provision.data[0].meaning',
  ],
  [
    'a period that ends before it begins',
    { type: 'permit', period: { start: '2026-02-01', end: '2026-01-01' } },
    'Consent.provision.period',
  ],
  ['a period that is none', { type: 'permit', period: { start: 'soon' } }, 'Consent.provision.period'],
])('names %s, which grants nothing', (_name, provision, expression) => {
  const { rule, doubts } = compile(provision);
  expect(rule).toBeUndefined();
  expect(doubts.map((doubt) => doubt.expression)).toContain(expression);
});
