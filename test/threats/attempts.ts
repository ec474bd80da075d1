// Attempts to change a hidden document, or to point at it: each is made of what never was as well, by everybody to whom it is hidden.
// https://hl7.org/fhir/R4/http.html
import type { JsonObject } from '../../src/fhir/json.ts';
import { document, label, mask } from '../resources.ts';
import type { Known } from './ground.ts';
import { bundle, parameters, post, type Row } from './questions.ts';

const patching = { 'content-type': 'application/json-patch+json' };
const whole = (it: Known, key: string): JsonObject => ({ ...document(key, '34112-3', { description: 'mine' }), id: it.id });
const listed = (key: string, reference: string): JsonObject => ({
  resourceType: 'List',
  status: 'current',
  mode: 'working',
  subject: { reference: `Patient/${key}` },
  entry: [{ item: { reference } }],
});
const attached = (key: string, attachment: JsonObject): JsonObject =>
  document(key, '34112-3', { content: [{ attachment: { contentType: 'text/plain', title: 'Document', ...attachment } }] });

export const writing: readonly Row[] = [
  [
    'I118',
    'a document of its bytes',
    ({ binary }, key) => post('/DocumentReference', attached(key, { url: `Binary/${binary}` })),
  ],
  [
    'I118',
    'a document of its bytes, by their hash',
    ({ binary }, key) =>
      post('/DocumentReference', attached(key, { url: `Binary/${binary}`, size: 9, hash: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })),
  ],
  [
    'I122',
    'the same bytes again',
    ({ text }, key) => ({
      method: 'POST',
      path: '/Binary',
      headers: { 'content-type': 'text/plain', 'x-security-context': `Patient/${key}` },
      body: Buffer.from(text),
    }),
  ],
  [
    'I123',
    'a document of the same bytes and master identifier',
    ({ text, identifier }, key) =>
      post(
        '/DocumentReference',
        document(key, '34112-3', { masterIdentifier: { system: 'urn:ietf:rfc:3986', value: identifier } }, text),
      ),
  ],
  ['G90', 'PUT', (it, key) => ({ method: 'PUT', path: `/DocumentReference/${it.id}`, body: whole(it, key) })],
  ...['W/"1"', 'W/"7"', '*', 'nonsense'].map(
    (match): Row => [
      'G91',
      `PUT If-Match ${match}`,
      (it, key) => ({ method: 'PUT', path: `/DocumentReference/${it.id}`, headers: { 'if-match': match }, body: whole(it, key) }),
    ],
  ),
  [
    'G98',
    'PUT into another record',
    (it) => ({ method: 'PUT', path: `/DocumentReference/${it.id}`, body: whole(it, 'aaaaaaaaaaaaa') }),
  ],
  [
    'G92',
    'PATCH of its labels',
    ({ id }) => ({ method: 'PATCH', path: `/DocumentReference/${id}`, headers: patching, body: mask }),
  ],
  ...['current', 'superseded'].map(
    (value): Row => [
      'G92',
      `PATCH that tests for ${value}`,
      ({ id }) => ({
        method: 'PATCH',
        path: `/DocumentReference/${id}`,
        headers: patching,
        body: [{ op: 'test', path: '/status', value }],
      }),
    ],
  ),
  [
    'G92',
    'FHIRPath Patch',
    ({ id }) => ({
      method: 'PATCH',
      path: `/DocumentReference/${id}`,
      body: parameters({
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: "DocumentReference.where(status = 'current').status" },
          { name: 'value', valueCode: 'superseded' },
        ],
      }),
    }),
  ],
  [
    'G89',
    'PATCH by its identifier',
    ({ identifier }) => ({
      method: 'PATCH',
      path: `/DocumentReference?identifier=urn:ietf:rfc:3986|${identifier}`,
      headers: patching,
      body: mask,
    }),
  ],
  ['G94', 'DELETE', ({ id }) => ({ method: 'DELETE', path: `/DocumentReference/${id}` })],
  [
    'G89',
    'DELETE by its identifier',
    ({ identifier }) => ({ method: 'DELETE', path: `/DocumentReference?identifier=urn:ietf:rfc:3986|${identifier}` }),
  ],
  [
    'G88',
    'create unless it is there',
    ({ id }, key) => post('/DocumentReference', document(key, '34112-3'), { 'if-none-exist': `_id=${id}` }),
  ],
  [
    'I120',
    'a successor',
    ({ id }, key) =>
      post(
        '/DocumentReference',
        document(key, '34112-3', { relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${id}` } }] }),
      ),
  ],
  ['D63', 'a List of it', ({ id }, key) => post('/List', listed(key, `DocumentReference/${id}`))],
  [
    'G103',
    'a Provenance of it',
    ({ id }) =>
      post('/Provenance', {
        resourceType: 'Provenance',
        target: [{ reference: `DocumentReference/${id}` }],
        recorded: '2026-11-12T10:00:00Z',
        agent: [{ who: { display: 'x' } }],
      }),
  ],
  [
    'G95',
    'a letter about it',
    ({ id }, key) =>
      post('/Communication', {
        resourceType: 'Communication',
        status: 'completed',
        subject: { reference: `Patient/${key}` },
        about: [{ reference: `DocumentReference/${id}` }],
        payload: [{ contentReference: { reference: `DocumentReference/${id}` } }],
      }),
  ],
  [
    'F77',
    'whether it may be updated',
    (it, key) =>
      post(
        `/DocumentReference/${it.id}/$validate`,
        parameters({ name: 'mode', valueCode: 'update' }, { name: 'resource', resource: whole(it, key) }),
      ),
  ],
  [
    'F77',
    'whether it may be deleted',
    ({ id }) => post(`/DocumentReference/${id}/$validate`, parameters({ name: 'mode', valueCode: 'delete' })),
  ],
  [
    'F77',
    'whether its successor is valid',
    ({ id }, key) =>
      post(
        '/DocumentReference/$validate',
        document(key, '34112-3', { relatesTo: [{ code: 'replaces', target: { reference: `DocumentReference/${id}` } }] }),
      ),
  ],
  [
    'G97',
    'a transaction with it',
    ({ id }, key) =>
      post(
        '/',
        bundle(
          'transaction',
          {
            resource: document(key, '34112-3', { securityLabel: [label('MASQUE_PS')] }),
            request: { method: 'POST', url: 'DocumentReference' },
          },
          { request: { method: 'DELETE', url: `DocumentReference/${id}` } },
        ),
      ),
  ],
];
