import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Refusal, toOutcome } from '../../src/fhir/outcome.ts';
import { type Page, sealedCursors } from '../../src/search/cursor.ts';

const key = randomBytes(32);
const cursors = sealedCursors(key);
const page: Page = {
  caller: 'professional 10003461033',
  type: 'Patient',
  parameters: [['identifier', 'urn:oid:1.2.250.1.213.1.4.8|279035121518989']],
  values: [new Date('2026-03-10T00:00:00.001Z'), 'lefèvre', null, 3, true, 'k1-abc'],
  count: 20,
};

function faultOf(token: string, caller = page.caller, opener = cursors): unknown {
  try {
    opener.open(token, caller);
  } catch (error) {
    if (error instanceof Refusal) return toOutcome(error);
    throw error;
  }
  throw new Error('opened');
}

describe('a sealed cursor', () => {
  test('comes back as it was, for its caller', () => {
    expect(cursors.open(cursors.seal(page), page.caller)).toEqual(page);
  });

  test('shows nothing and is never the same twice', () => {
    const token = cursors.seal(page);
    expect(token).toMatch(/^[\w-]+$/);
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('279035121518989');
    expect(cursors.seal(page)).not.toBe(token);
  });

  test('every fault has the same answer', () => {
    const token = cursors.seal(page);
    const fault = faultOf('');
    expect(fault).toMatchObject({ issue: [{ code: 'value', expression: ['http._page'] }] });
    expect(faultOf(token, 'professional 2')).toEqual(fault);
    expect(faultOf(token, page.caller, sealedCursors(randomBytes(32)))).toEqual(fault);
    for (const other of ['x', 'é', '../..', token.slice(0, -4), `${token}AAAA`, `${token}=`, ` ${token}`, token.slice(0, 30)]) {
      expect(faultOf(other)).toEqual(fault);
    }
    for (let at = 0; at < token.length; at += 7) {
      const changed = token[at] === 'A' ? 'B' : 'A';
      expect(faultOf(token.slice(0, at) + changed + token.slice(at + 1))).toEqual(fault);
    }
  });

  test('a key of another length is refused', () => {
    expect(() => sealedCursors(randomBytes(16))).toThrow('32 bytes');
  });
});
