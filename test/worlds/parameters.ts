// The values that a resource has of a search parameter, as callers write them, with every modifier and prefix that R4 gives its type.
// https://hl7.org/fhir/R4/search.html#modifiers, https://hl7.org/fhir/R4/search.html#prefix
import type { SearchParameter, SearchParameterType } from '../../src/conformance/conformance.ts';
import { isObject, type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import { elementsOf } from '../../src/search/index-of.ts';

const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender';

type Forms = (code: string, value: string) => readonly string[];
const prefixed: Forms = (code, value) => prefixes.map((prefix) => `${code}=${prefix}${value}`);

/** As they are before they are made fit for an address. */
const forms: Readonly<Record<SearchParameterType, Forms>> = {
  token: (code, value) => {
    const [system = '', bare = value] = value.includes('|') ? value.split('|') : ['', value];
    return [
      ...[`${code}=${value}`, `${code}=${bare}`, `${code}=|${bare}`, `${code}=${system}|`, `${code}:not=${value}`],
      ...[`${code}:text=${bare.slice(0, 4)}`, `${code}:in=${genders}`, `${code}:not-in=${genders}`],
      ...[`${code}:above=${value}`, `${code}:below=${value}`, `${code}:not=${bare},${value}`],
      `${code}:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|${bare}`,
    ];
  },
  string: (code, value) => [
    ...[`${code}=${value}`, `${code}=${value.slice(0, 2)}`, `${code}:exact=${value}`],
    ...[`${code}:contains=${value.slice(1, 3)}`, `${code}:text=${value}`],
  ],
  date: prefixed,
  number: prefixed,
  quantity: (code, value) => [...prefixed(code, value), ...prefixed(code, value.split('|')[0] ?? '')],
  uri: (code, value) => [
    `${code}=${value}`,
    `${code}:below=${value.slice(0, value.lastIndexOf('/') + 1)}`,
    `${code}:above=${value}/a`,
  ],
  reference: (code, value) => {
    const [type = '', id = value] = value.split('/').slice(-2);
    return [
      ...[`${code}=${value}`, `${code}=${id}`, `${code}:${type}=${id}`, `${code}=${value}/_history/1`],
      ...[`${code}:below=${value}`, `${code}:above=${value}`],
      `${code}:identifier=https://rpps.esante.gouv.fr|10003461033`,
    ];
  },
  composite: (code, value) => [`${code}=${value}`],
  special: (code, value) => [`${code}=${value}`],
};

export const modifiers: readonly string[] = [
  ...['missing', 'not', 'text', 'in', 'not-in', 'above', 'below', 'of-type'],
  ...['exact', 'contains', 'identifier', 'Type'],
];

/** Words of the story that stand in what is hidden from some, beside those that everybody reads. */
const words = ['ancienne', 'bonjour', 'annoncer', 'document', 'lithotritie', 'lithotritie compte'];

/** Parts of the story's Observations, in the order of their composite parameters. */
const composites: Readonly<Record<string, readonly string[]>> = {
  'code-value-quantity': ['http://loinc.org|15074-8$gt6', '2857-1$ge5', '8310-5$37.5|http://unitsofmeasure.org|Cel'],
  'combo-code-value-quantity': ['15074-8$lt7', '2857-1$5'],
  'component-code-value-quantity': ['8480-6$gt100', '8480-6$le120'],
  'code-value-concept': ['2857-1$positive'],
  'code-value-date': ['2857-1$ge2026'],
  'code-value-string': ['2857-1$pos'],
  relatesto: ['DocumentReference/aaaaaaaaaaaaa-bbbbbbbbbbbbb$replaces', 'DocumentReference/aaaaaaaaaaaaa-bbbbbbbbbbbbb$appends'],
};

/** What the resource says at the parameter's elements; of a parameter that reads no one element, what the story says. */
export function valuesOf(parameter: SearchParameter, resource: JsonObject): readonly string[] {
  if (parameter.code === '_content' || parameter.code === '_text') return words;
  if (parameter.type === 'composite') return composites[parameter.code] ?? ['a$b'];
  if (parameter.type === 'special') return ['48.85|2.35|10|km'];
  return [...new Set(elementsOf(parameter, resource).flatMap((node) => texts(parameter, node)))];
}

/** Each way to ask for the value, as `name=value` of an address. */
export function formsOf({ code, type }: SearchParameter, value: string): readonly string[] {
  return forms[type](code, value).map(escaped);
}

export function escaped(query: string): string {
  const at = query.indexOf('=');
  return `${query.slice(0, at)}=${encodeURIComponent(query.slice(at + 1))}`;
}

/** A whole query, as it is read aloud. */
export function encodeQuery(query: string): string {
  const at = query.indexOf('?') + 1;
  const parts = query
    .slice(at)
    .split('&')
    .map((part) => (part.includes('=') ? escaped(part) : part));
  return query.slice(0, at) + parts.join('&');
}

function texts({ type }: SearchParameter, node: unknown): readonly string[] {
  if (typeof node === 'string' || typeof node === 'boolean' || typeof node === 'number') return [String(node)];
  if (!isObject(node)) return [];
  if (type === 'date') return [node.start, node.end].filter((value) => typeof value === 'string');
  if (type === 'reference') return typeof node.reference === 'string' ? [node.reference] : [];
  if (type === 'string') return [node.text, node.family, node.city].filter((value) => typeof value === 'string');
  if (type === 'quantity')
    return node.value === undefined ? [] : [`${JSON.stringify(node.value)}|${node.system ?? ''}|${node.code ?? ''}`];
  const codings = node.coding === undefined ? [{ system: node.system, code: node.code ?? node.value }] : objectsOf(node.coding);
  return codings.flatMap(({ system, code }) =>
    typeof code === 'string' ? [typeof system === 'string' ? `${system}|${code}` : code] : [],
  );
}
