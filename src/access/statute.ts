// National policy as data: the habilitation matrix, the category map and the regime, read at start and frozen.
import { createHash } from 'node:crypto';
import type { Conformance } from '../conformance/conformance.ts';
import { compileFhirPath } from '../fhir/fhirpath.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { isPointingType } from '../filter/envelope.ts';
import { ruling } from './type.ts';

export type Regime = {
  readonly opening: 'express' | 'opt-out';
  readonly emergency: 'permit' | 'objection';
  readonly occupationalPhysician: 'never' | 'permit';
  readonly professionalAccess: 'consent' | 'consent+vitale';
  readonly claimsMonths: number;
  readonly samu: readonly string[];
};

export type Statute = {
  readonly regime: Regime;
  /** Document types that a profession (`system|code`) may read. */
  readonly habilitation: ReadonlyMap<string, readonly string[]>;
  /** Every document type of the matrix, `system|code`. */
  readonly documentTypes: ReadonlySet<string>;
  readonly categoryOf: (resource: JsonObject) => string | undefined;
  readonly mainDateOf: (resource: JsonObject) => unknown;
  /** Its FHIRPath within the type. */
  readonly mainDatePath: (type: string) => string | undefined;
  /** Stands in every trace. */
  readonly hash: string;
};

const base = 'https://carnet.example/fhir';

export function loadStatute(conformance: Conformance, regime: JsonObject): Statute {
  const matrix = conformance.published(`${base}/ConceptMap/habilitation`);
  const categories = conformance.published(`${base}/ConceptMap/category`);
  judgeMap(conformance, categories);
  const { habilitation, documentTypes } = readMatrix(matrix);
  return {
    regime: readRegime(regime),
    habilitation,
    documentTypes,
    ...readCategories(categories, new Set([...documentTypes].map((type) => type.slice(type.lastIndexOf('|') + 1)))),
    hash: createHash('sha256')
      .update(JSON.stringify([matrix, categories, regime]))
      .digest('hex')
      .slice(0, 16),
  };
}

function readMatrix(map: JsonObject): Pick<Statute, 'habilitation' | 'documentTypes'> {
  const habilitation = new Map<string, string[]>();
  const documentTypes = new Set<string>();
  for (const group of objectsOf(map.group)) {
    for (const element of objectsOf(group.element)) {
      const profession = `${group.source}|${element.code}`;
      const allowed = habilitation.get(profession) ?? [];
      habilitation.set(profession, allowed);
      for (const { code, equivalence } of objectsOf(element.target)) {
        if (typeof code !== 'string') continue;
        documentTypes.add(`${group.target}|${code}`);
        if (equivalence !== 'disjoint' && equivalence !== 'unmatched') allowed.push(code);
      }
    }
  }
  return { habilitation, documentTypes };
}

/** A type of the record that the map forgets would be closed to all professionals: the start fails instead. */
function judgeMap({ types }: Pick<Conformance, 'types'>, map: JsonObject): void {
  const mapped = objectsOf(map.group).flatMap((group) => objectsOf(group.element));
  const known = new Set(mapped.flatMap(({ code, target }) => (objectsOf(target).length > 0 ? [String(code)] : [])));
  const forgotten = [...types.keys()].find((type) => {
    // A Binary is what its document is.
    const hasNone = isPointingType(type) || documents.has(type) || type === 'Binary';
    return ruling(type) === 'clinical' && !hasNone && !known.has(type);
  });
  if (forgotten !== undefined) throw new Error(`ConceptMap category: ${forgotten} has no document type`);
}

type Rule = { readonly when: (resource: JsonObject) => boolean; readonly category: string };

/** A type with a document type of its own is a document: its category is that type, if the matrix knows it. */
function readCategories(
  map: JsonObject,
  known: ReadonlySet<string>,
): Pick<Statute, 'categoryOf' | 'mainDateOf' | 'mainDatePath'> {
  const rules = new Map<string, Rule[]>();
  const dates = new Map<string, (resource: JsonObject) => unknown>();
  const paths = new Map<string, string>();
  for (const element of objectsOf(map.group).flatMap((group) => objectsOf(group.element))) {
    const type = String(element.code);
    const targets = objectsOf(element.target).filter(({ code }) => typeof code === 'string');
    if (targets.length > 0 && objectsOf(targets.at(-1)?.dependsOn).length > 0)
      throw new Error(`ConceptMap category: ${type} has no fallback`);
    rules.set(type, targets.map(readRule));
    const path = objectsOf(element.extension)
      .map(({ valueString }) => textOf(valueString))
      .find((text) => text !== undefined);
    if (path !== undefined) {
      paths.set(type, path);
      const evaluate = compileFhirPath(path);
      dates.set(type, (resource) => evaluate(resource)[0]);
    }
  }
  return {
    categoryOf: (resource) => {
      const type = String(resource.resourceType);
      const fixed = rules.get(type)?.find(({ when }) => when(resource));
      return fixed?.category ?? (documents.has(type) ? documentType(resource, known) : undefined);
    },
    mainDateOf: (resource) => dates.get(String(resource.resourceType))?.(resource),
    mainDatePath: (type) => paths.get(type),
  };
}

function readRule(target: JsonObject): Rule {
  const conditions = objectsOf(target.dependsOn).map(({ value }) => compileFhirPath(String(value)));
  return { category: String(target.code), when: (resource) => conditions.every((condition) => condition(resource)[0] === true) };
}

/** Their category is their own type. */
const documents = new Set(['DocumentReference', 'Composition']);

/** Two codings of different known types name no category: nothing odd may widen. */
function documentType(resource: JsonObject, known: ReadonlySet<string>): string | undefined {
  const codes = isObject(resource.type) ? objectsOf(resource.type.coding).map(({ code }) => textOf(code)) : [];
  const categories = new Set(codes.filter((code) => code !== undefined && known.has(code)));
  return categories.size === 1 ? [...categories][0] : undefined;
}

function readRegime(parameters: JsonObject): Regime {
  const values = new Map<string, unknown[]>();
  for (const { name, valueCode, valueString, valueInteger } of objectsOf(parameters.parameter)) {
    values.set(String(name), [...(values.get(String(name)) ?? []), valueCode ?? valueString ?? valueInteger]);
  }
  const choice = <T extends string>(name: string, ...allowed: readonly T[]): T => {
    const value = allowed.find((one) => one === values.get(name)?.[0]);
    if (value === undefined) throw new Error(`regime: ${name} must be one of ${allowed.join(', ')}`);
    return value;
  };
  const months = values.get('claimsMonths')?.[0];
  if (typeof months !== 'number' || !Number.isInteger(months) || months < 0)
    throw new Error('regime: claimsMonths must be a number of months');
  return {
    opening: choice('opening', 'express', 'opt-out'),
    emergency: choice('emergency', 'permit', 'objection'),
    occupationalPhysician: choice('occupationalPhysician', 'never', 'permit'),
    professionalAccess: choice('professionalAccess', 'consent', 'consent+vitale'),
    claimsMonths: months,
    samu: (values.get('samu') ?? []).filter((value) => typeof value === 'string'),
  };
}
