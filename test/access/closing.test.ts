// Since when a record is closed, by whatever wrote it or by itself, and when what it holds goes.
import { describe, expect, it } from '@jest/globals';
import { closedSince, dueOf, erasureAsked, withClosing } from '../../src/access/closing.ts';
import type { AccessRecord, ConsentRule } from '../../src/access/record.ts';
import { newRecord, withConsent, withErasure, withTeam } from '../../src/access/state.ts';
import { beginningOfTime, endOfTime } from '../../src/fhir/instant.ts';
import { statute } from './consents.ts';

const optOut = { ...statute, regime: { ...statute.regime, opening: 'opt-out' as const } };
type Law = typeof statute;
const on = (day: string): Date => new Date(`${day}T12:00:00+01:00`);
/** Of an opening: from a day to a day. */
const rule = (id: string, type: 'permit' | 'deny', from?: string, to?: string): ConsentRule => ({
  id,
  kind: 'opening',
  root: {
    type,
    provisions: [],
    ...(from === undefined && to === undefined
      ? {}
      : { period: { low: from === undefined ? beginningOfTime : on(from), high: to === undefined ? endOfTime : on(to) } }),
  },
});

type Write = readonly [day: string, change: (record: AccessRecord) => AccessRecord];
const says = (one: ConsentRule) => (record: AccessRecord) => withConsent(record, one.id, one);
const ends = (id: string) => (record: AccessRecord) => withConsent(record, id, undefined);
const asks = (day: string): Write => [day, (record) => withErasure(record, on(day))];
const tells = (record: AccessRecord): AccessRecord => withTeam(record, 't', undefined);

function lived(law: Law, writes: readonly Write[]): AccessRecord {
  return writes.reduce(
    (record, [day, change]) => withClosing(record, change(record), { statute: law, now: on(day) }),
    newRecord('k', 'h'),
  );
}

const opened: Write = ['2010-01-01', says(rule('o', 'permit'))];
const closed: Write = ['2012-01-01', ends('o')];
const cases: readonly (readonly [name: string, law: Law, writes: readonly Write[], since: string | undefined])[] = [
  ['never opened', statute, [], undefined],
  ['never opened, objected to', statute, [['2011-01-01', says(rule('x', 'deny'))]], undefined],
  ['open', statute, [opened], undefined],
  ['its permit ended', statute, [opened, closed], '2012-01-01'],
  ['other wishes later', statute, [opened, closed, ['2014-01-01', tells]], '2012-01-01'],
  ['objected to', statute, [opened, ['2013-01-01', says(rule('x', 'deny'))]], '2013-01-01'],
  [
    'objected to, then its permit ended',
    statute,
    [opened, ['2013-01-01', says(rule('x', 'deny'))], ['2014-01-01', ends('o')]],
    '2013-01-01',
  ],
  ['reopened', statute, [opened, closed, ['2014-01-01', says(rule('p', 'permit'))]], undefined],
  [
    'reopened and closed again',
    statute,
    [opened, closed, ['2014-01-01', says(rule('p', 'permit'))], ['2016-01-01', ends('p')]],
    '2016-01-01',
  ],
  ['a permit that lapsed', statute, [['2010-01-01', says(rule('o', 'permit', '2010-01-01', '2015-01-01'))]], '2015-01-01'],
  [
    'a permit that lapsed, ended later',
    statute,
    [
      ['2010-01-01', says(rule('o', 'permit', '2010-01-01', '2015-01-01'))],
      ['2018-01-01', ends('o')],
    ],
    '2015-01-01',
  ],
  [
    'closed, then open for a time by itself',
    statute,
    [opened, ['2012-01-01', says(rule('o', 'permit', '2013-01-01', '2014-01-01'))]],
    '2014-01-01',
  ],
  ['a permit of the past', statute, [['2012-01-01', says(rule('o', 'permit', '2001-01-01', '2002-01-01'))]], '2012-01-01'],
  ['an objection that began in the past', statute, [opened, ['2012-01-01', says(rule('x', 'deny', '2001-01-01'))]], '2012-01-01'],
  ['an objection to come, which came', statute, [opened, ['2012-01-01', says(rule('x', 'deny', '2014-01-01'))]], '2014-01-01'],
  ['opt-out: open without a word', optOut, [], undefined],
  ['opt-out: objected to', optOut, [['2012-01-01', says(rule('x', 'deny'))]], '2012-01-01'],
  [
    'opt-out: objected to, other wishes later',
    optOut,
    [
      ['2012-01-01', says(rule('x', 'deny'))],
      ['2014-01-01', tells],
    ],
    '2012-01-01',
  ],
  [
    'opt-out: the objection withdrawn',
    optOut,
    [
      ['2012-01-01', says(rule('x', 'deny'))],
      ['2014-01-01', ends('x')],
    ],
    undefined,
  ],
  ['opt-out: a permit ended', optOut, [opened, closed], undefined],
];

const now = on('2020-01-01');
const isDay = (at: Date | undefined): string | undefined => at && new Date(at.getTime() + 1).toISOString().slice(0, 10);

describe('since when it is closed', () => {
  it.each(cases)('%s', (_name, law, writes, since) => {
    expect(isDay(closedSince(lived(law, writes), { statute: law, now }))).toBe(since);
  });

  it('of what was written before this was kept: since the next write, and nothing is due before', () => {
    const { closed: _gone, ...old } = lived(statute, [opened, closed]);
    const at = { statute, now: on('2026-01-01') };
    expect([closedSince(old, at), dueOf(old, at)]).toEqual([undefined, undefined]);
    const objected = withConsent(newRecord('k', 'h'), 'x', rule('x', 'deny'));
    expect(dueOf(objected, { statute: optOut, now: at.now })).toBeUndefined();
    expect(isDay(closedSince(withClosing(old, tells(old), at), at))).toBe('2026-01-01');
  });
});

describe('when it goes', () => {
  const record = lived(statute, [opened, closed]);
  it.each([
    ['2021-12-31', undefined],
    ['2022-01-01', 'retention'],
  ])('%s: %s', (day, reason) => {
    expect(dueOf(record, { statute, now: on(day) })?.reason).toBe(reason);
  });

  it('asked for: at once, within three months; the first request counts', () => {
    const asked = lived(statute, [opened, closed, asks('2013-01-31')]);
    const due = dueOf(asked, { statute, now: on('2013-02-01') });
    expect([due?.reason, isDay(due?.limit)]).toEqual(['request', '2013-04-30']);
  });

  it('a record that was never opened can be asked for', () => {
    expect(dueOf(lived(statute, [asks('2013-01-01')]), { statute, now })?.reason).toBe('request');
  });

  it.each<readonly [string, Law, readonly Write[], boolean]>([
    ['other wishes keep it', statute, [opened, closed, asks('2013-01-01'), ['2013-02-01', tells]], true],
    ['reopening withdraws it', statute, [opened, closed, asks('2013-01-01'), ['2013-02-01', says(rule('p', 'permit'))]], false],
    [
      'for good',
      statute,
      [opened, closed, asks('2013-01-01'), ['2013-02-01', says(rule('p', 'permit'))], ['2013-03-01', ends('p')]],
      false,
    ],
    [
      'so does a permit to come, which came and went',
      statute,
      [opened, ['2012-01-01', says(rule('o', 'permit', '2013-02-01', '2013-03-01'))], asks('2013-01-01')],
      false,
    ],
    ['opening what was never opened', statute, [asks('2009-01-01'), opened, closed], false],
    [
      'opt-out: the objection withdrawn',
      optOut,
      [['2012-01-01', says(rule('x', 'deny'))], asks('2013-01-01'), ['2014-01-01', ends('x')]],
      false,
    ],
  ])('%s', (_name, law, writes, stands) => {
    expect(erasureAsked(lived(law, writes), { statute: law, now }) !== undefined).toBe(stands);
  });

  it('ten years of the law in force, where that is younger', () => {
    const floor = on('2015-01-01');
    expect(dueOf(record, { statute, now: on('2024-12-31'), floor })).toBeUndefined();
    expect(dueOf(record, { statute, now: on('2025-01-01'), floor })?.reason).toBe('retention');
  });
});
