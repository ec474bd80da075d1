// What could tell a hidden document from one that never was: each question is asked about both, by everybody to whom it is hidden.
// https://hl7.org/fhir/R4/http.html
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Known, Question } from './ground.ts';

export type Row = readonly [threat: string, title: string, question: (it: Known, key: string) => Question];

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Question => ({ method: 'GET', path, headers });
export const post = (path: string, body: JsonObject, headers: Readonly<Record<string, string>> = {}): Question => ({
  method: 'POST',
  path,
  headers,
  body,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };
export const parameters = (...parameter: readonly JsonObject[]): JsonObject => ({ resourceType: 'Parameters', parameter });
export const bundle = (type: string, ...entry: readonly JsonObject[]): JsonObject => ({ resourceType: 'Bundle', type, entry });

/** The bytes of a document are there where it is, in whatever form they are asked for. */
const bytes: readonly Row[] = [
  ['I116', 'its bytes', ({ binary }) => get(`/Binary/${binary}`)],
  ['I116', 'its bytes as a resource', ({ binary }) => get(`/Binary/${binary}`, { accept: 'application/fhir+json' })],
  ['I116', 'its bytes as XML', ({ binary }) => get(`/Binary/${binary}?_format=xml`)],
  ['I116', 'its bytes, summarized', ({ binary }) => get(`/Binary/${binary}?_format=json&_summary=true`)],
  ['I119', 'HEAD of its bytes', ({ binary }) => ({ method: 'HEAD', path: `/Binary/${binary}` })],
  ['I119', 'a range of its bytes', ({ binary }) => get(`/Binary/${binary}`, { range: 'bytes=0-3' })],
  ['I119', 'a range beyond its bytes', ({ binary }) => get(`/Binary/${binary}`, { range: 'bytes=99999-' })],
  ['I119', 'its bytes unless the version is known', ({ binary }) => get(`/Binary/${binary}`, { 'if-none-match': 'W/"1"' })],
  [
    'I119',
    'its bytes unless they are old',
    ({ binary }) => get(`/Binary/${binary}`, { 'if-modified-since': new Date(Date.now() + 9e6).toUTCString() }),
  ],
  ['I117', 'the versions of its bytes', ({ binary }) => get(`/Binary/${binary}/_history`)],
  ['I117', 'a version of its bytes', ({ binary }) => get(`/Binary/${binary}/_history/1`)],
  ['I117', 'a version of its bytes that never was', ({ binary }) => get(`/Binary/${binary}/_history/2`)],
  ['I116', 'deleting its bytes', ({ binary }) => ({ method: 'DELETE', path: `/Binary/${binary}` })],
  ['F77', 'whether its bytes are valid', ({ binary }) => get(`/Binary/${binary}/$validate`)],
  [
    'F77',
    'whether its bytes may be deleted',
    ({ binary }) => post(`/Binary/${binary}/$validate`, parameters({ name: 'mode', valueCode: 'delete' })),
  ],
  [
    'I116',
    'its bytes in a batch',
    ({ binary }) => post('/', bundle('batch', { request: { method: 'GET', url: `Binary/${binary}` } })),
  ],
];

/** Other spellings of its address. */
const addresses: readonly Row[] = [
  ...[
    ['with a slash behind', '/'],
    ['with a dot', '%2e'],
    ['with nothing', '%00'],
    ['with a space', '%20'],
    ['with a matrix parameter', ';x=1'],
    ['below it', '/x'],
    ['with _search', '/_search'],
    ['with an unknown operation', '/$everything'],
    ['with an unknown parameter', '?_includeHidden=true'],
    ['in a format that there is not', '?_format=turtle'],
    ['in capitals', '?_FORMAT=json'],
  ].map(([title = '', tail = '']): Row => ['A10', title, ({ id }) => get(`/DocumentReference/${id}${tail}`)]),
  ['A10', 'after two slashes', ({ id }) => get(`//DocumentReference/${id}`)],
  [
    'A10',
    'encoded',
    ({ id }) => get(`/DocumentReference/${[...id].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('')}`),
  ],
  [
    'A12',
    'by its absolute address',
    ({ id }) => get(`/DocumentReference/http:%2f%2fcarnet.test%2ffhir%2fDocumentReference%2f${id}`),
  ],
  ...['Patient', 'Observation', 'Binary', 'List', 'AuditEvent', 'Consent', 'Practitioner'].map(
    (type): Row => ['A8', `as ${type}`, ({ id }) => get(`/${type}/${id}`)],
  ),
  ...['OPTIONS', 'TRACE', 'POST', 'PURGE', 'LINK'].map(
    (method): Row => ['A9', method, ({ id }) => ({ method, path: `/DocumentReference/${id}` })],
  ),
  [
    'B33',
    'another method by a header',
    ({ id }) => ({ method: 'POST', path: `/DocumentReference/${id}`, headers: { 'x-http-method-override': 'GET' } }),
  ],
];

const searches: readonly Row[] = [
  [
    'B32',
    'in a form',
    ({ id }) => ({ method: 'POST', path: '/DocumentReference/_search', headers: form, body: `_id=${id}&_total=accurate` }),
  ],
  [
    'B32',
    'in a form and in the address',
    ({ id }, key) => ({
      method: 'POST',
      path: `/DocumentReference/_search?patient=Patient/${key}`,
      headers: form,
      body: `_id=${id}&_total=accurate`,
    }),
  ],
  ['B32', 'in a form of the system', ({ id }) => ({ method: 'POST', path: '/_search', headers: form, body: `_id=${id}` })],
  ['B16', 'by estimate', ({ text }, key) => get(`/DocumentReference?patient=Patient/${key}&description=${text}&_total=estimate`)],
  ['B31', 'HEAD of a search', ({ id }) => ({ method: 'HEAD', path: `/DocumentReference?_id=${id}&_total=accurate` })],
  ['C46', 'by its master identifier', ({ identifier }) => get(`/DocumentReference?identifier=urn:ietf:rfc:3986|${identifier}`)],
  ['C48', 'by its words', ({ text }) => get(`/DocumentReference?_content=${text}&_total=accurate`)],
  ['C50', 'leniently', ({ id }) => get(`/DocumentReference?_id=${id}&_includeHidden=true`, { prefer: 'handling=lenient' })],
  ['J136', 'who saw it', ({ id }) => get(`/AuditEvent?entity=DocumentReference/${id}&_total=accurate`)],
  ['E65', 'its history among others', ({ id }) => get(`/DocumentReference/_history?_id=${id}`)],
  ['C55', 'its compartment', ({ id }) => get(`/Encounter/${id}/DocumentReference`)],
  ['K168', 'who may see it', ({ id }) => get(`/DocumentReference/${id}/$explain-access`)],
];

export const reading: readonly Row[] = [...bytes, ...addresses, ...searches];
