import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
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

const observed = (effective: JsonObject): ReturnType<typeof rowOf> =>
  rowOf({ resourceType: 'Observation', id: 'o', ...effective });

describe('what a date element may be', () => {
  const events = { effectiveTiming: { event: ['2026-05-20', '2026-05-01'] } };
  const bounds = { effectiveTiming: { repeat: { boundsPeriod: { start: '2026-06-01' } } } };
  test.each([
    [events, 'date=2026-05', true],
    [events, 'date=2026-05-20', false],
    [events, 'date=gt2026-05-10', true],
    [events, 'date=lt2026-05-10', true],
    [events, 'date=sa2026-04-30', true],
    [events, 'date=eb2026-05-20', false],
    [bounds, 'date=gt3000', true],
    [bounds, 'date=sa2026-05-31', true],
    [bounds, 'date=2026', false],
    [{ effectiveTiming: { repeat: { boundsDuration: { value: 3, unit: 'd' } } } }, 'date:missing=true', true],
    [{ effectiveTiming: { event: ['2026-05-01'], repeat: { boundsPeriod: { end: '2026-07-01' } } } }, 'date=lt1000', true],
    [{ effectiveTiming: { code: { text: 'daily' } } }, 'date:missing=true', true],
    [{ effectivePeriod: { end: '2026-02-01' } }, 'date=lt0002', true],
    [{ effectivePeriod: { end: '2026-02-01' } }, 'date=eb2026-02-02', true],
    [{ effectivePeriod: {} }, 'date:missing=true', true],
    [{ effectiveInstant: '2026-03-29T03:30:00.500+02:00' }, 'date=2026-03-29T01:30:00.5Z', true],
    [{ effectiveInstant: '2026-03-29T03:30:00.500+02:00' }, 'date=2026-03-29T03:30:00', true],
    [{ effectiveInstant: '2026-03-29T03:30:00.500+02:00' }, 'date=2026-03-29T03:30:00.501+02:00', false],
    [{ effectiveDateTime: '2026-12-31T23:59:60Z' }, 'date=2026-12-31T23:59:60Z', true],
    [{ effectiveDateTime: '2024-02-29' }, 'date=2024-02', true],
    [{ effectiveDateTime: '2026-10-25T02:30:00+02:00' }, 'date=2026-10-25T00:30:00Z', true],
    [{ effectiveDateTime: '2026-10-25T02:30:00+01:00' }, 'date=gt2026-10-25T00:59:59Z', true],
    [{ effectiveDateTime: '2026-01-01T00:30:00+01:00' }, 'date=2025-12-31T23:30:00Z', true],
    [{ effectiveDateTime: '2026-01-01T00:30:00+01:00' }, 'date=2026', true],
    [{ effectiveDateTime: '2025-12-31T23:30:00Z' }, 'date=2026', true],
  ])('%j: %s %s', async (effective, search, expected) => {
    expect(await finds('Observation', search, observed(effective))).toBe(expected);
  });

  test.each([
    '2026-13',
    '2026-00',
    '2026-02-30',
    '2025-02-29',
    '0000',
    '20260310',
    '2026-03-10T24:00:00Z',
    '2026-03-10T10',
    '2026-03-10T10:60',
    '2026-03-10T10:00:61Z',
    '2026-03-10T10:00:00+15:00',
    '2026-03-10 10:00',
    'gt',
    'xx2026',
    'GT2026',
    '+2026',
  ])('%s is no date', async (text) => {
    await expect(finds('Observation', `date=${text}`, observed({}))).rejects.toThrow('not a date');
  });
});

const moment = fc
  .date({ min: new Date('1900-01-02'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString());
const partial = fc.tuple(moment, fc.constantFrom(4, 7, 10, 16, 19, 24)).map(([text, length]) => {
  const cut = text.slice(0, length);
  return length > 10 && length < 24 ? `${cut}Z` : cut;
});

describe('what holds of every date', () => {
  test('it finds itself, and so do ge, le and ap', async () => {
    await fc.assert(
      fc.asyncProperty(
        partial.filter((text) => !/T\d\d:\d\dZ$/.test(text)),
        fc.constantFrom('', 'eq', 'ge', 'le', 'ap'),
        async (text, prefix) => {
          expect(await finds('Observation', `date=${prefix}${text}`, observed({ effectiveDateTime: text }))).toBe(true);
        },
      ),
    );
  });

  test('eq or ne; ge or eb; le or sa: always exactly one', async () => {
    await fc.assert(
      fc.asyncProperty(partial, partial, async (asked, stored) => {
        const holds = async (prefix: string): Promise<number> =>
          Number(await finds('Observation', `date=${prefix}${asked}`, observed({ effectiveDateTime: stored })));
        expect([
          (await holds('eq')) + (await holds('ne')),
          (await holds('ge')) + (await holds('eb')),
          (await holds('le')) + (await holds('sa')),
        ]).toEqual([1, 1, 1]);
      }),
    );
  });
});
