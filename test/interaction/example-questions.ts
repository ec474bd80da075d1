// Questions to the official examples: for every declared parameter values that some example has, as a caller would write them, and one of none.
// What is to be found is read from the examples by R4's own expression, never from what search indexes. https://hl7.org/fhir/R4/search.html
import { alternatives } from '../../src/command/definitions/parameters.ts';
import type { SearchParameter, TypeCapability } from '../../src/conformance/conformance.ts';
import { compileFhirPath } from '../../src/fhir/fhirpath.ts';
import { isObject, type JsonObject, listOf, objectsOf, parseJson } from '../../src/fhir/json.ts';
import { isContent } from '../../src/search/content.ts';
import { conformance } from '../conformance/example.ts';
import { examples } from '../conformance/examples/examples.ts';
import { contentForms } from './content-forms.ts';
import { quantityForms, uriForms } from './example-quantities.ts';
import { now, table } from './search-world.ts';

/** A way to ask for something that an element says, and whether the elements of a resource say it. */
export type Form = { readonly kind: string; readonly query: string; readonly meets: (nodes: readonly unknown[]) => boolean };
/** `found`: the ids, all of them. */
export type Question = { readonly query: string; readonly found: readonly string[] };

const meta = {
  security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
  tag: [{ system: 'urn:example:workflow', code: 'needs-review' }],
  profile: ['http://example.org/fhir/StructureDefinition/own'],
  source: 'http://example.org/fhir/lab/7',
};
const own: readonly JsonObject[] = listOf(table('examples')).filter(isObject);

/** One resource of each type has what hardly an official example has. */
function labelled(resource: JsonObject, at: number): JsonObject {
  return at === 0 ? { ...resource, meta: { ...(isObject(resource.meta) ? resource.meta : {}), ...meta } } : resource;
}

const known = new Map<string, readonly JsonObject[]>();

/** The valid examples of a type that takes them, and ours for what no example has. */
export function examplesOf({ type, interactions }: TypeCapability): readonly JsonObject[] {
  if (!interactions.has('update')) return [];
  const official = examples.filter((example) => example.type === type).map(({ text }) => parseJson(text));
  const mine = own.filter(({ resourceType }) => resourceType === type);
  const found =
    known.get(type) ??
    [...official.filter(isObject).filter((one) => conformance.validate(one, 'base').length === 0), ...mine].map(labelled);
  known.set(type, found);
  return found;
}

/** `[found…, none]`; [] where no example has a value. */
export function questionsTo(capability: TypeCapability, parameter: SearchParameter): readonly Question[] {
  const read = readerOf(parameter);
  const readings = examplesOf(capability).map((resource) => ({ id: String(resource.id), nodes: read(resource) }));
  const forms = new Map(
    readings.flatMap(({ nodes }) => formsOf(parameter, nodes).map((form) => [form.kind, form] as const)).toReversed(),
  );
  if (forms.size === 0) return [];
  const found = [...forms.values()].map(({ query, meets }) => ({
    query,
    found: readings.flatMap(({ id, nodes }) => (meets(nodes) ? [id] : [])),
  }));
  const present = readings.flatMap(({ id, nodes }) => (valuesIn(parameter, nodes).length > 0 ? [id] : []));
  return [
    ...found,
    { query: `${parameter.code}:missing=false`, found: present },
    { query: `${parameter.code}=${nothing(parameter)}`, found: [] },
  ];
}

/** A text, as in `Immunization.occurrenceString`, is no date; an element without all of its parts no composite. */
function valuesIn({ type, components = [] }: SearchParameter, nodes: readonly unknown[]): readonly unknown[] {
  if (type === 'date') return days(nodes);
  if (type !== 'composite') return nodes;
  return nodes.filter((node) => components.every((component) => valuesIn(component, partOf(component, node)).length > 0));
}

function readerOf({ code, expression }: SearchParameter): (resource: JsonObject) => readonly unknown[] {
  if (code === '_lastUpdated') return () => [now.toISOString()];
  // One by one: the engine's union compares its sides, and refuses a Quantity with a comparator.
  const paths = alternatives(expression).map((path) => compileFhirPath(path));
  return (resource) => paths.flatMap((path) => path(resource));
}

function nothing({ type, target, components = [] }: SearchParameter): string {
  if (type === 'composite') return components.map(nothing).join('$');
  if (type === 'quantity') return '0.123456';
  return type === 'date' ? '1066' : type === 'reference' ? `${target[0]}/nobody` : 'introuvable';
}

function formsOf(parameter: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  if (isContent(parameter)) return contentForms(parameter.code, nodes);
  switch (parameter.type) {
    case 'token':
      return tokenForms(parameter, nodes);
    case 'string':
      if (parameter.code === 'phonetic') return phoneticForms(parameter, nodes);
      return stringForms(parameter, nodes);
    case 'date':
      return dateForms(parameter, nodes);
    case 'reference':
      return referenceForms(parameter, nodes);
    case 'quantity':
      return quantityForms(parameter.code, nodes);
    case 'uri':
      return uriForms(parameter.code, nodes);
    case 'composite':
      return compositeForms(parameter, nodes);
    default:
      return [];
  }
}

/** Of an element that the composite is about, what its component reads. */
function partOf({ expression }: SearchParameter, node: unknown): readonly unknown[] {
  if (!isObject(node)) return [];
  const path = expression.replace('DateTime', 'dateTime');
  return compileFhirPath(path, node.resourceType === undefined ? 'Observation.component' : 'Observation')(node);
}

/** Every form of one component with the first form of the others. */
function compositeForms({ code, components = [] }: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  return nodes.flatMap((node) => {
    const forms = components.map((component) =>
      formsOf(component, partOf(component, node)).filter(({ query }) => !/^[^=]*:/.test(query)),
    );
    return (forms[1] ?? []).flatMap((second) =>
      (forms[0] ?? []).map((first) => ({
        kind: `${first.kind}$${second.kind}`,
        query: `${code}=${[first, second].map(({ query }) => query.slice(query.indexOf('=') + 1)).join('$')}`,
        meets: (others: readonly unknown[]) =>
          others.some((other) => [first, second].every(({ meets }, at) => meets(partsAt(components, at, other)))),
      })),
    );
  });
}

function partsAt(components: readonly SearchParameter[], at: number, node: unknown): readonly unknown[] {
  const component = components[at];
  return component === undefined ? [] : partOf(component, node);
}

const written = (value: string): string => value.replaceAll(/[\\,|$]/g, '\\$&');

type Token = { readonly system: unknown; readonly code: string };

/** A code or boolean, a Coding, a CodeableConcept, an Identifier or a ContactPoint, whose system is none. */
function tokens(expression: string, nodes: readonly unknown[]): readonly Token[] {
  const contact = expression.includes('telecom');
  return nodes.flatMap((node) => {
    if (!isObject(node)) return [{ system: undefined, code: String(node) }];
    const codings = node.coding === undefined ? [node] : objectsOf(node.coding);
    return codings.flatMap(({ system, code, value = code }) =>
      typeof value === 'string' ? [{ system: contact ? undefined : system, code: value }] : [],
    );
  });
}

function tokenForms({ code: name, expression }: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  return tokens(expression, nodes).flatMap(({ system, code }) => {
    const query = `${name}=${written(code)}`;
    const alone: Form = { kind: 'code', query, meets: (other) => tokens(expression, other).some((one) => one.code === code) };
    if (typeof system !== 'string') return [alone];
    const whole: Form = {
      kind: 'system|code',
      query: `${name}=${written(system)}|${written(code)}`,
      meets: (other) => tokens(expression, other).some((one) => one.code === code && one.system === system),
    };
    return [alone, whole];
  });
}

/** Of a HumanName or an Address every part. */
function texts(nodes: readonly unknown[]): readonly string[] {
  return nodes.flatMap((node) => {
    if (!isObject(node)) return typeof node === 'string' ? [node] : [];
    const { use, type, period, extension, ...parts } = node;
    return Object.entries(parts).flatMap(([key, value]) => (key.startsWith('_') ? [] : texts(listOf(value))));
  });
}

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();

/** A word sounds as itself. */
function phoneticForms({ code: name }: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  const words = (of: readonly unknown[]): readonly string[] => texts(of).flatMap((text) => plain(text).split(/[^a-z]+/));
  return words(nodes)
    .filter((word) => word.length > 3)
    .map((word) => ({ kind: 'word', query: `${name}=${word}`, meets: (other) => words(other).includes(word) }));
}

function stringForms({ code: name }: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  return texts(nodes).flatMap((text) => {
    const [start = ''] = /^\S{1,4}/.exec(plain(text)) ?? [];
    const begins: Form = {
      kind: 'beginning',
      query: `${name}=${written(start.toUpperCase())}`,
      meets: (other) => texts(other).some((one) => plain(one).startsWith(start)),
    };
    const whole: Form = {
      kind: 'exact',
      query: `${name}:exact=${written(text)}`,
      meets: (other) => texts(other).includes(text),
    };
    return [begins, whole];
  });
}

/** First and last day, in Paris, that an element may mean; an open end has none. */
type Days = { readonly first?: string; readonly last?: string };

function daysOf(text: string): { readonly first: string; readonly last: string } {
  const day = text.includes('T') ? new Date(text).toLocaleDateString('sv-SE', { timeZone: 'Europe/Paris' }) : text;
  const [year, month = '12'] = day.split('-');
  const end = day.length === 10 ? day : new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10);
  return { first: day.padEnd(10, '-01'), last: end };
}

function days(nodes: readonly unknown[]): readonly Days[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return /^\d{4}(-|$)/.test(node) ? [daysOf(node)] : [];
    if (!isObject(node)) return [];
    const { start, end, repeat, event } = node;
    if (start === undefined && end === undefined)
      return days([...listOf(event), ...(isObject(repeat) ? listOf(repeat.boundsPeriod) : [])]);
    return [
      {
        ...(typeof start === 'string' && { first: daysOf(start).first }),
        ...(typeof end === 'string' && { last: daysOf(end).last }),
      },
    ];
  });
}

/** `ge`, `le`: of what reaches the day. */
function dateForms({ code: name }: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  const form = (sign: string, day: string, meets: (one: Days) => boolean): Form => ({
    kind: sign,
    query: `${name}=${sign}${day}`,
    meets: (other) => days(other).some(meets),
  });
  return days(nodes).flatMap(({ first, last }) => {
    const within = (one: Days, day: string): boolean => one.first === day && one.last === day;
    const since = first && form('ge', first, (one) => one.last === undefined || one.last >= first);
    const until = last && form('le', last, (one) => one.first === undefined || one.first <= last);
    const on = first && first === last && form('', first, (one) => within(one, first));
    return [since, until, on].flatMap((one) => one || []);
  });
}

/** Without its version. */
const literal = (node: unknown): string =>
  String(isObject(node) ? (node.reference ?? '') : node).replace(/\/_history\/[^/]*$/, '');

function identifierForms(parameter: SearchParameter, node: unknown): readonly Form[] {
  const identifiers = (nodes: readonly unknown[]): readonly JsonObject[] =>
    nodes.flatMap((one) => (isObject(one) ? objectsOf(one.identifier) : []));
  return tokenForms({ ...parameter, code: `${parameter.code}:identifier` }, identifiers([node])).map(
    ({ kind, query, meets }) => ({
      kind: `:identifier ${kind}`,
      query,
      meets: (nodes) => meets(identifiers(nodes)),
    }),
  );
}

function referenceForms(parameter: SearchParameter, nodes: readonly unknown[]): readonly Form[] {
  const { code: name, target } = parameter;
  return nodes.flatMap((node) => {
    const logical = identifierForms(parameter, node);
    const text = literal(node);
    if (text === '' || text.startsWith('#')) return logical;
    const [type = '', id = ''] = text.split('/');
    const refers = (nodes: readonly unknown[]): boolean => nodes.some((one) => literal(one) === text);
    const whole: Form = { kind: 'reference', query: `${name}=${written(text)}`, meets: refers };
    if (!target.includes(type)) return [...logical, { ...whole, kind: 'uri' }];
    const possible = target.map((one) => `${one}/${id}`);
    const alone: Form = {
      kind: 'id',
      query: `${name}=${id}`,
      meets: (nodes) => nodes.some((one) => possible.includes(literal(one))),
    };
    return [...logical, whole, alone, { ...whole, kind: ':type', query: `${name}:${type}=${id}` }];
  });
}
