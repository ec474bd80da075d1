// Texts that are no JSON, and JSON that parsers read differently. https://www.rfc-editor.org/rfc/rfc8259
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deepestJson, jsonFault, mostValues } from '../../src/fhir/json-fault.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('malformed', () => {
  it.each([
    ['', 0],
    [' ', 1],
    ['{', 1],
    ['[1', 2],
    ['{"a"', 4],
    ['{"a":', 5],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{"a":1} {', 8],
    ['[1}', 2],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['"a', 2],
    ['"a\\', 2],
    ['"a\\x"', 2],
    ['"\\u12G4"', 1],
    ['"\t"', 1],
    ['[01]', 2],
    ['[1.]', 2],
    ['[+1]', 1],
    ['[.5]', 1],
    ['[NaN]', 1],
    ['[undefined]', 1],
    ['{"a":1 /* x */}', 7],
    ['\ufeff{}', 0],
    ['\u00a0{}', 0],
  ])('%j: at %p', (text, at) => {
    expect([parses(text), jsonFault(text)]).toEqual([false, expect.objectContaining({ kind: 'malformed', at })]);
  });

  it('is what JSON.parse throws at, and nothing else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\"',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'true',
      'null',
      ' ',
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (some) => {
        const text = some.join('');
        return (jsonFault(text)?.kind === 'malformed') === !parses(text) || jsonFault(text)?.kind === 'repeated';
      }),
      { numRuns: 5000 },
    );
  });
});

/** `toString` is a fault by itself, found first. */
const plain = fc.string().filter((name) => name !== 'toString');
const nameable = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"toString":'));

describe('a name that none may have', () => {
  it.each([
    ['{"toString":1}', 'toString', 1],
    ['{"a":[{"b":1,"to\\u0053tring":{}}]}', 'a[0].toString', 13],
  ])('%s', (text, path, at) => {
    expect(jsonFault(text)).toEqual({ kind: 'unnameable', path, at });
  });

  it.each(['{"a":"toString"}', '{"tostring":1}', '["toString"]', '{"valueOf":1}'])('%s: none', (text) => {
    expect(jsonFault(text)).toBeUndefined();
  });
});

describe('a name twice in one object', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"b":{"a":1,"c":[],"a":2}}', 'b.a'],
    ['[{"a":1},{"b":[1,{"x":"\\"","x":1}]}]', '[1].b[1].x'],
    ['{ "a" : 1 , "a" : 1 }', 'a'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":{"b c":{"d":1,"d":2}}}', 'a'],
    ['{"":1,"":2}', ''],
  ])('%s: %s', (text, path) => {
    expect(jsonFault(text)).toMatchObject({ kind: 'repeated', path });
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":["a","a"],"b":"a"}',
    '{"a":"{\\"b\\":1,\\"b\\":2}"}',
    '{"a":"\\\\","b":"a:"}',
    '{"a":1,"A":2}',
    '"a"',
    '{}',
  ])('%s: none', (text) => {
    expect(jsonFault(text)).toBeUndefined();
  });

  it('is in no text that JSON.stringify writes', () => {
    const written = fc.property(nameable, fc.nat(2), (value, indent) => !jsonFault(JSON.stringify(value, null, indent)));
    fc.assert(written);
  });

  it('is found at any place', () => {
    const repeated = (name: string, value: unknown): string =>
      `{${JSON.stringify(name)}:${JSON.stringify(value)},${JSON.stringify(name)}:0}`;
    fc.assert(
      fc.property(plain, nameable, nameable, (name, value, around) => {
        const text = `{"before":${JSON.stringify(around)},"here":[${repeated(name, value)}]}`;
        return jsonFault(text)?.kind === 'repeated';
      }),
    );
  });
});

describe('measure', () => {
  it.each([
    [deepestJson, undefined],
    [deepestJson + 1, { kind: 'deep', at: deepestJson }],
    [1_000_000, { kind: 'deep', at: deepestJson }],
  ])('%p levels', (levels, fault) => {
    const found = jsonFault(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(fault);
  });

  it.each([
    [mostValues, undefined],
    [mostValues + 1, 'many'],
  ])('%p values', (values, kind) => {
    expect(jsonFault(`[${'1,'.repeat(values - 2)}1]`)?.kind).toBe(kind);
  });

  it('does not limit strings, nor the escapes in them', () => {
    expect(jsonFault(`"${'x\\n\\u00e9'.repeat(1_000_000)}${'\\t'.repeat(1_000_000)}"`)).toBeUndefined();
  });
});
