import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/fhir/json.ts';
import { unitOf } from '../../src/fhir/ucum.ts';
import { finds, rowOf } from './world.ts';

const ucum = 'http://unitsofmeasure.org';
const local = 'http://example.fr/unit';

function observed(value: JsonObject): ReturnType<typeof rowOf> {
  return rowOf({ resourceType: 'Observation', id: 'o', valueQuantity: value });
}

const of = (value: number, code: string, more: JsonObject = {}): JsonObject => ({ value, system: ucum, code, ...more });
const stored: Readonly<Record<string, JsonObject>> = {
  mg: of(5400, 'mg', { unit: 'milligrammes' }),
  g: of(5.4, 'g'),
  fever: of(38.5, 'Cel', { unit: '°C' }),
  below5: of(5, 'mmol/L', { comparator: '<' }),
  atMost5: of(5, 'mmol/L', { comparator: '<=' }),
  above5: of(5, 'mmol/L', { comparator: '>' }),
  atLeast5: of(5, 'mmol/L', { comparator: '>=' }),
  units: of(12, '[iU]/L', { unit: 'UI/l' }),
  acid: of(7.4, '[pH]'),
  wrong: of(3, 'no such unit'),
  tablets: { value: 2, system: local, code: 'TAB', unit: 'comprimés' },
  free: { value: 2, unit: 'gouttes' },
  bare: { value: 2 },
  percent: of(40, '%'),
};

describe('quantity', () => {
  test.each([
    ['mg', '5400', true],
    ['mg', '5.4', false],
    ['mg', `5400|${ucum}|mg`, true],
    ['mg', `5.4|${ucum}|g`, true],
    ['mg', `5|${ucum}|g`, true],
    ['mg', `5.40e-3|${ucum}|kg`, true],
    ['mg', `5.40|${ucum}|mg`, false],
    ['mg', `5.4|${ucum}|mL`, false],
    ['mg', `5.4e6|${ucum}|ug`, true],
    ['mg', `ge5.4|${ucum}|g`, true],
    ['mg', `le5.4|${ucum}|g`, true],
    ['mg', `gt5.4|${ucum}|g`, false],
    ['mg', `lt5.4|${ucum}|g`, false],
    ['mg', `ne5.4|${ucum}|g`, false],
    ['mg', `ne5.5|${ucum}|g`, true],
    ['mg', `ne5.5|${ucum}|mL`, false],
    ['mg', `ap5|${ucum}|g`, true],
    ['mg', `sa5|${ucum}|g`, true],
    ['mg', `eb6|${ucum}|g`, true],
    ['mg', '5400||mg', true],
    ['mg', '5400||milligrammes', true],
    ['mg', '5400||Milligrammes', false],
    ['mg', '5.4||g', false],
    ['mg', `5400|${local}|mg`, false],
    ['mg', `5300|${ucum}|mg,5.4|${ucum}|g`, true],
    ['g', `5400|${ucum}|mg`, true],
    ['g', `5400.0|${ucum}|mg`, true],
    ['fever', `38.5|${ucum}|Cel`, true],
    ['fever', `101.3|${ucum}|[degF]`, true],
    ['fever', `311.65|${ucum}|K`, true],
    ['fever', `gt38|${ucum}|Cel`, true],
    ['fever', `gt101.3|${ucum}|[degF]`, false],
    ['fever', `lt101.4|${ucum}|[degF]`, true],
    ['fever', '38.5||°C', true],
    ['below5', 'lt5', true],
    ['below5', `lt5|${ucum}|mmol/L`, true],
    ['below5', `lt4|${ucum}|mmol/L`, true],
    ['below5', `gt4|${ucum}|mmol/L`, true],
    ['below5', `ge5|${ucum}|mmol/L`, false],
    ['below5', `5|${ucum}|mmol/L`, false],
    ['below5', `eb5|${ucum}|mmol/L`, true],
    ['below5', `lt5000|${ucum}|umol/L`, true],
    ['below5', `eb5000|${ucum}|umol/L`, true],
    ['atMost5', `eb5|${ucum}|mmol/L`, false],
    ['atMost5', `gt5|${ucum}|mmol/L`, false],
    ['above5', `gt1000|${ucum}|mmol/L`, true],
    ['above5', `sa5|${ucum}|mmol/L`, true],
    ['above5', `le5|${ucum}|mmol/L`, false],
    ['above5', `lt6|${ucum}|mmol/L`, true],
    ['above5', `ne5|${ucum}|mmol/L`, true],
    ['atLeast5', `sa5|${ucum}|mmol/L`, false],
    ['atLeast5', `ge5|${ucum}|mmol/L`, true],
    ['atLeast5', `lt5|${ucum}|mmol/L`, false],
    ['units', `12|${ucum}|[iU]/L`, true],
    ['units', `12|${ucum}|/L`, false],
    ['units', `12|${ucum}|[arb'U]/L`, false],
    ['units', '12||UI/l', true],
    ['acid', `7.4|${ucum}|[pH]`, true],
    ['acid', `gt7.3|${ucum}|[pH]`, true],
    ['acid', `lt7.3|${ucum}|[pH]`, false],
    ['wrong', `3|${ucum}|no such unit`, true],
    ['tablets', `2|${local}|TAB`, true],
    ['tablets', '2||TAB', true],
    ['tablets', '2||comprimés', true],
    ['tablets', `2|${ucum}|1`, false],
    ['tablets', `2|${local}x|TAB`, false],
    ['free', '2||gouttes', true],
    ['free', `2|${local}|gouttes`, false],
    ['bare', '2', true],
    ['bare', '2||1', false],
    ['bare', `2|${ucum}|1`, false],
    ['percent', `0.40|${ucum}|1`, true],
    ['percent', '40', true],
    ['percent', '0.40', false],
    ['mg', `lt9e307|${ucum}|[lb_av]`, true],
    ['mg', `ne-9e307|${ucum}|[lb_av]`, true],
    ['mg', `eq-1.7976931348623157e308|${ucum}|kg`, false],
    ['mg', `gt1e-300|${ucum}|ng`, true],
  ])('%s: %s %s', async (name, question, expected) => {
    expect(await finds('Observation', `value-quantity=${question}`, observed(stored[name] ?? {}))).toBe(expected);
  });

  test.each(['', '|mg', '5|mg', '5|', '5||', `5|${ucum}|`, `5|${ucum}|mg|x`, `x|${ucum}|mg`, 'gt', `5\\|${ucum}|mg`, '1e400'])(
    '%j is refused',
    async (question) => {
      await expect(finds('Observation', `value-quantity=${question}`, observed({}))).rejects.toThrow('value-quantity');
    },
  );

  test('a bar of a system or code is escaped, and none passes for another', async () => {
    const odd = observed({ value: 1, system: 'urn:a|b', code: 'c' });
    expect(await finds('Observation', 'value-quantity=1|urn:a\\|b|c', odd)).toBe(true);
    expect(await finds('Observation', 'value-quantity=1|urn:a|b\\|c', odd)).toBe(false);
    expect(await finds('Observation', 'value-quantity=1||c', odd)).toBe(true);
  });
});

describe('what is no single quantity', () => {
  const money = rowOf({ resourceType: 'Invoice', id: 'i', totalNet: { value: 40.5, currency: 'EUR' } });
  const range = (value: JsonObject): ReturnType<typeof rowOf> =>
    rowOf({ resourceType: 'Observation', id: 'o', valueRange: value });
  const sample = rowOf({
    resourceType: 'Observation',
    id: 'o',
    valueSampledData: { origin: of(10, 'mV'), factor: 2, period: 1, dimensions: 1, data: '1 -3 E 4.5' },
  });

  test.each([
    ['40.5|urn:iso:std:iso:4217|EUR', true],
    ['40.5|urn:iso:std:iso:4217|USD', false],
    ['40.5||EUR', true],
    ['gt40', true],
  ])('money: %s %s', async (question, expected) => {
    expect(await finds('Invoice', `totalnet=${question}`, money)).toBe(expected);
  });

  test.each([
    [{ low: of(2, 'a'), high: of(4, 'a') }, 'gt3', true],
    [{ low: of(2, 'a'), high: of(4, 'a') }, '3', false],
    [{ low: of(2, 'a'), high: of(4, 'a') }, `ge48|${ucum}|mo`, true],
    [{ low: of(2, 'a'), high: of(4, 'a') }, `sa1|${ucum}|a`, true],
    [{ low: of(2, 'a'), high: of(4, 'a') }, `ap4|${ucum}|a`, true],
    [{ low: of(2, 'a'), high: of(4, 'a') }, `ap5|${ucum}|a`, false],
    [{ low: of(2, 'a') }, `gt100|${ucum}|a`, true],
    [{ low: of(2, 'a') }, `lt2|${ucum}|a`, false],
    [{ high: of(4, 'a') }, `lt1|${ucum}|a`, true],
    [{ high: of(4, 'a') }, 'eb4', false],
    [{ low: of(12, 'mo'), high: of(2, 'a') }, `gt1.5|${ucum}|a`, true],
    [{ low: of(12, 'mo'), high: of(2, 'a') }, `sa11|${ucum}|mo`, true],
    [{ low: of(12, 'mo'), high: of(2, 'a') }, 'gt1', false],
    [{ low: of(12, 'mo'), high: of(2, 'kg') }, `gt1|${ucum}|mo`, false],
    [{}, 'ne5', false],
  ])('range %j: %s %s', async (value, question, expected) => {
    expect(await finds('Observation', `value-range=${question}`, range(value))).toBe(expected);
  });

  test.each([
    [`gt18|${ucum}|mV`, true],
    [`gt19|${ucum}|mV`, false],
    [`lt5|${ucum}|mV`, true],
    [`lt4|${ucum}|mV`, false],
    [`eb0.02|${ucum}|V`, true],
    ['12', false],
  ])('the bounds of samples: %s %s', async (question, expected) => {
    expect(await finds('Observation', `value-quantity=${question}`, sample)).toBe(expected);
  });

  test('a quantity without a value is missing', async () => {
    expect(await finds('Observation', 'value-quantity:missing=true', observed({ unit: 'mg' }))).toBe(true);
    expect(await finds('Observation', 'value-quantity:missing=true', observed(stored.bare ?? {}))).toBe(false);
  });

  test('grams and milligrams sort together, an open end last', () => {
    expect(observed(stored.mg ?? {}).s['value-quantity']).toEqual({ min: 5.4, max: 5.4 });
    expect(observed(stored.above5 ?? {}).s['value-quantity']?.max).toBe(Number.MAX_VALUE);
  });
});

describe('units', () => {
  test.each([
    '',
    ' mg',
    'mg ',
    'milligram',
    '(g',
    'g/',
    '{',
    '10*1000',
    "[p'diop]",
    '['.repeat(90),
    '('.repeat(100),
    'm'.repeat(200),
  ])('%j compares with nothing else', (code) => {
    expect(unitOf(code)).toBeUndefined();
  });

  const same: readonly (readonly string[])[] = [
    ['g', 'mg', 'kg', 'ug'],
    ['L', 'mL', 'dL', 'm3', 'cm3'],
    ['mmol/L', 'umol/L', 'mol/m3'],
    ['h', 'min', 's', 'd', 'wk'],
    ['Cel', 'K', '[degF]'],
    ['mm[Hg]', 'kPa', 'Pa'],
  ];

  test('what is found in one unit is found in another: the conversion is symmetric', async () => {
    const pairs = fc.constantFrom(...same).chain((units) => fc.tuple(fc.constantFrom(...units), fc.constantFrom(...units)));
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 4 }),
        async ([one, other], n, places) => {
          const value = n / 10 ** places;
          const [from, to] = [unitOf(one), unitOf(other)];
          expect(from?.dimension).toBe(to?.dimension);
          const zero = to?.toBase(0) ?? 0;
          const factor = (to?.toBase(1e6) ?? 0) / 1e6 - zero / 1e6;
          const there = Number((((from?.toBase(value) ?? 0) - zero) / factor).toPrecision(9));
          const question = `value-quantity=ap${there.toFixed(12)}|${ucum}|${other}`;
          const back = `value-quantity=ap${value}|${ucum}|${one}`;
          expect(await finds('Observation', question, observed(of(value, one)))).toBe(true);
          expect(await finds('Observation', back, observed(of(there, other)))).toBe(true);
        },
      ),
    );
  });

  test('a value finds itself in its own unit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...same.flat(), '[iU]', 'zz'), fc.integer({ min: -1e6, max: 1e6 }), async (unit, n) => {
        for (const prefix of ['eq', 'ge', 'le', 'ap'])
          expect(
            await finds('Observation', `value-quantity=${prefix}${n / 100}|${ucum}|${unit}`, observed(of(n / 100, unit))),
          ).toBe(true);
      }),
    );
  });
});
