// Attempts to change, put to both worlds alike: by id, by criteria, in Bundles; on hidden, visible and unknown ids.
import type { Conformance } from '../../src/conformance/conformance.ts';
import { isObject, type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import { mask } from '../resources.ts';
import { lives } from './lives.ts';
import { bundle, labelling, reading, wishing } from './operations.ts';
import { type Created, get, json, never, type Question } from './question.ts';
import { byInteraction } from './requests.ts';
import { rpps } from './story.ts';

const patching = { 'Content-Type': 'application/json-patch+json' };
const post = (path: string, resource: object, headers: Readonly<Record<string, string>> = {}): Question => ({
  method: 'POST',
  path,
  headers: { ...json, ...headers },
  body: JSON.stringify(resource),
});

/** Asked last; the criteria first, then what may succeed; what came of it is shown to everybody. */
export function attempts(conformance: Conformance, created: readonly Created[], patient: string): readonly Question[] {
  return [
    ...references(created, patient),
    ...byCriteria(conformance, created),
    ...documents(created, patient),
    ...pointing(created, patient),
    ...left(patient),
    ...updates(conformance, created),
    ...labelling(conformance, created),
    ...changes(conformance, created),
    ...writingBundles(created),
    ...left(patient),
    ...wishing(created, [rpps.doctor, rpps.blocked, rpps.treating, rpps.stranger]),
    { ...get(`/Consent?patient=Patient/${patient}&_count=200&_total=accurate`), always: true },
    ...lives(created),
    ...left(patient),
    { ...get('/AuditEvent?_count=500'), always: true },
  ];
}

/** What the attempts have left. */
function left(patient: string): readonly Question[] {
  const searches = ['DocumentReference', 'List', 'Provenance', 'Composition', 'Observation'].map(
    (type) => `/${type}?patient=Patient/${patient}&_count=200&_total=accurate`,
  );
  const histories = ['/_history?_count=200', '/DocumentReference/_history?_count=200', '/List/_history?_count=200'];
  return [...searches, ...histories].map((path) => ({ ...get(path), always: true }));
}

const provenance = (reference: string): Question =>
  post('/Provenance', {
    resourceType: 'Provenance',
    target: [{ reference }],
    recorded: '2026-11-12T10:00:00Z',
    agent: [{ who: { display: 'x' } }],
  });

/** Whoever points at what he does not see points at what is not there. */
function pointing(created: readonly Created[], patient: string): readonly Question[] {
  const subject = { reference: `Patient/${patient}` };
  const references = [`DocumentReference/${never}`, ...created.map(({ type, id }) => `${type}/${id}`)];
  return references.flatMap((reference, at) => [
    post('/List', { resourceType: 'List', status: 'current', mode: 'working', subject, entry: [{ item: { reference } }] }),
    ...(at % 2 === 1 ? [] : [provenance(reference)]),
  ]);
}

/** Conditional references must not read out bit by bit what the caller may not see. */
function references(created: readonly Created[], patient: string): readonly Question[] {
  const named = created
    .filter(({ type }, at) => type === 'DocumentReference' || at % 3 === 0)
    .map(({ type, id }) => `${type}?_id=${id}`);
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
  const listed = (reference: string): object => ({
    resource: {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      subject: { reference: `Patient/${patient}` },
      entry: [{ item: { reference } }],
    },
    request: { method: 'POST', url: 'List' },
  });
  return criteria.map((reference) => bundle('transaction', [listed(reference)]));
}

/** The same criteria for each conditional interaction: they find what may be seen or changed, and nothing else. By id in turns. */
function byCriteria({ types }: Conformance, created: readonly Created[]): readonly Question[] {
  return created.flatMap(({ type, id, resource }, at): readonly Question[] => {
    const interactions = types.get(type)?.interactions;
    if (!interactions?.has('search-type') || !interactions.has('update')) return [];
    const [identifier] = objectsOf(resource.identifier);
    const criteria = [`_id=${id}`, ...(identifier === undefined ? [] : [`identifier=${identifier.system}|${identifier.value}`])];
    const forms = (text: string): readonly Question[] => [
      post(`/${type}`, resource, { 'If-None-Exist': text }),
      { method: 'PUT', path: `/${type}?${encoded(text)}`, headers: json, body: JSON.stringify({ ...resource, language: 'fr' }) },
      { method: 'PATCH', path: `/${type}?${encoded(text)}`, headers: patching, body: JSON.stringify(mask) },
    ];
    return criteria.flatMap((text, index) => (index > 0 ? forms(text) : (forms(text)[at % 3] ?? [])));
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
  const urls = created
    .filter(({ type }) => type === 'DocumentReference' || type === 'List')
    .map(({ type, id }) => `${type}/${id}`);
  return [
    ...urls.map((url) => bundle('transaction', [deletion(url), reading(`DocumentReference/${never}`)])),
    bundle('batch', [`DocumentReference/${never}`, ...urls].map(deletion)),
  ];
}
