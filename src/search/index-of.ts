// What search finds a resource by: its tokens, intervals, exact strings and sort keys, for the row.
// https://hl7.org/fhir/R4/search.html
import type { Conformance, SearchParameter, TypeCapability } from '../conformance/conformance.ts';
import { compileElementPath, type ElementPath } from '../fhir/element-path.ts';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import type { Row } from '../filter/row.ts';
import { type Own, withContained } from './contained.ts';
import type { Entries, SortKey } from './parameter-type.ts';
import { fieldParameter, parameterType } from './types.ts';

export type Indexed = Pick<Row, 'idx' | 'p' | 's' | 'c' | 'w'>;

/** `recordParameters`: codes of the parameters that name the record; the row's `rec` stands for them. */
export type IndexOptions = {
  readonly recordParameters?: ReadonlySet<string>;
  readonly base?: string;
  /** Of the resources that may be contained; absent: none is indexed. */
  readonly types?: ReadonlyMap<string, TypeCapability>;
};

/** Indexed whether it is declared or not: consents speak of labels. */
const labels: SearchParameter = {
  code: '_security',
  type: 'token',
  expression: 'Resource.meta.security',
  target: [],
  url: 'http://hl7.org/fhir/SearchParameter/Resource-security',
};

const paths = new WeakMap<SearchParameter, ElementPath>();

export function elementsOf(parameter: SearchParameter, resource: JsonObject): readonly unknown[] {
  const known = paths.get(parameter);
  const path = known ?? compileElementPath(parameter.expression);
  if (known === undefined) paths.set(parameter, path);
  return path(resource);
}

export function indexOf(capability: TypeCapability, resource: JsonObject, options: IndexOptions = {}): Indexed {
  const { types = new Map(), recordParameters: _ofTheRow, ...base } = options;
  const index = (of: TypeCapability, one: JsonObject): Own => ownIndex(of, one, one === resource ? options : base);
  return withContained(capability, resource, { types, index, references: referencesIn });
}

/** Of every reference parameter, what it reads. */
function referencesIn({ search }: TypeCapability, resource: JsonObject): readonly (readonly [code: string, text: string])[] {
  return [...search.values()].flatMap((parameter) =>
    parameter.type === 'reference'
      ? objectsOf(elementsOf(parameter, resource)).flatMap(({ reference }) =>
          typeof reference === 'string' ? [[parameter.code, reference] as const] : [],
        )
      : [],
  );
}

function ownIndex(capability: TypeCapability, resource: JsonObject, options: IndexOptions): Own {
  const parameters = new Map([['_security', labels], ...capability.search]);
  const found = [...parameters.values()].flatMap((parameter) => {
    const type = fieldParameter(parameter) === undefined ? parameterType(parameter) : undefined;
    if (type === undefined) return [];
    const entries = type.index(parameter, elementsOf(parameter, resource), options.base);
    return [
      [parameter.code, options.recordParameters?.has(parameter.code) ? withoutRecord(parameter.code, entries) : entries] as const,
    ];
  });
  return row(found);
}

/** At start: every declared parameter is one that search can index and answer. */
export function assertSearchable(conformance: Conformance): void {
  for (const { type, search } of conformance.types.values()) {
    for (const parameter of search.values()) {
      if (fieldParameter(parameter) !== undefined) continue;
      const found = parameterType(parameter);
      if (found === undefined) throw new Error(`search parameter ${type}.${parameter.code}: no search by ${parameter.type}`);
      found.index(parameter, elementsOf(parameter, { resourceType: type }), undefined);
    }
  }
}

function row(found: readonly (readonly [string, Entries])[]): Own {
  const words = found.flatMap(([, { w }]) => (w === undefined ? [] : Object.entries(w)));
  return {
    idx: [...new Set(found.flatMap(([, { idx }]) => idx))],
    p: Object.fromEntries(found.flatMap(([, { p }]) => Object.entries(p))),
    s: Object.fromEntries(found.flatMap(([code, { keys }]) => sortKeys(code, keys))),
    ...(words.length === 0 ? {} : { w: Object.fromEntries(words) }),
  };
}

function sortKeys(code: string, keys: Entries['keys']): readonly (readonly [string, { min: SortKey; max: SortKey }])[] {
  if (keys.length === 0) return [];
  const min = keys.map((key) => key.min).reduce((least, one) => (isBefore(one, least) ? one : least));
  const max = keys.map((key) => key.max).reduce((most, one) => (isBefore(most, one) ? one : most));
  return [[code, { min, max }]];
}

function isBefore(one: SortKey, other: SortKey): boolean {
  return one < other;
}

function withoutRecord(code: string, entries: Entries): Entries {
  return { ...entries, idx: entries.idx.filter((entry) => !entry.startsWith(`${code}|`)) };
}
