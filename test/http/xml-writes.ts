// What is written, in either format: `[title, caller, request]`.
// https://hl7.org/fhir/R4/http.html
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Name } from '../interaction/ground.ts';
import { provideBundle } from '../interaction/mhd/bundle.ts';
import { operation } from '../interaction/patch-operation.ts';
import { document, vaccination } from '../resources.ts';
import type { Spoken } from './spoken.ts';

/** The record, and an Immunization of the hospital in it. */
type At = { readonly key: string; readonly other: string };

export const claim = (key: string, value: string): string =>
  `{"resourceType":"Claim","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},
  "use":"claim","patient":{"reference":"Patient/${key}"},"created":"2026-05-04","provider":{"display":"Cabinet"},
  "priority":{"coding":[{"code":"normal"}]},"insurance":[{"sequence":1,"focal":true,"coverage":{"display":"AM"}}],"total":{"value":${value},"currency":"EUR"}}`;

const narrative = (inner: string): JsonObject => ({
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` },
});
const patched = (status: string): object => ({
  resourceType: 'Parameters',
  parameter: [operation('replace', 'Immunization.status', { valueCode: status })],
});
const bundle = (type: string, entries: readonly (readonly [string, string, object?])[]): object => ({
  resourceType: 'Bundle',
  type,
  entry: entries.map(([method, url, resource]) => ({
    fullUrl: `urn:uuid:${randomUUID()}`,
    ...(resource === undefined ? {} : { resource }),
    request: { method, url },
  })),
});
const binary = (key: string, more: object = {}): object => ({
  resourceType: 'Binary',
  contentType: 'text/plain',
  securityContext: { reference: `Patient/${key}` },
  data: Buffer.from('Compte rendu').toString('base64'),
  ...more,
});
const absent = (key: string): string => `${key}-${'2'.repeat(13)}`;

type Sent = (resource: object, headers?: Spoken['headers']) => Spoken;
const sent =
  (method: string, path: string): Sent =>
  (resource, headers = {}) => ({ method, path, resource, headers });
const created = sent('POST', '/Immunization');
const together = sent('POST', '/');
const validated = sent('POST', '/Immunization/$validate');

type Row = readonly [title: string, caller: Name, (at: At) => Spoken];
const creates: readonly Row[] = [
  ['create', 'hospital', ({ key }) => created(vaccination(key))],
  ['create, no more said', 'hospital', ({ key }) => created(vaccination(key), { prefer: 'return=minimal' })],
  ['create, an outcome', 'hospital', ({ key }) => created(vaccination(key), { prefer: 'return=OperationOutcome' })],
  ['create what is there', 'hospital', ({ key, other }) => created(vaccination(key), { 'if-none-exist': `_id=${other}` })],
  [
    'create what is not valid',
    'hospital',
    ({ key }) => created(vaccination(key, { status: 'nowhere', occurrenceDateTime: '2026-13-01' })),
  ],
  ['create another type', 'hospital', () => created({ resourceType: 'Claim' })],
  ['create in no record', 'hospital', ({ key }) => created(vaccination(key, { patient: { reference: 'Patient/nobody' } }))],
  ['create by one who may not', 'insurance', ({ key }) => created(vaccination(key))],
  ['create a document', 'hospital', ({ key }) => sent('POST', '/DocumentReference')(document(key, '34112-3'))],
  ['create with an empty text', 'hospital', ({ key }) => created(vaccination(key, { lotNumber: '' }))],
  ['create with an element without content', 'hospital', ({ key }) => created(vaccination(key, { site: {} }))],
  ['create with a narrative', 'hospital', ({ key }) => created(vaccination(key, narrative('<p class="a">é&#160;<br/></p>')))],
  ['create with a script', 'hospital', ({ key }) => created(vaccination(key, narrative('<script>x</script>')))],
  [
    'contain what is not referred to',
    'hospital',
    ({ key }) => created(vaccination(key, { contained: [{ resourceType: 'Patient', id: 'a' }] })),
  ],
  ['an answer later', 'hospital', ({ key }) => created(vaccination(key), { prefer: 'respond-async' })],
  ['bytes as a resource', 'hospital', ({ key }) => sent('POST', '/Binary')(binary(key))],
  ['bytes as a resource that is not valid', 'hospital', ({ key }) => sent('POST', '/Binary')(binary(key, { data: '=' }))],
  ['a resource that is no Binary', 'hospital', ({ key }) => sent('POST', '/Binary')(vaccination(key))],
];

const changes: readonly Row[] = [
  [
    'update',
    'hospital',
    ({ key, other }) => sent('PUT', `/Immunization/${other}`)(vaccination(key, { id: other, status: 'not-done' })),
  ],
  ['update nothing', 'hospital', ({ key }) => sent('PUT', `/Immunization/${absent(key)}`)(vaccination(key, { id: absent(key) }))],
  [
    'update another version',
    'hospital',
    ({ key, other }) => sent('PUT', `/Immunization/${other}`)(vaccination(key, { id: other }), { 'if-match': 'W/"99"' }),
  ],
  ['update what is found', 'hospital', ({ key, other }) => sent('PUT', `/Immunization?_id=${other}`)(vaccination(key))],
  ['patch', 'hospital', ({ other }) => sent('PATCH', `/Immunization/${other}`)(patched('not-done'))],
  ['patch to what is not valid', 'hospital', ({ other }) => sent('PATCH', `/Immunization/${other}`)(patched('nowhere'))],
  ['patch with another resource', 'hospital', ({ key, other }) => sent('PATCH', `/Immunization/${other}`)(vaccination(key))],
  ['delete nothing', 'hospital', ({ key }) => ({ method: 'DELETE', path: `/Immunization/${absent(key)}` })],
  ['delete by one who may not', 'stranger', ({ other }) => ({ method: 'DELETE', path: `/Immunization/${other}` })],
];

const operations: readonly Row[] = [
  ['validate', 'hospital', ({ key }) => validated(vaccination(key))],
  ['validate what is not valid', 'hospital', ({ key }) => validated(vaccination(key, { status: 'nowhere' }))],
  [
    'validate in parameters',
    'hospital',
    ({ key }) =>
      validated({
        resourceType: 'Parameters',
        parameter: [
          { name: 'mode', valueCode: 'create' },
          { name: 'resource', resource: vaccination(key, { status: 'nowhere' }) },
        ],
      }),
  ],
];

const bundles: readonly Row[] = [
  [
    'batch',
    'doctor',
    ({ key, other }) =>
      together(
        bundle('batch', [
          ['GET', `Immunization/${other}`],
          ['GET', `Immunization/${absent(key)}`],
          ['GET', `Immunization?patient=${key}&status=nothing`],
          ['DELETE', `Immunization/${absent(key)}`],
        ]),
      ),
  ],
  [
    'transaction',
    'hospital',
    ({ key }) =>
      together(
        bundle('transaction', [
          ['POST', 'Immunization', vaccination(key)],
          ['POST', 'Immunization', vaccination(key)],
        ]),
      ),
  ],
  [
    'transaction with what is not valid',
    'hospital',
    ({ key }) => together(bundle('transaction', [['POST', 'Immunization', vaccination(key, { status: 'nowhere' })]])),
  ],
  ['a Bundle of documents', 'hospital', ({ key }) => together(provideBundle({ subject: `Patient/${key}` }))],
  ['a Bundle of nothing', 'hospital', () => together({ resourceType: 'Bundle', type: 'collection' })],
  ['an address that takes nothing', 'hospital', ({ key }) => sent('POST', '/metadata')(vaccination(key))],
  ['an address of nothing', 'hospital', ({ key }) => sent('POST', '/Nothing')(vaccination(key))],
];

export const writes: readonly Row[] = [...creates, ...changes, ...operations, ...bundles];
