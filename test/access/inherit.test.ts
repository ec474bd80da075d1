// What passes along relatesTo, on generated lines of documents: never wider, whatever the order, and the same when computed again.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inherit, type Member, ownEnvelope, targetsOf } from '../../src/access/inherit.ts';
import { addMonths } from '../../src/fhir/instant.ts';
import type { Envelope, Row } from '../../src/filter/row.ts';
import { label } from '../resources.ts';

const visibilities = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];
const relations = ['replaces', 'transforms', 'appends', 'signs'];
const common = ['PS', 'REP', 'REL', 'PCP', 'PAT'];

type Draft = {
  readonly labels: readonly string[];
  readonly category: string | undefined;
  readonly day: number;
  readonly targets: readonly (readonly [code: string, back: number])[];
};

const draft: fc.Arbitrary<Draft> = fc.record({
  labels: fc.subarray(visibilities),
  category: fc.constantFrom('A', 'B', undefined),
  day: fc.integer({ min: 1, max: 20 }),
  targets: fc.array(fc.tuple(fc.constantFrom(...relations), fc.integer({ min: 1, max: 5 })), { maxLength: 2 }),
});
const line = fc.array(draft, { minLength: 1, maxLength: 6 }).map((drafts) => drafts.map(memberOf));

/** A document relates to earlier ones only. */
function memberOf({ labels, category, day, targets }: Draft, at: number): Member {
  const resource = {
    resourceType: 'DocumentReference',
    securityLabel: labels.map(label),
    relatesTo: targets.flatMap(([code, back]) =>
      back > at ? [] : [{ code, target: { reference: `DocumentReference/d${at - back}` } }],
    ),
  };
  const made = new Date(Date.UTC(2026, 0, day));
  const row: Row = {
    _id: `d${at}`,
    v: 1,
    lu: made,
    made,
    date: made,
    dhi: made,
    dep: 's:1',
    st: '1',
    n: 0,
    line: ['d0'],
    idx: [],
    p: {},
    s: {},
    j: '',
    rd: [],
  };
  return { row: { ...row, ...ownEnvelope({ row, resource, category }) }, resource, category };
}

const of = (envelopes: ReadonlyMap<string, Envelope>, id: string): Envelope => {
  const envelope = envelopes.get(id);
  if (envelope === undefined) throw new Error(`no envelope of ${id}`);
  return envelope;
};
const readers = ({ rd }: Envelope): readonly string[] => common.filter((reader) => rd.includes(reader));
const held = ({ hold }: Envelope): number => hold?.getTime() ?? 0;
const isWithin = (narrow: Envelope, wide: Envelope): boolean =>
  readers(narrow).every((reader) => wide.rd.includes(reader)) && held(narrow) >= held(wide);
const plain = (envelopes: ReadonlyMap<string, Envelope>): unknown =>
  [...envelopes]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([id, { rd, hold, tc, tcs }]) => [id, rd.toSorted(), hold?.toISOString(), tc, tcs?.toSorted()]);

test('everything is at least as hidden as it says itself, and as what it succeeds', () => {
  let inherited = 0;
  fc.assert(
    fc.property(line, (members) => {
      const envelopes = inherit(members);
      for (const member of members) {
        const own = ownEnvelope(member);
        const effective = of(envelopes, member.row._id);
        expect(isWithin(effective, own)).toBe(true);
        if (!isWithin(own, effective)) inherited += 1;
        for (const { id } of targetsOf(member.resource)) {
          const target = members.find(({ row }) => row._id === id);
          if (target) expect(isWithin(effective, ownEnvelope(target))).toBe(true);
        }
      }
    }),
  );
  expect(inherited).toBeGreaterThan(10);
});

test('what is superseded is visible exactly where it and its successor would be', () => {
  fc.assert(
    fc.property(line, (members) => {
      const envelopes = inherit(members);
      for (const { row, resource } of members) {
        for (const { id, code } of targetsOf(resource)) {
          const superseded = of(envelopes, id);
          const successor = of(envelopes, row._id);
          if (code !== 'replaces') continue;
          expect(isWithin(superseded, successor)).toBe(true);
          const categories = (one: Envelope): readonly string[] => one.tcs ?? [one.tc ?? '?'];
          expect(categories(superseded)).toEqual(expect.arrayContaining([...categories(successor)]));
        }
      }
    }),
  );
});

test('computed again from what it gave, it gives the same, in any order', () => {
  fc.assert(
    fc.property(
      line.chain((members) => fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length }))),
      ([members, shuffled]) => {
        const first = inherit(members);
        const again = inherit(members.map((member) => ({ ...member, row: { ...member.row, ...of(first, member.row._id) } })));
        expect(plain(again)).toEqual(plain(first));
        expect(plain(inherit(shuffled))).toEqual(plain(first));
      },
    ),
  );
});

test('a further label shows nothing to anybody', () => {
  fc.assert(
    fc.property(line, fc.nat(), fc.constantFrom(...visibilities), (members, at, code) => {
      const before = inherit(members);
      const after = inherit(
        members.map((member, index) => {
          if (index !== at % members.length) return member;
          const labels = Array.isArray(member.resource.securityLabel) ? member.resource.securityLabel : [];
          return { ...member, resource: { ...member.resource, securityLabel: [...labels, label(code)] } };
        }),
      );
      for (const { row } of members) expect(isWithin(of(after, row._id), of(before, row._id))).toBe(true);
    }),
  );
});

test('a deletion shows nothing of what succeeds the deleted one, and gives back what it superseded', () => {
  let hidden = 0;
  fc.assert(
    fc.property(line, fc.nat(), (members, at) => {
      const gone = members[at % members.length];
      const before = inherit(members);
      const after = inherit(members.map((member) => (member === gone ? { ...member, deleted: true } : member)));
      const others = inherit(members.filter((member) => member !== gone));
      for (const { row, resource } of members) {
        if (!targetsOf(resource).some(({ id }) => id === gone?.row._id)) continue;
        const superseded = members.some((one) =>
          targetsOf(one.resource).some(({ id, code }) => id === row._id && code === 'replaces'),
        );
        if (superseded) continue;
        expect(readers(of(after, row._id))).toEqual(readers(of(before, row._id)));
        expect(of(after, row._id).hold).toEqual(of(before, row._id).hold);
        if (!isWithin(of(others, row._id), of(after, row._id))) hidden += 1;
      }
      for (const { id } of gone === undefined ? [] : targetsOf(gone.resource)) {
        if (members.some(({ row }) => row._id === id)) expect(isWithin(of(after, id), of(others, id))).toBe(true);
      }
    }),
  );
  expect(hidden).toBeGreaterThan(3);
});

test('a hold runs from its own deposit, the longest wins', () => {
  const first = memberOf({ labels: ['INVISIBLE_PATIENT'], category: 'A', day: 1, targets: [] }, 0);
  const second = memberOf({ labels: ['INVISIBLE_PATIENT'], category: 'A', day: 9, targets: [['appends', 1]] }, 1);
  const third = memberOf({ labels: [], category: 'A', day: 20, targets: [['appends', 1]] }, 2);
  const envelopes = inherit([first, second, third]);
  expect(of(envelopes, 'd0').hold).toEqual(addMonths(first.row.made, 1));
  expect(of(envelopes, 'd1').hold).toEqual(addMonths(second.row.made, 1));
  expect(of(envelopes, 'd2').hold).toEqual(addMonths(second.row.made, 1));
});

test('a circle of references, which no write can make, ends all the same', () => {
  const circle = [0, 1].map((at): Member => {
    const member = memberOf({ labels: at === 0 ? ['MASQUE_PS'] : [], category: 'A', day: 1, targets: [] }, at);
    const relatesTo = [{ code: 'replaces', target: { reference: `DocumentReference/d${1 - at}` } }];
    return { ...member, resource: { ...member.resource, relatesTo } };
  });
  const envelopes = inherit(circle);
  expect(envelopes.size).toBe(2);
  expect(of(envelopes, 'd0').rd).not.toContain('PS');
});
