// What is asked about each operation and each interaction of the whole system that the capability statement can declare.
import { testIns } from '../resources.ts';
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
  'explain-access': (type, created) => [never, ...created.map(({ id }) => id)].map((id) => get(`/${type}/${id}/$explain-access`)),
  'activation-code': activated,
};

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
