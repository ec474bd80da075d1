// What a token search compares depends on the elements that its parameter reads. https://hl7.org/fhir/R4/search.html#token
import { describe, expect, test } from '@jest/globals';
import { matches } from '../../src/filter/matches.ts';
import type { Row } from '../../src/filter/row.ts';
import { tokenType } from '../../src/search/token-type.ts';
import { conformance } from '../conformance/example.ts';
import { now, rowOf } from './world.ts';

type Question = readonly [type: string, code: string, modifier: string | undefined, value: string, nodes: readonly unknown[]];

function finds(...[type, code, modifier, value, nodes]: Question): boolean {
  const parameter = conformance.types.get(type)?.search.get(code);
  if (parameter === undefined) throw new Error(`no ${type}.${code}`);
  const { idx, p } = tokenType.index(parameter, nodes, undefined);
  const row: Row = { ...rowOf({ resourceType: 'Patient', id: 'x' }), idx, p };
  const { terminology } = conformance;
  const filter = tokenType.condition({
    parameter,
    name: code,
    modifier,
    values: [value],
    base: undefined,
    now,
    terminology,
    attachments: true,
  });
  if (filter === undefined) throw new Error(`no modifier ${modifier}`);
  return matches(filter, row, { now, today: now });
}

const phone = { system: 'phone', value: '+33 1', use: 'home' };
const long = 'x'.repeat(5000);
const typed = { type: { coding: [{ system: 'urn:t', code: 'MR' }, { code: 'no' }], text: 'Dossier' }, value: 'a|b' };

describe('token', () => {
  test.each<readonly [...Question, boolean]>([
    ['AuditEvent', 'altid', undefined, 'CN=Émile', ['cn=éMILE'], true],
    ['AuditEvent', 'altid', undefined, 'cn=emile', ['cn=éMILE'], false],
    ['AuditEvent', 'altid', 'not', 'CN=ÉMILE', ['cn=éMILE'], false],
    ['AuditEvent', 'action', undefined, 'r', ['R'], false],
    ['Patient', 'telecom', undefined, '+33 1', [phone], true],
    ['Patient', 'telecom', 'not', '+33 1', [phone], false],
    ['Patient', 'active', undefined, 'true', [true], true],
    ['Condition', 'code', 'text', 'dos', [{ text: 'Dossier' }], true],
    ['Condition', 'code', 'text', long, [{ text: long }], true],
    ['Condition', 'code', 'text', 'x', [{ coding: [{ display: 7 }, 'x'], text: ['x'] }], false],
    ['Patient', 'identifier', 'text', 'dos', [typed], true],
    ['Patient', 'identifier', 'of-type', 'urn:t|MR|a\\|b', [typed], true],
    ['Patient', 'identifier', 'of-type', 'urn:t|MR|a', [typed], false],
    ['Patient', 'identifier', 'of-type', 'urn:t|MR\\|a|b', [typed], false],
    ['Patient', 'identifier', 'of-type', 'urn:t|no|a\\|b', [typed], false],
    ['DocumentReference', 'contenttype', 'below', 'text/xml', ['text/xml;charset=UTF-8'], true],
    ['DocumentReference', 'contenttype', 'below', 'text/xml', ['text/xml ; charset=UTF-8'], true],
    ['DocumentReference', 'contenttype', 'below', 'text/xml', ['text/xml2'], false],
    ['DocumentReference', 'contenttype', 'below', 'text', ['text/xml'], true],
    ['DocumentReference', 'contenttype', 'below', 'text', ['textual/xml'], false],
    ['Observation', 'status', 'below', 'amended', ['corrected'], true],
    ['Observation', 'status', 'above', 'amended', ['corrected'], false],
  ])('%s.%s:%p=%s of %j: %p', (...question) => {
    const [type, code, modifier, value, nodes, found] = question;
    expect(finds(type, code, modifier, value, nodes)).toBe(found);
  });

  test.each([
    ['AuditEvent', 'altid', 'text'],
    ['Patient', 'telecom', 'in'],
    ['Patient', 'identifier', 'below'],
    ['Observation', 'status', 'text'],
    ['DocumentReference', 'contenttype', 'in'],
  ])('%s.%s takes no :%s', (type, code, modifier) => {
    expect(() => finds(type, code, modifier, 'a|b', [])).toThrow('no modifier');
  });

  test('too many codes are refused, whatever is stored', () => {
    const parameter = conformance.types.get('Observation')?.search.get('code');
    const act = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
    const values = Array.from({ length: 10_001 }, (_, at) => `${act}|c${at}`);
    const asked = { name: 'code', base: undefined, now, terminology: conformance.terminology, attachments: true };
    expect(() => parameter && tokenType.condition({ ...asked, parameter, modifier: 'below', values })).toThrow('too-costly');
  });
});
