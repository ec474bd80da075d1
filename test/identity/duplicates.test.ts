import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasDuplicateNames } from '../../src/identity/duplicates.ts';

test.each([
  ['{"a":1,"a":2}', true],
  ['{"a":1,"\\u0061":2}', true],
  ['{"b":{"a":1,"c":[],"a":2}}', true],
  ['[{"a":1},{"b":[{"x":"\\"","x":1}]}]', true],
  ['{ "a" : 1 , "a" : 1 }', true],
  ['{"__proto__":1,"__proto__":2}', true],
  ['{"a":{"a":{"a":1}}}', false],
  ['[{"a":1},{"a":1}]', false],
  ['{"a":["a","a"],"b":"a"}', false],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', false],
  ['{"a":"\\\\","b":"a:"}', false],
  ['"a"', false],
  ['{}', false],
])('%s: %s', (text, expected) => {
  expect(hasDuplicateNames(text)).toBe(expected);
});

test('no text that JSON.stringify writes has a name twice', () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => !hasDuplicateNames(JSON.stringify(value, null, indent))));
});

test('a name written again is found at any place', () => {
  const repeated = (name: string, value: unknown): string =>
    `{${JSON.stringify(name)}:${JSON.stringify(value)},${JSON.stringify(name)}:0}`;
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (name, value, around) =>
      hasDuplicateNames(`{"before":${JSON.stringify(around)},"here":[${repeated(name, value)}]}`),
    ),
  );
});
