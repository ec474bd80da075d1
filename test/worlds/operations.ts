// What is asked about each operation and each interaction of the whole system that the capability statement can declare.

import type { Conformance } from '../../src/conformance/conformance.ts';
import { rppsSystem } from '../../src/identity/systems.ts';
import { testIns } from '../resources.ts';
import { idle, statuses } from './lives.ts';
import { type Created, get, json, never, type Question } from './question.ts';
import { rootQuestions } from './searches.ts';
import { adult, child, other } from './story.ts';

const operated = (type: string, id: string | undefined, parameters: readonly object[], query = ''): Question => ({
  method: 'POST',
  path: `/${type}${id === undefined ? '' : `/${id}`}/$validate${query}`,
  headers: json,
  body: JSON.stringify({ resourceType: 'Parameters', parameter: parameters }),
});
const mode = (code: string): object => ({ name: 'mode', valueCode: code });

/** Every form: of a text, of what stands at an id, of a create, update and delete. */
function validations(type: string, created: readonly Created[]): readonly Question[] {
  const texts = created
    .slice(0, 2)
    .flatMap(({ id, resource }) => [
      operated(type, undefined, [{ name: 'resource', resource }]),
      operated(type, undefined, [{ name: 'resource', resource }, mode('create')]),
      { method: 'POST', path: `/${type}/$validate`, headers: json, body: JSON.stringify({ ...resource, language: 7 }) },
      operated(type, never, [{ name: 'resource', resource: { ...resource, id: never } }, mode('update')]),
      operated(type, id, [{ name: 'resource', resource }], '?mode=profile'),
    ]);
  const ids = created.flatMap(({ id, resource }, at) => [
    get(`/${type}/${id}/$validate`),
    at % 2 === 0 ? operated(type, id, [mode('delete')]) : operated(type, id, [{ name: 'resource', resource }, mode('update')]),
  ]);
  return [...texts, get(`/${type}/${never}/$validate`), operated(type, never, [mode('delete')]), ...ids];
}

/** Of both whom the agent's card lists, of one who has a record and is not listed, and of nobody. */
const activated = (type: string): readonly Question[] =>
  [adult, child, other, '116097511201253'].map((value) => ({
    method: 'POST',
    path: `/${type}/$activation-code`,
    headers: json,
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueIdentifier: { system: testIns, value } }],
    }),
    always: true,
  }));

export const byOperation: Readonly<Record<string, (type: string, created: readonly Created[]) => readonly Question[]>> = {
  validate: validations,
  // No world has the other's traces to know an id of: what a page holds is asked for by what was done.
  narrate: (type, created) => [
    get(`/${type}/${never}/$narrate`),
    ...['', '?_count=2', '?_count=3&_total=accurate&_format=xml', '?outcome=4&_summary=text', '?_id=nothing', '?date=7'].map(
      (query) => get(`/${type}/$narrate${query}`),
    ),
    ...created
      .filter((_, at) => at % 4 === 0)
      .map(({ type: of, id }) => get(`/${type}/$narrate?entity=${of}/${id}&_total=accurate`)),
  ],
  'explain-access': (type, created) => [never, ...created.map(({ id }) => id)].map((id) => get(`/${type}/${id}/$explain-access`)),
  'activation-code': activated,
  'record-status': (_type, created) => statuses(created),
  // These are tried on the records at the end.
  close: () => idle('close'),
  reopen: (_type, created) => idle('reopen', created),
  'request-erasure': () => idle('request-erasure'),
  // What writes is among the attempts.
  authorise: () => [],
  block: () => [],
  'declare-medecin-traitant': () => [],
  revoke: () => [],
  unblock: () => [],
  mask: () => [],
  unmask: () => [],
};

const called = (path: string, parameters: readonly object[] = []): Question => ({
  method: 'POST',
  path,
  headers: json,
  body: JSON.stringify({ resourceType: 'Parameters', parameter: parameters }),
});
const reference = (name: string, value: object): object => ({ name, valueReference: value });
const named = (rpps: string): object => reference('actor', { identifier: { system: rppsSystem, value: rpps } });

/** Wishes by one call in every record and in none: of whom some are blocked, permitted or declared, and of what may be hidden. */
export function wishing(created: readonly Created[], actors: readonly string[]): readonly Question[] {
  const records = [never, ...created.filter(({ type }) => type === 'Patient').map(({ id }) => id)];
  const teams = created.filter(({ type }) => type === 'CareTeam').map(({ id }) => id);
  const hidden = created.filter(({ type }) => type === 'DocumentReference').slice(0, 8);
  const shut = hidden.map(({ id }) => reference('data', { reference: `DocumentReference/${id}` }));
  return records.flatMap((id) => {
    const of = (operation: string, ...parameters: readonly object[]): Question =>
      called(`/Patient/${id}/$${operation}`, parameters);
    return [
      ...['authorise', 'declare-medecin-traitant', 'revoke'].map((operation) => of(operation)),
      ...[never, ...teams].flatMap((team) => [
        of('authorise', reference('actor', { reference: `CareTeam/${team}` })),
        of('revoke', reference('actor', { reference: `CareTeam/${team}` })),
      ]),
      ...shut.flatMap((data) => [of('unblock', named(actors[0] ?? ''), data), of('block', named(actors[0] ?? ''), data)]),
      ...actors.flatMap((rpps) =>
        ['block', 'unblock', 'authorise', 'revoke', 'declare-medecin-traitant'].map((operation) => of(operation, named(rpps))),
      ),
    ];
  });
}

/** Of each thing that has labels, one that is there or not in turns. */
export function labelling({ types }: Pick<Conformance, 'types'>, created: readonly Created[]): readonly Question[] {
  const labels = ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'];
  const labelled = created.filter(({ type }) => types.get(type)?.operations.has('mask'));
  const absent = [...new Set(labelled.map(({ type }) => type))].map((type) => ({ type, id: never }));
  return [...absent, ...labelled].flatMap(({ type, id }, at) => [
    called(`/${type}/${id}/$mask`, [{ name: 'label', valueCode: labels[at % 3] }]),
    called(`/${type}/${id}/$unmask`),
  ]);
}

export function bundle(type: 'batch' | 'transaction', entries: readonly object[]): Question {
  return { method: 'POST', path: '/', headers: json, body: JSON.stringify({ resourceType: 'Bundle', type, entry: entries }) };
}

export const reading = (url: string, conditions: object = {}): object => ({ request: { method: 'GET', url, ...conditions } });

/** What is read together: each id, and its first version where the condition does not save it. */
const read = ({ type, id }: Created): readonly object[] => [
  reading(`${type}/${id}`),
  reading(`${type}/${id}/_history/1`, { ifNoneMatch: 'W/"1"' }),
];

export const bySystem: Readonly<Record<string, (created: readonly Created[]) => readonly Question[]>> = {
  'history-system': () =>
    ['', '?_count=0', '?_count=2', '?_count=200', '?_since=2026-11-10T09:01:30Z', '?_since=2030', '?_at=2026-11-10T09:01Z'].map(
      (query) => get(`/_history${query}`),
    ),
  'search-system': rootQuestions,
  batch: (created) =>
    [...Map.groupBy(created, ({ type }) => type)].map(([type, some]) =>
      bundle('batch', [
        reading(`${type}/${never}`),
        ...some.flatMap(read),
        reading(`${type}?_count=3&_total=accurate`),
        reading(`${type}/_history?_count=3`),
      ]),
    ),
  // Taken back as a whole for one that is not there.
  transaction: (created) => [
    bundle('transaction', [reading(`DocumentReference/${never}`)]),
    ...created.map(({ type, id }) => bundle('transaction', [reading(`${type}/${id}`)])),
    bundle(
      'transaction',
      [...Map.groupBy(created, ({ type }) => type)].map(([type, some]) =>
        reading(`${type}?_id=${some.map(({ id }) => id).join(',')}`),
      ),
    ),
  ],
};
