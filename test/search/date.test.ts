import { describe, expect, test } from '@jest/globals';
import { finds, rowOf } from './world.ts';

const day = rowOf({ resourceType: 'DocumentReference', id: 'd1', date: '2026-03-10' });
const period = rowOf({
  resourceType: 'DocumentReference',
  id: 'd2',
  context: { period: { start: '2026-03-10', end: '2026-03-20' } },
});
const open = rowOf({ resourceType: 'DocumentReference', id: 'd3', context: { period: { start: '2026-03-10' } } });
const dead = rowOf({ resourceType: 'Patient', id: 'p1', deceasedDateTime: '2020-02-29', birthDate: '1950' });
const alive = rowOf({ resourceType: 'Patient', id: 'p2', deceasedBoolean: false });

// Columns: the row's 2026-03-10; the period 10th to 20th; the period from the 10th on, without end.
describe('date', () => {
  test.each([
    ['2026-03-10', true, false, false],
    ['eq2026-03', true, true, false],
    ['2026', true, true, false],
    ['eq2026-03-09', false, false, false],
    ['eq2026-03-10T12:00Z', false, false, false],
    ['ne2026-03-10', false, true, true],
    ['ne2026', false, false, true],
    ['ne2025', true, true, true],
    ['gt2026-03-09', true, true, true],
    ['gt2026-03-10', false, true, true],
    ['gt2026-03-15', false, true, true],
    ['gt2026-03-20', false, false, true],
    ['gt2026-03-10T12:00:00+01:00', true, true, true],
    ['lt2026-03-10', false, false, false],
    ['lt2026-03-11', true, true, true],
    ['lt2026-03', false, false, false],
    ['ge2026-03-10', true, true, true],
    ['ge2026-03-11', false, true, true],
    ['ge2026-03', true, true, true],
    ['ge2026-03-20', false, true, true],
    ['ge2026-03-21', false, false, true],
    ['ge2026-04', false, false, true],
    ['le2026-03-10', true, true, true],
    ['le2026-03-09', false, false, false],
    ['le2026-03-11', true, true, true],
    ['le2026-03', true, true, true],
    ['sa2026-03-09', true, true, true],
    ['sa2026-03-10', false, false, false],
    ['eb2026-03-11', true, false, false],
    ['eb2026-03-20', true, false, false],
    ['eb2026-03-21', true, true, false],
    ['ap2026-03-18', true, true, true], // 89 days ago: nine days on either side
    ['ap2026-03-25', false, true, true],
    ['ap2026-02-01', false, false, false],
    ['2025,2026', true, true, false],
  ])('%s: %s %s %s', async (value, one, two, three) => {
    expect(await finds('DocumentReference', `date=${value}`, day)).toBe(one);
    expect(await finds('DocumentReference', `period=${value}`, period)).toBe(two);
    expect(await finds('DocumentReference', `period=${value}`, open)).toBe(three);
  });

  test('repetition is and, over the values of the row', async () => {
    expect(await finds('DocumentReference', 'date=ge2026-03-01&date=lt2026-04-01', day)).toBe(true);
    expect(await finds('DocumentReference', 'date=ge2026-03-11&date=lt2026-04-01', day)).toBe(false);
  });

  test.each(['eq2026', 'ne2026', 'gt1000', 'lt3000', 'ap2026'])('a row without a date does not meet %s', async (value) => {
    expect(await finds('DocumentReference', `date=${value}`, period)).toBe(false);
  });

  test.each([
    ['_lastUpdated=2026-06-15', true],
    ['_lastUpdated=2026-06-15T10:00:00.000Z', true],
    ['_lastUpdated=2026-06-15T12:00:00+02:00', true],
    ['_lastUpdated=gt2026-06-15T10:00:00Z', false],
    ['_lastUpdated=ge2026-06-15T10:00:00Z', true],
    ['_lastUpdated=lt2026-06-15', false],
    ['_lastUpdated=ne2026', false],
    ['_lastUpdated:missing=true', false],
    ['date:missing=true', false],
    ['period:missing=true', true],
  ])('%s: %s', async (search, expected) => {
    expect(await finds('DocumentReference', search, day)).toBe(expected);
  });

  test('a choice of types', async () => {
    expect(await finds('Patient', 'death-date=2020-02', dead)).toBe(true);
    expect(await finds('Patient', 'death-date:missing=true', alive)).toBe(true);
    expect(await finds('Patient', 'birthdate=lt1960', dead)).toBe(true);
  });

  test('intervals stand in p, their ends are the sort keys', () => {
    expect(day.p.date).toEqual([{ l: new Date('2026-03-09T23:00:00Z'), h: new Date('2026-03-10T22:59:59.999Z') }]);
    expect(day.s.date).toEqual({ min: new Date('2026-03-09T23:00:00Z'), max: new Date('2026-03-10T22:59:59.999Z') });
    expect(day.idx).toEqual([]);
  });
});
