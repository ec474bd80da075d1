import { describe, expect, test } from '@jest/globals';
import { allows, type Interaction, parseScopes, type Reach, scopeOf } from '../../src/identity/scope.ts';

const letters: readonly Interaction[] = ['c', 'r', 'u', 'd', 's'];

function granted(text: string, type: string): string {
  const scopes = parseScopes(text);
  return letters.filter((letter) => allows(scopes, letter, type)).join('');
}

describe('the grammar', () => {
  test.each([
    ['user/Patient.cruds', 'cruds'],
    ['user/Patient.rs', 'rs'],
    ['user/*.c', 'c'],
    ['system/Patient.cud', 'cud'],
    ['patient/Patient.s', 's'],
    ['user/Patient.read', 'rs'],
    ['user/Patient.write', 'cud'],
    ['user/Patient.*', 'cruds'],
    ['openid fhirUser launch/patient user/Patient.r', 'r'],
    ['user/Patient.r user/*.c', 'cr'],
    ['user/Observation.cruds', ''],
    ['user/Patient.', ''],
    ['user/Patient', ''],
    ['user/Patient.dus', ''],
    ['user/Patient.rr', ''],
    ['user/Patient.rsx', ''],
    ['user/Patient.RS', ''],
    ['User/Patient.rs', ''],
    ['users/Patient.rs', ''],
    ['user/patient.rs', ''],
    ['user/Pat*.rs', ''],
    ['user/**.rs', ''],
    ['user/Patient.rs?gender=female', ''],
    ['xuser/Patient.rs', ''],
    ['user/Patient.rs\n', ''],
    ['user/Patient.rs,user/Patient.c', ''],
    ['', ''],
  ])('%j grants %j on Patient', (text, expected) => {
    expect(granted(text, 'Patient')).toBe(expected);
  });

  test('the whole system is asked for with *', () => {
    expect(granted('user/Patient.cruds user/*.s', '*')).toBe('s');
  });
});

describe('the reach', () => {
  test.each<[string, Interaction, Reach]>([
    ['patient/*.rs', 'r', 'patient'],
    ['patient/*.rs', 'c', 'none'],
    ['patient/*.rs user/Patient.r', 'r', 'free'],
    ['patient/*.rs user/Patient.r', 's', 'patient'],
    ['patient/*.rs user/Observation.r', 'r', 'patient'],
    ['patient/*.rs system/*.r', 'r', 'free'],
    ['user/*.rs', 's', 'free'],
    ['', 'r', 'none'],
  ])('%j, %s on Patient: %s', (text, interaction, expected) => {
    expect(scopeOf({ scopes: parseScopes(text) }, interaction, 'Patient')).toBe(expected);
  });
});
