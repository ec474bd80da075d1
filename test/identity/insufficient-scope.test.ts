// 403 names the scope that would do where a scope is all that is wanting, and where the law refuses it names none.
// https://www.rfc-editor.org/rfc/rfc6750#section-3.1
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectOutcome } from '../http/expect.ts';
import { finess, ins } from '../interaction/ground.ts';
import { testIns } from '../resources.ts';
import { claims, cx } from './issuer.ts';
import { openScoped, rpps, type Scoped } from './scoped.ts';

let scoped: Scoped;
beforeAll(async () => {
  scoped = await openScoped();
});
afterAll(async () => await scoped.ground.stop());

const doctor = claims.professional({ rpps, name: 'Dr Claire Martin' });
const holder = claims.holder(cx(ins));
const hospital = claims.structure(finess);
const agent = claims.agent();
const fhirJson = { 'Content-Type': 'application/fhir+json' };

async function refused(given: object, scope: string, [method, path, body]: Asked): Promise<string | undefined> {
  const client = scoped.ground.carnet.as({ ...given, scope });
  const reply = await client.send(method, scoped.named(path), fhirJson, body === undefined ? '' : JSON.stringify(body));
  expectOutcome(reply, 403);
  return reply.headers['www-authenticate'];
}

type Asked = readonly [method: string, path: string, body?: object];
const read: Asked = ['GET', '/Observation/{glucose}'];
const search: Asked = ['GET', '/Observation?patient={key}'];
const bundle = (type: string): object => ({
  resourceType: 'Bundle',
  type,
  entry: [{ request: { method: 'GET', url: 'Observation' } }],
});

describe('for want of a scope', () => {
  it.each<[name: string, given: object, scope: string, asked: Asked, needed: string]>([
    ['a read', doctor, 'user/Patient.rs', read, 'user/Observation.r'],
    ['of what is not there', doctor, 'user/Patient.rs', ['GET', '/Observation/{key}'], 'user/Observation.r'],
    ['a version', doctor, 'user/Observation.s', ['GET', '/Observation/{glucose}/_history/1'], 'user/Observation.r'],
    ['a search', doctor, 'openid', search, 'user/Observation.s'],
    ['in the context that it has', { ...doctor, patient: 'aaaaaaaaaaaaa' }, 'patient/*.r', search, 'patient/Observation.s'],
    ['where its context grants nothing', doctor, 'system/*.rs', search, 'user/Observation.s'],
    ['where its parameters do not', doctor, 'user/Observation.rs?code:in=x', search, 'user/Observation.s'],
    ['a holder', holder, 'openid', search, 'patient/Observation.s'],
    ['a hospital', hospital, 'user/*.cruds', search, 'system/Observation.s'],
    ['everything', doctor, 'openid', ['GET', '/?_type=Observation,Condition'], 'user/*.s'],
    ['one type of everything', doctor, 'openid', ['GET', '/?_type=Observation'], 'user/Observation.s'],
    ['the history of everything', doctor, 'user/Observation.rs', ['GET', '/_history'], 'user/*.s'],
    ['a create', doctor, 'user/*.rs', ['POST', '/Observation', {}], 'user/Observation.c'],
    ['a delete', doctor, 'user/*.rs', ['DELETE', '/Observation/{glucose}'], 'user/Observation.d'],
    ['a transaction', doctor, 'user/Patient.rs', ['POST', '/', bundle('transaction')], 'user/Observation.s'],
    ['the exact identifier', doctor, 'user/Observation.rs', ['GET', `/Patient?identifier=${testIns}|${ins}`], 'user/Patient.s'],
    ['an operation', doctor, 'openid', ['GET', `/Patient/$record-status?identifier=${testIns}|${ins}`], 'user/Patient.s'],
    ['a wish', holder, 'patient/*.rs', ['POST', '/Patient/{key}/$authorise', {}], 'patient/Consent.c'],
    ['a label', holder, 'patient/*.rs', ['POST', '/DocumentReference/{letter}/$mask', {}], 'patient/DocumentReference.u'],
    ['a validation', doctor, 'openid', ['POST', '/Observation/$validate', { resourceType: 'Observation' }], 'user/Observation.r'],
  ])('%s', async (_name, given, scope, asked, needed) => {
    expect(await refused(given, scope, asked)).toBe(`Bearer realm="carnet", error="insufficient_scope", scope="${needed}"`);
  });

  it('what is written is not what the scope is about', async () => {
    const body = scoped.observation('vital-signs', 'other');
    expect(await refused(doctor, 'user/Observation.c?category=laboratory', ['POST', '/Observation', body])).toMatch(
      /error="insufficient_scope", scope="user\/Observation\.c"$/,
    );
  });

  it('an entry of a batch, without a header of its own', async () => {
    const reply = await scoped.doctor('user/Patient.rs').post('/', bundle('batch'));
    expect([reply.status, reply.body.entry[0].response.status]).toEqual([200, '403 Forbidden']);
    expect(reply.headers['www-authenticate']).toBeUndefined();
  });
});

describe('where the law refuses, whatever the scopes', () => {
  it.each<[name: string, given: object, scope: string, asked: Asked]>([
    ['a reading agent', agent, 'user/*.cruds', search],
    ['a reading agent without scopes', agent, 'openid', search],
    ['an agent who searches everything', agent, 'openid', ['GET', '/?_type=Observation']],
    ['a secretary without scopes', claims.delegate({ rpps, secretary: { sub: 's' } }), 'openid', read],
    ['the INS of another', holder, 'patient/*.rs', ['GET', `/Patient/$record-status?identifier=${testIns}|279035121518998`]],
    [
      'an explanation for another than the holder',
      doctor,
      'user/*.cruds',
      ['GET', '/DocumentReference/{letter}/$explain-access'],
    ],
  ])('%s', async (_name, given, scope, asked) => {
    expect(await refused(given, scope, asked)).toBeUndefined();
  });
});

it('tells no hidden document from one that never was', async () => {
  const hidden = scoped.named('{letter}');
  const stranger = claims.professional({ rpps: '10003461082' });
  expect((await scoped.ground.carnet.as(stranger).get(`/DocumentReference/${hidden}`)).status).toBe(404);
  const told = [hidden, hidden.replace(/.$/, 'x')].flatMap((id) =>
    ['GET', 'PUT', 'DELETE'].map(async (method) => [
      method,
      await refused(stranger, 'user/Patient.rs', [method, `/DocumentReference/${id}`, {}]),
    ]),
  );
  const [first, second, third, ...again] = await Promise.all(told);
  expect(again).toEqual([first, second, third]);
});
