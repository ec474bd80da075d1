// The questions put to both worlds: every interaction on hidden, visible and unknown ids, every declared parameter with every modifier and prefix.

import { isDirectory } from '../../src/access/type.ts';
import type { Conformance, SearchParameter, TypeCapability } from '../../src/conformance/conformance.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { mask } from '../resources.ts';
import { deepQuestions, linkQuestions } from './links.ts';
import { byOperation, bySystem } from './operations.ts';
import { formsOf, valuesOf } from './parameters.ts';
import { type Created, get, json, never, type Question } from './question.ts';
import { compartmentQuestions, textQuestions, xmlQuestions } from './searches.ts';

/** One or two of them about each id, in turns: forms of a read that must not tell either. */
const forms: readonly ((path: string) => Question)[] = [
  (path) => ({ method: 'HEAD', path }),
  (path) => get(path, { 'If-None-Match': 'W/"1"' }),
  (path) => get(path, { 'If-None-Match': '*' }),
  (path) => get(path, { 'If-Modified-Since': 'Tue, 10 Nov 2026 09:01:00 GMT' }),
  (path) => get(path, { Range: 'bytes=0-3' }),
  (path) => get(`${path}?_summary=true`),
  (path) => get(`${path}?_elements=id,status`),
  (path) => get(`${path}?_summary=text`),
  (path) => get(path, { Accept: 'text/plain' }),
];
const turned = <T>(list: readonly T[], at: number): readonly T[] => [
  ...new Set([at, at + 4].flatMap((index) => list[index % list.length] ?? [])),
];

/** Pages and instants of a history, before, amid and after the story. */
const windows = [
  '?_count=1',
  '?_count=0',
  '?_count=3',
  '?_since=2030',
  '?_since=2026-11-10T09:01:30Z',
  '?_at=2026-11-10T09:00:20Z',
  '?_at=2026-11-10T09:02:10Z&_count=3',
];

/** What is asked about each interaction that the capability statement can declare. */
export const byInteraction: Readonly<Record<string, (type: string, ids: readonly string[]) => readonly Question[]>> = {
  read: (type, ids) =>
    ids.flatMap((id, at) => [get(`/${type}/${id}`), ...turned(forms, at).map((form) => form(`/${type}/${id}`))]),
  'search-type': (type, ids) => [
    get(`/${type}`),
    get(`/${type}?_total=accurate&_count=3`),
    get(`/${type}?_summary=count`),
    get(`/${type}?_summary=true&_count=3`),
    get(`/${type}?_elements=id&_total=accurate&_count=3`),
    get(`/${type}?_count=1`),
    get(`/${type}?_id=${ids.join(',')}`),
    ...ids.slice(0, 4).map((id) => get(`/${type}?_id=${id}&_total=accurate`)),
    {
      method: 'POST',
      path: `/${type}/_search`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: '_count=5&_total=accurate',
    },
  ],
  vread: (type, ids) =>
    ids.flatMap((id, at) => [1, 2, ...(at > 3 ? [] : [3, 4, 'x'])].map((version) => get(`/${type}/${id}/_history/${version}`))),
  'history-instance': (type, ids) =>
    ids.flatMap((id, at) => ['', ...turned(windows, at).slice(1)].map((query) => get(`/${type}/${id}/_history${query}`))),
  'history-type': (type) =>
    ['?_count=200', ...turned(windows, type.length), ...turned(windows, type.length + 1)].map((query) =>
      get(`/${type}/_history${query}`),
    ),
  create: () => [],
  patch: (type, ids) =>
    [never, ...ids].map((id) => ({
      method: 'PATCH',
      path: `/${type}/${id}`,
      headers: { 'Content-Type': 'application/json-patch+json' },
      body: JSON.stringify(mask),
    })),
  delete: (type, ids) => [never, ...ids].map((id) => ({ method: 'DELETE', path: `/${type}/${id}` })),
  update: (type, ids) =>
    [never, ...ids].map((id) => ({
      method: 'PUT',
      path: `/${type}/${id}`,
      headers: json,
      body: JSON.stringify({ resourceType: type, id, language: 'fr' }),
    })),
};

/** Another parameter asks with others: all of a type are asked with all. */
const formsOfValue = 5;
function inTurns<T>(list: readonly T[], from: number, count: number): readonly T[] {
  const turns = Array.from({ length: Math.min(count, list.length) }, (_, at) => (from + at) % list.length);
  return turns.flatMap((at) => list[at] ?? []);
}

/** The first and the last of the values that the resources have. */
function someOf(parameter: SearchParameter, resources: readonly JsonObject[]): readonly string[] {
  const distinct = [...new Set(resources.flatMap((resource) => valuesOf(parameter, resource)))];
  return [...new Set([...distinct.slice(0, 1), ...distinct.slice(-1)])];
}

export function parameterQuestions(
  capability: TypeCapability,
  parameter: SearchParameter,
  resources: readonly JsonObject[],
): readonly Question[] {
  const { type } = capability;
  const { code } = parameter;
  const absent = [`${code}:missing=true`, `${code}:missing=false`];
  const sorted = [`_sort=${code}&_count=4`, `_sort=-${code}&_count=4`];
  // One or the other of each, by the length of the name.
  const both = absent.map((query, at) => `${query}&${sorted[at]}`).filter((_, at) => at === code.length % 2);
  // Neither is ever missing; the other parameters of every resource are no order.
  const whole = code === '_id' || code === '_lastUpdated' ? sorted : code.startsWith('_') ? absent : both;
  // The directory is the same to everybody: its values tell nothing.
  const given = isDirectory(type) ? [] : someOf(parameter, resources);
  const turn = type.length + code.length;
  const ways = given.flatMap((value, at) => inTurns(formsOf(parameter, value), turn + at * formsOfValue, formsOfValue));
  return [...whole, ...ways].map((query) => get(`/${type}?${query}`));
}

const reading = new Set(['read', 'vread', 'search-type', 'history-instance', 'history-type']);

/** Reading questions: they leave nothing but traces. `ids`: hidden and visible ones by type. */
export function questions(conformance: Conformance, created: readonly Created[]): readonly Question[] {
  const all = [...conformance.types.values()].flatMap((capability) => {
    const mine = created.filter(({ type }) => type === capability.type);
    const resources = mine.map(({ resource }) => resource);
    const ids = [never, ...mine.map(({ id }) => id)];
    const asked = [...capability.interactions]
      .filter((name) => reading.has(name))
      .flatMap((name) => byInteraction[name]?.(capability.type, ids) ?? []);
    const parameters = [...capability.search.values()].flatMap((parameter) =>
      parameterQuestions(capability, parameter, resources),
    );
    const operations = [...capability.operations].flatMap((name) => byOperation[name]?.(capability.type, mine) ?? []);
    return [...asked, ...operations, ...parameters, ...linkQuestions(conformance, capability)];
  });
  const ofSystem = [...conformance.interactions].flatMap((name) => bySystem[name]?.(created) ?? []);
  const further = [...deepQuestions(created), ...compartmentQuestions(created), ...textQuestions(), ...xmlQuestions(created)];
  // While the traces are few: every question leaves one.
  return [
    ...ofSystem,
    ...further,
    ...all.toSorted((a, b) => Number(b.path.includes('AuditEvent')) - Number(a.path.includes('AuditEvent'))),
  ];
}
