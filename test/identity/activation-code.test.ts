// Activation codes as they are read and typed, and the key of an INS.
import { describe, expect, it, test } from '@jest/globals';
import { randomIds } from '../../src/fhir/id.ts';
import {
  digestOf,
  endOfValidity,
  newActivationCode,
  readActivationCode,
  writtenActivationCode,
} from '../../src/identity/activation-code.ts';
import { hasRightKey, insKeyOf, insOf } from '../../src/identity/identifiers.ts';

const letters = '34679ACDEFGHJKMNPQRTWXY';
const code = newActivationCode({ key: () => 'aaaaaaaaaaaaa' });

describe('an activation code', () => {
  it('is four groups of four, without look-alikes, of 60 bits and more', () => {
    const written = Array.from({ length: 200 }, () => writtenActivationCode(newActivationCode(randomIds)));
    for (const one of written) expect(one).toMatch(new RegExp(`^[${letters}]{4}(-[${letters}]{4}){3}$`));
    expect(new Set(written).size).toBe(200);
    expect(new Set(written.join('').replaceAll('-', ''))).toEqual(new Set(letters));
    expect(15 * Math.log2(letters.length)).toBeGreaterThan(60);
  });

  it.each([
    ['as it is written', writtenActivationCode(code)],
    ['in lower case', writtenActivationCode(code).toLowerCase()],
    ['in one', code],
    ['with spaces and other hyphens', ` ${code.slice(0, 4)} ${code.slice(4, 8)}–${code.slice(8, 12)}\u00a0‑ ${code.slice(12)}\n`],
  ])('is read %s', (_, typed) => expect(readActivationCode(typed)).toBe(code));

  it('tells every single mistake and every exchange of two characters', () => {
    const mistakes = [...code].flatMap((was, at) =>
      [...letters].filter((letter) => letter !== was).map((letter) => code.slice(0, at) + letter + code.slice(at + 1)),
    );
    const exchanges = [...code].flatMap((one, at) =>
      [...code]
        .map((other, to) => ({ other, to }))
        .filter(({ other, to }) => to > at && other !== one)
        .map(({ other, to }) => code.slice(0, at) + other + code.slice(at + 1, to) + one + code.slice(to + 1)),
    );
    expect(mistakes.length).toBe(16 * 22);
    expect(exchanges.length).toBeGreaterThan(80);
    expect([...mistakes, ...exchanges].filter((typed) => readActivationCode(typed) !== undefined)).toEqual([]);
  });

  it.each(['', '-', code.slice(1), `${code}3`, code.replace(/.$/, '0'), 'é'.repeat(16), 'A'.repeat(100_000)])(
    '%# is none',
    (typed) => expect(readActivationCode(typed)).toBeUndefined(),
  );

  it('is kept as a hash that is of one INS', () => {
    const [one, other] = ['279035121518989', '279035121518990'].map((value) => ({
      system: 'urn:oid:1.2.250.1.213.1.4.8',
      value,
    }));
    if (one === undefined || other === undefined) throw new Error('two');
    expect(digestOf(one, code)).toBe(digestOf(one, code));
    expect(digestOf(other, code)).not.toBe(digestOf(one, code));
    expect(digestOf({ ...one, system: 'urn:oid:1.2.250.1.213.1.4.9' }, code)).not.toBe(digestOf(one, code));
  });

  it.each([
    ['2026-11-26T10:00:00Z', 42, '2027-01-07T22:59:59.999Z'],
    ['2026-11-26T22:59:59Z', 1, '2026-11-27T22:59:59.999Z'],
    ['2026-11-26T23:00:00Z', 1, '2026-11-28T22:59:59.999Z'],
    ['2026-03-27T22:30:00Z', 42, '2026-05-08T21:59:59.999Z'],
    ['2026-10-24T22:30:00Z', 1, '2026-10-26T22:59:59.999Z'],
    ['2026-03-20T10:00:00Z', 42, '2026-05-01T21:59:59.999Z'],
  ])('made at %s for %i days ends at %s', (now, days, end) => expect(endOfValidity(new Date(now), days).toISOString()).toBe(end));
});

describe('the key of an INS', () => {
  test.each([
    ['2790351215189', '89'],
    ['1511275059005', '51'],
    ['185052A004012', '70'],
    ['185052B004012', '97'],
  ])('%s: %s', (number, key) => expect(insKeyOf(number)).toBe(key));

  test.each([
    ['279035121518989', true],
    ['279035121518990', false],
    ['185052A00401270', true],
    ['185052B00401270', false],
  ])('%s: %s', (value, right) => {
    const ins = insOf('1.2.250.1.213.1.4.8', value);
    expect(ins).toEqual({ system: 'urn:oid:1.2.250.1.213.1.4.8', value });
    expect(ins !== undefined && hasRightKey(ins)).toBe(right);
  });
});
