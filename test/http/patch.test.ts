// JSON Patch on labels and status: versions, preconditions, refusals.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ground, idIn, openGround, written } from '../interaction/ground.ts';
import { document, mask } from '../resources.ts';
import { asked, fhirJson, version } from './asked.ts';
import { expectOutcome } from './expect.ts';
import type { RawReply } from './raw.ts';

let ground: Ground;
let id = '';
beforeAll(async () => {
  ground = await openGround();
  id = idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
});
afterAll(async () => await ground.stop());

// https://hl7.org/fhir/R4/http.html#patch, https://hl7.org/fhir/R4/http.html#concurrency
describe('patch', () => {
  const patching = { 'content-type': 'application/json-patch+json' };
  const made = async (): Promise<string> =>
    idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  const patched = async (of: string, body: object | string, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> =>
    await asked(ground, 'holder', 'PATCH', `/DocumentReference/${of}`, { body, headers: { ...patching, ...headers } });

  it('makes the next version', async () => {
    const of = await made();
    const reply = await patched(of, mask);
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ ...version(2), 'content-type': fhirJson });
    expect(reply.body).toMatchObject({ id: of, meta: { versionId: '2' } });
    expect(reply.headers).not.toHaveProperty('location');
    expect((await asked(ground, 'holder', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe('W/"2"');
  });

  it.each([
    ['return=minimal', undefined],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['return=representation', 'DocumentReference'],
  ])('Prefer: %s', async (prefer, type) => {
    const reply = await patched(await made(), mask, { prefer });
    expect([reply.status, reply.headers.etag, reply.body?.resourceType]).toEqual([200, 'W/"2"', type]);
  });

  it.each([
    ['W/"1"', 200],
    ['W/"2"', 412],
    ['W/"01"', 412],
    ['*', 200],
    ['nonsense', 412],
  ])('If-Match %s: %p', async (match, status) => {
    const of = await made();
    const reply = await patched(of, mask, { 'if-match': match });
    if (status === 200) expect(reply.status).toBe(200);
    else expectOutcome(reply, status, 'http.If-Match');
    expect((await asked(ground, 'holder', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe(
      status === 200 ? 'W/"2"' : 'W/"1"',
    );
  });

  const value = { coding: [{ system: 'x', code: 'y' }] };
  it.each<[string, object | string, number, string | undefined]>([
    ['not a list', { op: 'add' }, 400, undefined],
    ['an empty list', [], 400, undefined],
    ['a list of no objects', [1], 400, '[0]'],
    ['more than a hundred operations', Array(101).fill(mask[0]), 400, undefined],
    ['no op', [{ path: '/status' }], 400, '[0]'],
    ['an unknown op', [{ op: 'constructor', path: '/status' }], 400, '[0].op'],
    ['move', [{ op: 'move', from: '/subject', path: '/status' }], 400, '[0].op'],
    ['another element', [{ op: 'replace', path: '/subject/reference', value: 'Patient/x' }], 405, '[0].path'],
    ['the whole resource', [{ op: 'replace', path: '', value: {} }], 405, '[0].path'],
    ['the id', [{ op: 'replace', path: '/id', value: 'x' }], 405, '[0].path'],
    ['a prototype', [{ op: 'add', path: '/status/__proto__/x', value: 1 }], 422, '[0]'],
    ['a member of a primitive', [{ op: 'add', path: '/status/constructor/prototype/x', value: 1 }], 422, '[0]'],
    ['a prototype below the labels', [{ op: 'add', path: '/securityLabel/__proto__/x', value: 1 }], 422, '[0]'],
    ['the constructor of the list', [{ op: 'add', path: '/securityLabel/constructor/x', value: 1 }], 422, '[0]'],
    ['an index beyond the end', [{ op: 'add', path: '/securityLabel/7', value }], 422, '[0]'],
    ['a failed test', [{ op: 'test', path: '/status', value: 'superseded' }], 422, '[0]'],
    ['a status out of its value set', [{ op: 'replace', path: '/status', value: 'old' }], 422, 'DocumentReference.status'],
    ['a status that is no string', [{ op: 'replace', path: '/status', value: { a: 1 } }], 422, 'DocumentReference.status'],
    ['no status', [{ op: 'remove', path: '/status' }], 422, 'DocumentReference.status'],
    ['not JSON', '[{"op":', 400, undefined],
  ])('refuses %s, and changes nothing', async (_title, operations, status, expression) => {
    const of = await made();
    const hospital = await asked(ground, 'hospital', 'PATCH', `/DocumentReference/${of}`, {
      body: operations,
      headers: patching,
    });
    expectOutcome(hospital, status, expression);
    expect((await asked(ground, 'hospital', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe('W/"1"');
  });

  it.each(['application/fhir+json', 'application/json', 'application/xml-patch+xml', ''])(
    'Content-Type %p: 415',
    async (type) => {
      expectOutcome(await patched(id, mask, { 'content-type': type }), 415, 'http.Content-Type');
    },
  );
});
