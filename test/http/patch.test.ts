// JSON Patch and FHIRPath Patch: versions, preconditions, what may change on a document and on what else, refusals.
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
    ['no op', [{ path: '/status' }], 400, '[0].op'],
    ['an unknown op', [{ op: 'constructor', path: '/status' }], 400, '[0].op'],
    ['move of another element', [{ op: 'move', from: '/subject', path: '/status' }], 405, '[0].from'],
    ['another element', [{ op: 'replace', path: '/subject/reference', value: 'Patient/x' }], 405, '[0].path'],
    ['the whole resource', [{ op: 'replace', path: '', value: {} }], 405, '[0].path'],
    ['the id', [{ op: 'replace', path: '/id', value: 'x' }], 405, '[0].path'],
    ['a prototype', [{ op: 'add', path: '/status/__proto__/x', value: 1 }], 400, '[0].path'],
    ['a member of a primitive', [{ op: 'add', path: '/status/constructor/prototype/x', value: 1 }], 400, '[0].path'],
    ['a prototype below the labels', [{ op: 'add', path: '/securityLabel/__proto__/x', value: 1 }], 400, '[0].path'],
    ['the constructor of the list', [{ op: 'add', path: '/securityLabel/constructor/x', value: 1 }], 400, '[0].path'],
    ['an index beyond the end', [{ op: 'add', path: '/securityLabel/7', value }], 422, '[0].path'],
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

  it.each(['application/json', 'application/xml-patch+xml', ''])('Content-Type %p: 415', async (type) => {
    expectOutcome(await patched(id, mask, { 'content-type': type }), 415, 'http.Content-Type');
  });
});

// https://hl7.org/fhir/R4/fhirpatch.html
describe('FHIRPath Patch', () => {
  const operation = (type: string, path: string, more: readonly object[] = []): object => ({
    name: 'operation',
    part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
  });
  const parameters = (...list: readonly object[]): object => ({ resourceType: 'Parameters', parameter: list });
  const archived = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived';
  const made = async (): Promise<string> =>
    idIn(written(await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'))));
  const patched = async (of: string, body: object): Promise<RawReply> =>
    await asked(ground, 'hospital', 'PATCH', `/DocumentReference/${of}`, { body });

  it('changes status and isArchived of a document', async () => {
    const of = await made();
    const archive = operation('add', 'DocumentReference', [
      { name: 'name', valueString: 'extension' },
      { name: 'value', valueExtension: { url: archived, valueBoolean: true } },
    ]);
    const status = operation('replace', 'DocumentReference.status', [{ name: 'value', valueCode: 'superseded' }]);
    const reply = await patched(of, parameters(archive, status));
    expect([reply.status, reply.body?.status, reply.body?.extension]).toEqual([
      200,
      'superseded',
      [{ url: archived, valueBoolean: true }],
    ]);
  });

  it.each<[string, object, number, string]>([
    ['another element', parameters(operation('delete', 'DocumentReference.description')), 405, 'Parameters.parameter[0]'],
    [
      'another extension',
      parameters(
        operation('add', 'DocumentReference', [
          { name: 'name', valueString: 'extension' },
          { name: 'value', valueExtension: { url: 'http://x.example', valueBoolean: true } },
        ]),
      ),
      405,
      'Parameters.parameter[0]',
    ],
    ['no type', parameters({ name: 'operation', part: [{ name: 'path', valueString: 'x' }] }), 400, 'Parameters.parameter[0]'],
    ['no operation', parameters(), 400, 'Parameters.parameter'],
    ['another resource', { resourceType: 'Patient' }, 400, 'resourceType'],
  ])('refuses %s', async (_title, body, status, expression) => {
    const of = await made();
    const reply = await patched(of, body);
    expectOutcome(reply, status);
    expect(reply.body.issue[0].expression[0]).toContain(expression);
    expect((await asked(ground, 'hospital', 'GET', `/DocumentReference/${of}`)).headers.etag).toBe('W/"1"');
  });

  it('changes any element of another type, for its depositor', async () => {
    const sent = {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'DTP' },
      patient: { reference: `Patient/${ground.key}` },
      occurrenceDateTime: '2026-10-01',
    };
    const of = idIn(written(await ground.as('hospital').post('/Immunization', sent)));
    const lot = parameters(
      operation('add', 'Immunization', [
        { name: 'name', valueString: 'lotNumber' },
        { name: 'value', valueString: 'L1' },
      ]),
    );
    const reply = await asked(ground, 'hospital', 'PATCH', `/Immunization/${of}`, { body: lot });
    expect([reply.status, reply.body.lotNumber]).toEqual([200, 'L1']);
    expectOutcome(
      await asked(ground, 'doctor', 'PATCH', `/Immunization/${of}`, {
        body: parameters(operation('delete', 'Immunization.lotNumber')),
      }),
      403,
    );
    const text = await asked(ground, 'hospital', 'PATCH', `/Immunization/${of}`, {
      body: [{ op: 'replace', path: '/vaccineCode/text', value: 'ROR' }],
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect(text.body.vaccineCode.text).toBe('ROR');
    const patient = [{ op: 'replace', path: '/patient/reference', value: 'Patient/aaaaaaaaaaaaa' }];
    const other = await asked(ground, 'hospital', 'PATCH', `/Immunization/${of}`, {
      body: patient,
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expectOutcome(other, 422, 'Immunization.patient');
  });
});
