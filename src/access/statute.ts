// National policy as data: the habilitation matrix, the category map and the regime, read at start and frozen.
import { createHash } from 'node:crypto';
import type { Conformance } from '../conformance/conformance.ts';
import { type Displays, displaysIn } from '../conformance/display.ts';
import { readObject } from '../conformance/published.ts';
import { compileFhirPath, type FhirPath } from '../fhir/fhirpath.ts';
import { isObject, type JsonObject, objectsOf, textOf, typeOf } from '../fhir/json.ts';
import { isPointingType } from '../filter/envelope.ts';
import { codeIn, type Matrix, readMatrix } from './habilitation.ts';
import { ruling } from './type.ts';

export type Regime = {
  readonly opening: 'express' | 'opt-out';
  readonly emergency: 'permit' | 'objection';
  readonly occupationalPhysician: 'never' | 'permit';
  readonly professionalAccess: 'consent' | 'consent+vitale';
  readonly claimsMonths: number;
  readonly samu: readonly string[];
};

export type Statute = Matrix & {
  readonly regime: Regime;
  readonly categoryOf: (resource: JsonObject) => string | undefined;
  readonly mainDateOf: (resource: JsonObject) => unknown;
  /** Its FHIRPath within the type. */
  readonly mainDatePath: (type: string) => string | undefined;
  /** Stands in every trace. */
  readonly hash: string;
};

const base = 'https://carnet.example/fhir';

/** The law that an operator has chosen, by the files of the regime and of another matrix. */
export function readStatute(
  conformance: Conformance,
  { regime, habilitation }: { readonly regime: string; readonly habilitation?: string },
): Statute {
  return loadStatute(conformance, readObject(regime), {
    habilitation: habilitation === undefined ? undefined : readObject(habilitation),
  });
}

/** The matrix and the category map in force, unless others are given. */
export function loadStatute(
  conformance: Conformance,
  regime: JsonObject,
  { habilitation = published(conformance, 'habilitation'), category = published(conformance, 'category') }: Maps = {},
): Statute {
  judgeMap(conformance, category);
  const matrix = readMatrix(habilitation);
  const documentTypes = new Set([...matrix.documentTypes].map(codeIn));
  judgeCategories(category, documentTypes);
  return {
    regime: readRegime(regime),
    ...matrix,
    ...readCategories(category, documentTypes),
    hash: createHash('sha256')
      .update(JSON.stringify([habilitation, category, regime]))
      .digest('hex')
      .slice(0, 16),
  };
}

export type Maps = { readonly habilitation?: JsonObject | undefined; readonly category?: JsonObject | undefined };

export function published(conformance: Pick<Conformance, 'published'>, map: keyof Maps): JsonObject {
  return conformance.published(`${base}/ConceptMap/${map}`);
}

const displays = new WeakMap<object, Displays>();

/** Professions and document types by the names that the published policy gives them: several thousand, so put together once. */
export function policyDisplays(conformance: Pick<Conformance, 'published'>): Displays {
  const known = displays.get(conformance) ?? displaysIn(conformance, published(conformance, 'habilitation'));
  displays.set(conformance, known);
  return known;
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

/** What no profession can read by the matrix would be closed without a word. */
function judgeCategories(map: JsonObject, documentTypes: ReadonlySet<string>): void {
  for (const { code, target } of objectsOf(map.group).flatMap((group) => objectsOf(group.element))) {
    const unknown = objectsOf(target).find((one) => !documentTypes.has(String(one.code)));
    if (unknown !== undefined)
      throw new Error(`ConceptMap category: ${unknown.code}, a document type of ${code}, is not in the habilitation matrix`);
  }
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
    rules.set(
      type,
      targets.map((target) => readRule(type, target)),
    );
    const path = objectsOf(element.extension)
      .map(({ valueString }) => textOf(valueString))
      .find((text) => text !== undefined);
    if (path !== undefined) {
      paths.set(type, path);
      const evaluate = compiled(type, path);
      dates.set(type, (resource) => evaluate(resource)[0]);
    }
  }
  return {
    categoryOf: (resource) => {
      const type = typeOf(resource);
      const fixed = rules.get(type)?.find(({ when }) => when(resource));
      return fixed?.category ?? (documents.has(type) ? documentType(resource, known) : undefined);
    },
    mainDateOf: (resource) => dates.get(typeOf(resource))?.(resource),
    mainDatePath: (type) => paths.get(type),
  };
}

function readRule(type: string, target: JsonObject): Rule {
  const conditions = objectsOf(target.dependsOn).map(({ value }) => compiled(type, String(value)));
  return { category: String(target.code), when: (resource) => conditions.every((condition) => condition(resource)[0] === true) };
}

function compiled(type: string, expression: string): FhirPath {
  try {
    return compileFhirPath(expression);
  } catch {
    throw new Error(`ConceptMap category: ${expression} of ${type} is no FHIRPath`);
  }
}

/** Their category is their own type. */
const documents = new Set(['DocumentReference', 'Composition']);

/** Two codings of different known types name no category: nothing odd may widen. */
function documentType(resource: JsonObject, known: ReadonlySet<string>): string | undefined {
  const codes = isObject(resource.type) ? objectsOf(resource.type.coding).map(({ code }) => textOf(code)) : [];
  const categories = new Set(codes.filter((code) => code !== undefined && known.has(code)));
  return categories.size === 1 ? [...categories][0] : undefined;
}

const switches = ['opening', 'emergency', 'occupationalPhysician', 'professionalAccess', 'claimsMonths', 'samu'] as const;

function readRegime(parameters: JsonObject): Regime {
  if (parameters.resourceType !== 'Parameters') throw new Error('regime: it is no Parameters');
  const values = new Map<string, unknown[]>();
  for (const { name, valueCode, valueString, valueInteger } of objectsOf(parameters.parameter)) {
    values.set(String(name), [...(values.get(String(name)) ?? []), valueCode ?? valueString ?? valueInteger]);
  }
  for (const [name, given] of values) {
    if (name !== 'description' && !switches.some((one) => one === name)) throw new Error(`regime: ${name} is no switch`);
    if (name !== 'samu' && given.length > 1) throw new Error(`regime: ${name} is said twice`);
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
