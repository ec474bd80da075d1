// Attempts to change, put to both worlds alike: by id, by criteria, in Bundles; on hidden, visible and unknown ids.
import type { Conformance } from '../../src/conformance/conformance.ts';
import { isObject, type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import { mask } from '../resources.ts';
import { byInteraction, get, json, never, type Question } from './requests.ts';
import type { Created } from './world.ts';

const patching = { 'Content-Type': 'application/json-patch+json' };
const post = (path: string, resource: object, headers: Readonly<Record<string, string>> = {}): Question => ({
  method: 'POST',
  path,
  headers: { ...json, ...headers },
  body: JSON.stringify(resource),
});

/** Asked last; the Bundles that only read and the criteria first, then what may succeed. */
export function attempts(conformance: Conformance, created: readonly Created[], patient: string): readonly Question[] {
  return [
    ...readingBundles(created),
    ...references(created, patient),
    ...byCriteria(conformance, created),
    ...documents(created, patient),
    get(`/DocumentReference?patient=Patient/${patient}&_count=50`),
    ...updates(conformance, created),
    ...changes(conformance, created),
    ...writingBundles(created),
    get('/AuditEvent?_count=500'),
  ];
}

function bundle(type: 'batch' | 'transaction', entries: readonly object[]): Question {
  return post('/', { resourceType: 'Bundle', type, entry: entries });
}

const reading = (url: string): object => ({ request: { method: 'GET', url } });

/** What a batch says of each id, and whether a transaction is taken back for one. */
function readingBundles(created: readonly Created[]): readonly Question[] {
  const urls = created.map(({ type, id }) => `${type}/${id}`);
  const entries = [`DocumentReference/${never}`, ...urls].map(reading);
  const documents = created.filter(({ type }) => type === 'DocumentReference').map(({ id }) => `DocumentReference/${id}`);
  return [
    bundle('batch', entries),
    ...[`DocumentReference/${never}`, ...documents].map((url) => bundle('transaction', [reading(url)])),
    bundle('transaction', [reading(`DocumentReference?_id=${documents.map((url) => url.split('/')[1]).join(',')}`)]),
  ];
}

/** Conditional references must not read out bit by bit what the caller may not see. */
function references(created: readonly Created[], patient: string): readonly Question[] {
  const named = created.filter(({ type }) => type === 'DocumentReference').map(({ id }) => `DocumentReference?_id=${id}`);
  const criteria = [
    'Patient?birthdate=lt1990-01-01',
    'Patient?birthdate=gt1990-01-01',
    'Patient?name=Durand',
    'Patient?identifier=180067512345643',
    'Practitioner?name=Martin',
    'RelatedPerson?name=Jean',
    'DocumentReference?subject.birthdate=lt1990-01-01',
    'DocumentReference?description=ancienne',
    `DocumentReference?_id=${never}`,
    ...named,
  ];
  const observed = (reference: string): object => ({
    resource: {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'x' },
      patient: { reference: `Patient/${patient}` },
      occurrenceDateTime: '2026-11-12',
      reasonReference: [{ reference }],
    },
    request: { method: 'POST', url: 'Immunization' },
  });
  return criteria.map((reference) => bundle('transaction', [observed(reference)]));
}

/** The same criteria for each conditional interaction: they find what may be seen or changed, and nothing else. */
function byCriteria({ types }: Conformance, created: readonly Created[]): readonly Question[] {
  return created.flatMap(({ type, id, resource }): readonly Question[] => {
    const interactions = types.get(type)?.interactions;
    if (!interactions?.has('search-type') || !interactions.has('update')) return [];
    const [identifier] = objectsOf(resource.identifier);
    const criteria = [`_id=${id}`, ...(identifier === undefined ? [] : [`identifier=${identifier.system}|${identifier.value}`])];
    return criteria.flatMap((text) => [
      post(`/${type}`, resource, { 'If-None-Exist': text }),
      { method: 'PUT', path: `/${type}?${encoded(text)}`, headers: json, body: JSON.stringify({ ...resource, language: 'fr' }) },
      { method: 'PATCH', path: `/${type}?${encoded(text)}`, headers: patching, body: JSON.stringify(mask) },
    ]);
  });
}

function encoded(text: string): string {
  const at = text.indexOf('=');
  return `${text.slice(0, at)}=${encodeURIComponent(text.slice(at + 1))}`;
}

function documents(created: readonly Created[], patient: string): readonly Question[] {
  const targets = created.filter(({ type }) => type === 'DocumentReference');
  const urls = targets.flatMap(({ resource }) =>
    objectsOf(resource.content).flatMap(({ attachment }) =>
      isObject(attachment) && typeof attachment.url === 'string' ? [attachment.url] : [],
    ),
  );
  const document = (more: JsonObject): Question =>
    post('/DocumentReference', {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '34112-3' }] },
      subject: { reference: `Patient/${patient}` },
      date: '2026-11-12T10:00:00+01:00',
      content: [{ attachment: { contentType: 'text/plain', title: 'x', data: 'eA==' } }],
      ...more,
    });
  const related = [`DocumentReference/${never}`, ...targets.map(({ id }) => `DocumentReference/${id}`)].flatMap((reference) =>
    ['appends', 'replaces'].map((code) => document({ relatesTo: [{ code, target: { reference } }] })),
  );
  return [
    ...related,
    ...urls.map((url) => document({ content: [{ attachment: { contentType: 'text/plain', title: 'x', url } }] })),
  ];
}

function updates({ types }: Conformance, created: readonly Created[]): readonly Question[] {
  return created
    .filter(({ type }) => types.get(type)?.interactions.has('update'))
    .map(({ type, id, resource }) => ({
      method: 'PUT',
      path: `/${type}/${id}`,
      headers: json,
      body: JSON.stringify({ ...resource, language: 'fr' }),
    }));
}

function changes({ types }: Conformance, created: readonly Created[]): readonly Question[] {
  const ids = (of: string): readonly string[] => created.filter(({ type }) => type === of).map(({ id }) => id);
  return [...types.values()].flatMap(({ type, interactions }) =>
    ['update', 'patch', 'delete']
      .filter((name) => interactions.has(name))
      .flatMap((name) => byInteraction[name]?.(type, ids(type)) ?? []),
  );
}

/** Deletes of what is left, one by one in a batch and together with a reading of what never was. */
function writingBundles(created: readonly Created[]): readonly Question[] {
  const deletion = (url: string): object => ({ request: { method: 'DELETE', url } });
  const urls = created.filter(({ type }) => type === 'DocumentReference').map(({ id }) => `DocumentReference/${id}`);
  return [
    ...urls.map((url) => bundle('transaction', [deletion(url), reading(`DocumentReference/${never}`)])),
    bundle('batch', [`DocumentReference/${never}`, ...urls].map(deletion)),
  ];
}
