// Changes of a record's access state, and what is derived from it so that many records can be asked at once.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessRecord, ConsentRule, Provision } from '../../src/access/record.ts';
import { isBlock } from '../../src/access/record.ts';
import { isBlocked, isInCharge, isMinor, isOpen, majority, teamsOf } from '../../src/access/standing.ts';
import { endedBy, newRecord, withConsent, withGuardian, withTeam } from '../../src/access/state.ts';
import { beginningOfTime, endOfTime } from '../../src/fhir/instant.ts';
import { statute } from './consents.ts';

const now = new Date('2026-11-25T12:00:00+01:00');
const always = { low: beginningOfTime, high: endOfTime };
const past = { low: beginningOfTime, high: new Date('2026-11-01T00:00:00Z') };
const empty = newRecord('k', 'h', { system: 'urn:oid:1.2.250.1.213.1.4.10', value: '279035121518989' }, '2010-06-07');
const rule = (
  id: string,
  kind: ConsentRule['kind'],
  root: Partial<Provision> & Pick<Provision, 'type'>,
  role?: ConsentRule['role'],
): ConsentRule => ({
  id,
  kind,
  root: { provisions: [], ...root },
  ...(role === undefined ? {} : { role }),
});
const written = (...rules: readonly ConsentRule[]): AccessRecord =>
  rules.reduce((record, one) => withConsent(record, one.id, one), empty);
const optOut = { ...statute, regime: { ...statute.regime, opening: 'opt-out' as const } };

describe('opening', () => {
  const permit = rule('o', 'opening', { type: 'permit' });
  const deny = rule('x', 'opening', { type: 'deny' });
  test.each<[string, AccessRecord, boolean, boolean]>([
    ['new', empty, false, true],
    ['opened', written(permit), true, true],
    ['closed', written(permit, deny), false, false],
    ['opened in the past', written(rule('o', 'opening', { type: 'permit', period: past })), false, true],
    ['closed in the past', written(permit, rule('x', 'opening', { type: 'deny', period: past })), true, true],
    ['opened again', withConsent(written(permit, deny), 'x', undefined), true, true],
    ['withdrawn', withConsent(written(permit), 'o', undefined), false, true],
    ['a sharing permit', written(rule('s', 'sharing', { type: 'permit' })), false, true],
  ])('%s', (_name, record, express, objection) => {
    expect([isOpen(record, statute, now), isOpen(record, optOut, now)]).toEqual([express, objection]);
  });
  test('once opened, no record is new again', () => {
    expect(empty.opened).toBe(false);
    expect(withConsent(written(permit), 'o', undefined).opened).toBe(true);
    expect(written(deny).opened).toBe(false);
  });
});

describe('blocks', () => {
  test.each<[string, ConsentRule, boolean]>([
    ['a deny of a person', rule('b', 'sharing', { type: 'deny', actors: ['p:1'] }), true],
    ['a deny of a person, with a period', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], period: always }), true],
    ['a deny of a structure', rule('b', 'sharing', { type: 'deny', actors: ['s:1'] }), true],
    ['a permit', rule('b', 'sharing', { type: 'permit', actors: ['p:1'] }), false],
    ['a deny of everybody', rule('b', 'sharing', { type: 'deny' }), false],
    ['a mandate', rule('b', 'mandate', { type: 'deny', actors: ['p:1'] }), false],
    ['one purpose', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], purposes: ['BTG'] }), false],
    ['one type', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], types: ['Claim'], classes: [] }), false],
    ['one category', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], codes: ['A'] }), false],
    ['one label', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], labels: ['A'] }), false],
    ['one time', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], dataPeriod: always }), false],
    ['one document', rule('b', 'sharing', { type: 'deny', actors: ['p:1'], data: ['d'] }), false],
    [
      'an exception',
      rule('b', 'sharing', { type: 'deny', actors: ['p:1'], provisions: [{ type: 'permit', provisions: [] }] }),
      false,
    ],
  ])('%s', (_name, deny, blocks) => {
    expect(isBlock(deny)).toBe(blocks);
    expect(isBlocked(written(deny), ['p:1', 's:1'], now)).toBe(blocks);
    expect(isBlocked(written(deny), ['p:2', 's:2'], now)).toBe(false);
  });
  test('end with their period', () => {
    expect(isBlocked(written(rule('b', 'sharing', { type: 'deny', actors: ['p:1'], period: past })), ['p:1'], now)).toBe(false);
  });
});

describe('who a record is shared with', () => {
  test('those permitted and the members of teams, once each, by RPPS and FINESS', () => {
    const record = withTeam(
      written(
        rule('a', 'sharing', { type: 'permit', actors: ['p:1', 't:t'] }),
        rule('b', 'sharing', { type: 'deny', actors: ['p:2'] }),
        rule('c', 'mandate', { type: 'permit', actors: ['r:1'] }),
      ),
      't',
      {
        id: 't',
        period: always,
        members: [
          { actor: 'p:1', period: always },
          { actor: 's:3', period: past },
          { actor: 'r:9', period: always },
        ],
      },
    );
    expect(record.actors).toEqual(['p:1', 's:3']);
    expect(teamsOf(record, ['p:1'], now)).toEqual(['t']);
    expect(teamsOf(record, ['s:3'], now)).toEqual([]);
    expect(withTeam(record, 't', undefined).actors).toEqual(['p:1']);
  });
});

describe('a declaration of the médecin traitant', () => {
  const record = written(
    rule('old', 'sharing', { type: 'permit', actors: ['p:1'] }, 'PCP'),
    rule('same', 'sharing', { type: 'permit', actors: ['p:3'] }, 'ATTPHYS'),
    rule('block', 'sharing', { type: 'deny', actors: ['p:2', 'p:9'] }),
    rule('other', 'sharing', { type: 'deny', actors: ['p:4'] }),
    rule('partial', 'sharing', { type: 'deny', actors: ['p:2'], codes: ['A'] }),
  );
  test('ends the previous one and the blocks that name him, nothing else', () => {
    const declared = rule('new', 'sharing', { type: 'permit', actors: ['p:2'] }, 'PCP');
    expect(endedBy(record, declared)).toEqual(['old', 'block']);
    expect(endedBy(withConsent(record, 'new', declared), declared)).toEqual(['old', 'block']);
  });
  test('no other wish ends any', () => {
    expect(endedBy(record, rule('new', 'sharing', { type: 'permit', actors: ['p:2'] }))).toEqual([]);
    expect(endedBy(record, rule('new', 'sharing', { type: 'permit', actors: ['p:2'] }, 'ATTPHYS'))).toEqual([]);
  });
});

describe('guardians', () => {
  const guarded = (minor: boolean, birthDate?: string): AccessRecord =>
    withGuardian(newRecord('k', 'h', undefined, birthDate), 'm', { id: 'm', period: always, minor });
  test.each<[string, AccessRecord, string, boolean]>([
    ['a parent the day before', guarded(true, '2008-11-26'), '2026-11-25T23:59:59.999+01:00', true],
    ['a parent at midnight', guarded(true, '2008-11-26'), '2026-11-26T00:00:00+01:00', false],
    ['a parent without a birth date', guarded(true), '2026-11-25T12:00:00+01:00', false],
    ['a parent with an unreadable birth date', guarded(true, 'soon'), '2026-11-25T12:00:00+01:00', false],
    ['born on a leap day', guarded(true, '2008-02-29'), '2026-02-27T23:59:59+01:00', true],
    ['born on a leap day, come of age', guarded(true, '2008-02-29'), '2026-02-28T00:00:00+01:00', false],
    ['a guardian of an adult', guarded(false, '1950-01-01'), '2026-11-25T12:00:00+01:00', true],
  ])('%s', (_name, record, at, inCharge) => {
    expect(isInCharge(record, 'm', new Date(at))).toBe(inCharge);
    expect(isInCharge(record, 'another', new Date(at))).toBe(false);
  });
  test('majority is midnight in Paris, in summer time too', () => {
    expect(majority('2008-07-01')?.toISOString()).toBe('2026-06-30T22:00:00.000Z');
    expect(isMinor(empty, now)).toBe(true);
    expect(isMinor(newRecord('k', 'h'), now)).toBe(false);
  });
});

test('every change raises the version by one, and the last word on a Consent holds', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom('a', 'b', 'c'),
          fc.option(fc.constantFrom<'permit' | 'deny'>('permit', 'deny'), { nil: undefined }),
        ),
        { maxLength: 12 },
      ),
      (changes) => {
        const record = changes.reduce(
          (state, [id, type]) => withConsent(state, id, type && rule(id, 'sharing', { type })),
          empty,
        );
        expect(record.version).toBe(empty.version + changes.length);
        for (const id of ['a', 'b', 'c']) {
          const last = changes.findLast(([changed]) => changed === id)?.[1];
          expect(record.consents.filter((one) => one.id === id).map(({ root }) => root.type)).toEqual(
            last === undefined ? [] : [last],
          );
        }
      },
    ),
  );
});
