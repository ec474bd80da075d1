// An interoperability suite as a tester runs it: ids of his own choice, in the testers' database, where R4 alone is enforced.
// Every row is one request; later rows stand on earlier ones. https://hl7.org/fhir/R4/http.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { asked } from '../http/asked.ts';
import type { RawReply } from '../http/raw.ts';
import { type Ground, openGround } from '../interaction/ground.ts';
import { document, testIns } from '../resources.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
  await ground.as('hospital').post('/DocumentReference', document(ground.key, '34112-3'));
});
afterAll(async () => await ground.stop());

const pat = (more: object = {}): object => ({
  resourceType: 'Patient',
  id: 'pat-1',
  name: [{ family: 'Chalmers', given: ['Peter'] }],
  ...more,
});
const obs = (id: string, value: number, more: object = {}): object => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '15074-8' }] },
  subject: { reference: 'Patient/pat-1' },
  effectiveDateTime: '2026-11-20T09:30:10+01:00',
  valueQuantity: { value, unit: 'mmol/l', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  ...more,
});
const bundle = (type: string, ...entry: readonly object[]): object => ({ resourceType: 'Bundle', type, entry });
const urn = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';
const json = { 'content-type': 'application/json-patch+json' };

type Row = {
  readonly does: string;
  readonly as?: Parameters<Ground['as']>[0];
  readonly ask: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly etag?: string;
  /** Of the body, in part. */
  readonly has?: object;
  readonly check?: (body: Body, reply: RawReply) => void;
};
const total = (body: Body): void => expect(body.total).toBe(body.entry?.length ?? 0);
const names = (body: Body): readonly string[] => (body.entry ?? []).map(({ resource }: Body) => resource.id);

const rows: readonly Row[] = [
  { does: 'nothing there', ask: 'GET /Patient/pat-1', status: 404 },
  { does: 'deletes what never was', ask: 'DELETE /Patient/pat-1', status: 204 },
  { does: 'an empty search', ask: 'GET /Patient?_total=accurate', status: 200, has: { type: 'searchset', total: 0 } },
  { does: 'update as create', ask: 'PUT /Patient/pat-1', body: pat(), status: 201, etag: 'W/"1"' },
  { does: 'read', ask: 'GET /Patient/pat-1', status: 200, etag: 'W/"1"', has: { id: 'pat-1', meta: { versionId: '1' } } },
  { does: 'conditional read', ask: 'GET /Patient/pat-1', headers: { 'if-none-match': 'W/"1"' }, status: 304 },
  {
    does: 'update',
    ask: 'PUT /Patient/pat-1',
    body: pat({ active: true }),
    headers: { 'if-match': 'W/"1"' },
    status: 200,
    etag: 'W/"2"',
  },
  { does: 'update of a stale version', ask: 'PUT /Patient/pat-1', body: pat(), headers: { 'if-match': 'W/"1"' }, status: 412 },
  { does: 'vread', ask: 'GET /Patient/pat-1/_history/1', status: 200, etag: 'W/"1"', has: { meta: { versionId: '1' } } },
  { does: 'vread of no version', ask: 'GET /Patient/pat-1/_history/9', status: 404 },
  { does: 'history', ask: 'GET /Patient/pat-1/_history', status: 200, has: { type: 'history', total: 2 } },
  {
    does: 'no minimal identity',
    ask: `GET /Patient?identifier=${testIns}|279035121518989&_total=accurate`,
    status: 200,
    has: { total: 0 },
  },
  {
    does: 'summary',
    ask: 'GET /Patient/pat-1?_summary=true',
    status: 200,
    check: ({ meta }) => expect(meta.tag[0].code).toBe('SUBSETTED'),
  },
  {
    does: 'elements',
    ask: 'GET /Patient/pat-1?_elements=active',
    status: 200,
    check: ({ name }) => expect(name).toBeUndefined(),
  },
  { does: 'an Observation of it', ask: 'PUT /Observation/obs-1', body: obs('obs-1', 6.3), status: 201 },
  { does: 'another', ask: 'PUT /Observation/obs-2', body: obs('obs-2', 7.1, { status: 'amended' }), status: 201 },
  {
    does: 'of nobody',
    ask: 'PUT /Observation/obs-3',
    body: obs('obs-3', 1, { subject: { reference: 'Patient/unknown' } }),
    status: 201,
  },
  {
    does: 'search by reference',
    ask: 'GET /Observation?subject=Patient/pat-1&_total=accurate',
    status: 200,
    has: { total: 2 },
    check: total,
  },
  {
    does: 'search by token',
    ask: 'GET /Observation?code=http://loinc.org|15074-8&status=amended',
    status: 200,
    check: (body) => expect(names(body)).toEqual(['obs-2']),
  },
  {
    does: 'a chain',
    ask: 'GET /Observation?subject:Patient.family=chal&_sort=_id',
    status: 200,
    check: (body) => expect(names(body)).toEqual(['obs-1', 'obs-2']),
  },
  {
    does: 'include',
    ask: 'GET /Observation?_id=obs-1&_include=Observation:subject',
    status: 200,
    check: (body) => expect(names(body)).toEqual(['obs-1', 'pat-1']),
  },
  {
    does: 'revinclude',
    ask: 'GET /Patient?_id=pat-1&_revinclude=Observation:subject',
    status: 200,
    check: (body) => expect(names(body).toSorted()).toEqual(['obs-1', 'obs-2', 'pat-1']),
  },
  {
    does: 'a page',
    ask: 'GET /Observation?_count=2',
    status: 200,
    check: ({ link }) => expect(link.map(({ relation }: Body) => relation)).toEqual(['self', 'next']),
  },
  {
    does: 'search by POST',
    ask: 'POST /Observation/_search?status=final',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 200,
  },
  {
    does: 'JSON Patch',
    ask: 'PATCH /Observation/obs-1',
    headers: json,
    body: [{ op: 'replace', path: '/status', value: 'corrected' }],
    status: 200,
    etag: 'W/"2"',
    has: { status: 'corrected' },
  },
  {
    does: 'FHIRPath Patch',
    ask: 'PATCH /Observation/obs-1',
    body: {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'delete' },
            { name: 'path', valueString: 'Observation.value' },
          ],
        },
      ],
    },
    status: 200,
    etag: 'W/"3"',
    check: ({ valueQuantity }) => expect(valueQuantity).toBeUndefined(),
  },
  { does: 'an invalid resource', ask: 'PUT /Observation/obs-1', body: obs('obs-1', 1, { status: 'nowhere' }), status: 422 },
  { does: 'another id in the body', ask: 'PUT /Observation/obs-1', body: obs('obs-2', 1), status: 400 },
  {
    does: 'conditional create',
    ask: 'POST /Observation',
    body: obs('x', 1, { identifier: [{ system: 'urn:t', value: '1' }] }),
    headers: { 'if-none-exist': 'identifier=urn:t|1' },
    status: 201,
  },
  {
    does: 'and again',
    ask: 'POST /Observation',
    body: obs('x', 1, { identifier: [{ system: 'urn:t', value: '1' }] }),
    headers: { 'if-none-exist': 'identifier=urn:t|1' },
    status: 200,
  },
  {
    does: 'conditional update',
    ask: 'PUT /Observation?identifier=urn:t|1',
    body: { ...obs('x', 2), id: undefined },
    status: 200,
    etag: 'W/"2"',
  },
  { does: 'conditional delete of several', ask: 'DELETE /Observation?status=final', status: 412 },
  { does: 'delete', ask: 'DELETE /Observation/obs-1', status: 204 },
  { does: 'read of what is gone', ask: 'GET /Observation/obs-1', status: 410 },
  {
    does: 'its history',
    ask: 'GET /Observation/obs-1/_history',
    status: 200,
    check: ({ entry }) => expect(entry[0].request.method).toBe('DELETE'),
  },
  { does: 'brings it back', ask: 'PUT /Observation/obs-1', body: obs('obs-1', 6.3), status: 201, etag: 'W/"5"' },
  {
    does: 'transaction',
    ask: 'POST /',
    body: bundle(
      'transaction',
      {
        fullUrl: urn,
        resource: { resourceType: 'Patient', name: [{ family: 'Nouveau' }] },
        request: { method: 'POST', url: 'Patient' },
      },
      { resource: obs('obs-9', 9, { subject: { reference: urn } }), request: { method: 'PUT', url: 'Observation/obs-9' } },
      { request: { method: 'GET', url: 'Observation?subject:Patient.family=Nouveau' } },
    ),
    status: 200,
    check: ({ type, entry }) => {
      expect(type).toBe('transaction-response');
      expect(entry[2].resource.entry[0].resource.subject.reference).toMatch(/^Patient\/[a-z0-9]+$/);
    },
  },
  {
    does: 'transaction that fails',
    ask: 'POST /',
    body: bundle(
      'transaction',
      { request: { method: 'DELETE', url: 'Patient/pat-1' } },
      { request: { method: 'GET', url: 'Patient/unknown' } },
    ),
    status: 404,
  },
  { does: 'leaves all', ask: 'GET /Patient/pat-1', status: 200 },
  {
    does: 'batch',
    ask: 'POST /',
    body: bundle(
      'batch',
      { request: { method: 'GET', url: 'Patient/pat-1' } },
      { request: { method: 'GET', url: 'Patient/unknown' } },
    ),
    status: 200,
    check: ({ entry }) => expect(entry.map(({ response }: Body) => response.status)).toEqual(['200 OK', '404 Not Found']),
  },
  {
    does: 'type history',
    ask: 'GET /Observation/_history?_count=3',
    status: 200,
    check: ({ entry }) => expect(entry).toHaveLength(3),
  },
  { does: 'system history', ask: 'GET /_history?_count=1', status: 200, has: { type: 'history' } },
  { does: 'no record of the other database', ask: 'GET /DocumentReference?_total=accurate', status: 200, has: { total: 0 } },
  { does: 'nor by its id', ask: 'GET /Patient/KEY', status: 404 },
  { does: 'and nobody there sees his', as: 'doctor', ask: 'GET /Patient/pat-1', status: 404 },
  { does: 'not even the operator', as: 'operator', ask: 'GET /Observation/obs-1', status: 403 },
];

describe('as a tester', () => {
  it.each(rows)('$does: $ask → $status', async ({ as: name = 'tester', ask, body, headers, status, etag, has, check }) => {
    const [method = '', path = ''] = ask.split(' ');
    const reply = await asked(ground, name, method, path.replace('KEY', ground.key), {
      ...(body && { body }),
      ...(headers && { headers }),
    });
    expect({ status: reply.status, text: reply.status === status ? '' : reply.text }).toEqual({ status, text: '' });
    if (etag !== undefined) expect(reply.headers.etag).toBe(etag);
    if (has !== undefined) expect(reply.body).toMatchObject(has);
    check?.(reply.body, reply);
  });
});
