// What a client may be given of what it asks for: all of it, within its registration, or nothing.
// https://www.rfc-editor.org/rfc/rfc6749#section-3.3, https://hl7.org/fhir/smart-app-launch/backend-services.html#scopes
import { expect, it } from '@jest/globals';
import { grantedOf } from '../../src/provider/client-claims.ts';

const laboratory = 'system/Observation.rs?category=laboratory';
const registered = `system/DocumentReference.rs ${laboratory} user/Patient.r`;

it.each([
  laboratory,
  'system/Observation.r?category=laboratory',
  'system/DocumentReference.rs?type=http://loinc.org|11502-2',
  'system/DocumentReference.read',
  `${laboratory} system/DocumentReference.r`,
])('%s is given', (asked) => expect(grantedOf(asked, registered)).toBe(asked));

it.each([
  'system/Observation.rs',
  'system/Observation.rs?category=vital-signs',
  'system/Observation.crs?category=laboratory',
  'system/*.rs?category=laboratory',
  'system/Observation.rs?',
  `${laboratory}?`,
  `${laboratory}#`,
  `${laboratory} system/Observation.rs`,
  'user/Patient.r',
  'system/Patient.r',
  'ITI-67',
  '?category=laboratory',
  '',
])('%s is not', (asked) => expect(grantedOf(asked, registered)).toBeUndefined());
