// Client assertions that give no token: what differs in their claims, and in their header.
import type { JsonObject } from '../../src/fhir/json.ts';

const soon = Math.floor(Date.now() / 1000);

export const wrongAssertions: readonly [string, JsonObject, JsonObject][] = [
  ['for another audience', { aud: 'http://carnet.test/fhir' }, {}],
  ['that lives longer than five minutes', { exp: soon + 900 }, {}],
  ['that has ended', { exp: soon - 120 }, {}],
  ['without jti', { jti: undefined }, {}],
  ['of another issuer', { iss: 'somebody' }, {}],
  ['of nobody', { iss: 'nobody', sub: 'nobody' }, {}],
  ['of an operator on a name', { iss: { $ne: '' }, sub: { $ne: '' } }, {}],
  ['with an unknown key', {}, { kid: 'other' }],
  ['without the name of its key', {}, { kid: undefined }],
  ['of another type', {}, { typ: 'at+jwt' }],
  ['without signature', {}, { alg: 'none' }],
  ['under a weaker algorithm', {}, { alg: 'RS256' }],
  ['signed with a secret', {}, { alg: 'HS256' }],
];
