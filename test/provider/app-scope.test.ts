// What an app asks for beyond its registration is narrowed to it. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { expect, it } from '@jest/globals';
import { narrowed } from '../../src/provider/app-scope.ts';

const registered =
  'openid launch/patient patient/*.rs patient/Observation.cruds patient/Immunization.rs?status=completed user/Patient.r';

it.each<[asked: string, given: string]>([
  ['openid fhirUser launch/patient offline_access', 'openid launch/patient'],
  ['patient/*.rs', 'patient/*.rs'],
  ['patient/*.read', 'patient/*.read'],
  ['patient/DocumentReference.r', 'patient/DocumentReference.r'],
  ['patient/*.cruds', 'patient/*.rs patient/Observation.cruds patient/Immunization.rs?status=completed'],
  ['patient/*.*', 'patient/*.rs patient/Observation.cruds patient/Immunization.rs?status=completed'],
  ['patient/DocumentReference.cud', ''],
  ['patient/Observation.write', 'patient/Observation.write'],
  ['patient/DocumentReference.crs', 'patient/DocumentReference.rs'],
  ['patient/Observation.cud?category=vital-signs', 'patient/Observation.cud?category=vital-signs'],
  ['patient/DocumentReference.crs?type=x', 'patient/DocumentReference.rs?type=x'],
  ['user/Patient.rs', 'user/Patient.r'],
  ['user/*.cruds', 'user/Patient.r'],
  ['system/*.rs', ''],
  ['patient/*.sr patient/observation.r patient/ launch root', ''],
  ['openid openid', 'openid'],
  ['', ''],
])('%s → %s', (asked, given) => expect(narrowed(asked, registered)).toBe(given));

it('what is registered with a query is given with it', () => {
  const bound = 'patient/Immunization.rs?status=completed';
  expect(narrowed('patient/Immunization.r', bound)).toBe('patient/Immunization.r?status=completed');
  expect(narrowed('patient/Immunization.r?status=not-done', bound)).toBe('');
  expect(narrowed(bound, bound)).toBe(bound);
});
