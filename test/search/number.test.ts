import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileFhirPath } from '../../src/fhir/fhirpath.ts';
import { isObject, parseJson } from '../../src/fhir/json.ts';
import { asked, decimalOf, justAbove, justBelow, numberOf } from '../../src/search/number.ts';
import { finds, rowOf } from './world.ts';

const risk = (value: unknown): ReturnType<typeof rowOf> =>
  rowOf({ resourceType: 'RiskAssessment', id: 'r', prediction: [{ probabilityDecimal: value }] });
const meets = async (value: unknown, question: string): Promise<boolean> =>
  await finds('RiskAssessment', `probability=${question}`, risk(value));

describe('number', () => {
  test.each([
    ['100', 100, true],
    ['100', 99.5, true],
    ['100', 100.4999, true],
    ['100', 100.5, false],
    ['100', 99.49, false],
    ['100.00', 99.995, true],
    ['100.00', 100.005, false],
    ['100.00', 100.01, false],
    ['1e2', 50, true],
    ['1e2', 149.9, true],
    ['1e2', 150, false],
    ['1.00e2', 100.4, true],
    ['1.00e2', 100.5, false],
    ['1E2', 100, true],
    ['0.8', 0.75, true],
    ['0.8', 0.85, false],
    ['.8', 0.8, undefined],
    ['8e-1', 0.84, true],
    ['-5', -5.5, true],
    ['-5', -4.5, false],
    ['-0.0', 0.04, true],
    ['0', -0.5, true],
    ['0', 0.5, false],
    ['+5', 5, true],
    ['eq100', 100.4, true],
    ['ne100', 100.4, false],
    ['ne100', 100.5, true],
    ['ne100', 42, true],
    ['gt100', 100, false],
    ['gt100', 100.0001, true],
    ['gt8e-1', 0.9, true],
    ['lt100', 100, false],
    ['lt100', 99.9999, true],
    ['ge100', 100, true],
    ['ge100', 99.9999, false],
    ['le100', 100, true],
    ['le100', 100.0001, false],
    ['sa100', 100, false],
    ['sa100', 100.1, true],
    ['eb100', 100, false],
    ['eb100', 99.9, true],
    ['ap100', 109.9, true],
    ['ap100', 90, true],
    ['ap100', 111, false],
    ['ap-100', -109, true],
    ['ap-100', -89, false],
    ['ap1', 1.4, true],
    ['7,100', 100, true],
    ['7,8', 100, false],
  ])('%s of %s: %s', async (question, value, expected) => {
    if (expected === undefined) await expect(meets(value, question)).rejects.toThrow('not a number');
    else expect(await meets(value, question)).toBe(expected);
  });

  test.each([
    '',
    'x',
    '1,',
    'gt',
    '1 000',
    '1.',
    '1e',
    '1e9999',
    '1e308e',
    '0x1F',
    'NaN',
    'Infinity',
    '1e309',
    'zz5',
    '5|x',
    '--5',
  ])('%j is refused', async (question) => {
    await expect(meets(1, question)).rejects.toThrow('probability');
  });

  test('only the first and the last of several values sort; none is missing', async () => {
    const row = rowOf({
      resourceType: 'RiskAssessment',
      id: 'r',
      prediction: [{ probabilityDecimal: 0.4 }, { probabilityDecimal: 0.1 }, { probabilityDecimal: 0.9 }],
    });
    expect(row.s.probability).toEqual({ min: 0.1, max: 0.9 });
    expect(await finds('RiskAssessment', 'probability:missing=true', row)).toBe(false);
    expect(await finds('RiskAssessment', 'probability:missing=true', rowOf({ resourceType: 'RiskAssessment', id: 'r' }))).toBe(
      true,
    );
    expect(await finds('RiskAssessment', 'probability=ne0', rowOf({ resourceType: 'RiskAssessment', id: 'r' }))).toBe(false);
    await expect(finds('RiskAssessment', 'probability:exact=1', row)).rejects.toThrow('no such modifier');
  });

  test('digits that a double would drop are read all the same', () => {
    expect(numberOf(parseJson('1.50'))).toBe(1.5);
    expect(compileFhirPath('value')({ value: parseJson('1.50') }).map(numberOf)).toEqual([1.5]);
    const [quantity] = compileFhirPath("quantity.where(unit = 'g')")({ quantity: { value: parseJson('1.50'), unit: 'g' } });
    expect(isObject(quantity) && numberOf(quantity.value)).toBe(1.5);
    expect(numberOf(parseJson('0.10000000000000000001'))).toBe(0.1);
    expect([numberOf('1'), numberOf(true), numberOf({}), numberOf(null), numberOf({ valueOf: 1 })]).toEqual(
      Array(5).fill(undefined),
    );
  });
});

const written = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: -6, max: 6 }))
  .map(([digits, places, exponent]) => {
    const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
    const point = text.length - places;
    const decimal = places === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
    return `${digits < 0n ? '-' : ''}${decimal}${exponent === 0 ? '' : `e${exponent}`}`;
  });

describe('what holds of every number', () => {
  test('it finds itself, and so do ge, le and ap', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.constantFrom('', 'eq', 'ge', 'le', 'ap'), async (text, prefix) => {
        expect(await meets(Number(text), `${prefix}${text}`)).toBe(true);
      }),
    );
  });

  test('lt, the value and gt: one of them holds; eq and ne: exactly one', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), async (text, value) => {
        const holds = async (prefix: string): Promise<number> => Number(await meets(value, `${prefix}${text}`));
        expect((await holds('lt')) + (await holds('gt')) + Number(value === Number(text))).toBe(1);
        expect((await holds('eq')) + (await holds('ne'))).toBe(1);
        expect([await holds('sa'), await holds('eb')]).toEqual([await holds('gt'), await holds('lt')]);
        expect((await holds('ge')) + (await holds('lt'))).toBe(1);
        expect((await holds('le')) + (await holds('gt'))).toBe(1);
      }),
    );
  });

  test('the neighbours of a double have nothing between', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        expect(justBelow(value)).toBeLessThan(value);
        expect(justAbove(justBelow(value)) === value).toBe(true);
        const middle = justBelow(value) / 2 + value / 2;
        expect([justBelow(value), value]).toContain(middle === 0 ? value : middle);
      }),
      { examples: [[0], [Number.MIN_VALUE], [-Number.MIN_VALUE]] },
    );
  });

  test('the implied interval is exact in decimals', () => {
    const decimal = decimalOf('5.4');
    expect(decimal).toEqual({ value: 5.4, low: 5.35, high: 5.45 });
    if (decimal) expect(asked('eq', decimal)).toEqual({ low: 5.35, high: justBelow(5.45) });
  });
});
