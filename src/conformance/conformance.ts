// What FHIR defines and what this server declares and publishes of it, read once at start and frozen.
// https://hl7.org/fhir/R4/conformance-module.html
import { join } from 'node:path';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import type { Fault } from '../fhir/outcome.ts';
import type { TypeCapability } from './capability.ts';
import { capabilities } from './capability.ts';
import { declaredCompartments, type Links } from './compartment.ts';
import type { Definitions, ElementRule } from './definitions.ts';
import { asDefinitions, elementsOf } from './definitions.ts';
import type { ValueSets } from './published.ts';
import { expansions, readObject, readPublished } from './published.ts';
import { withSearchParameters } from './search-parameter.ts';
import type { Summary } from './summary.ts';
import { summaryOf } from './summary.ts';
import { type Terminology, terminologyOf } from './terminology.ts';
import type { Rules } from './validator.ts';
import { compileValidator } from './validator.ts';
import { compileXml, type Xml } from './xml/xml.ts';

export type { SearchParameter, TypeCapability } from './capability.ts';
export type { ElementRule, SearchParameterType } from './definitions.ts';
export { namesOf } from './definitions.ts';
export type { Summary } from './summary.ts';
export type { Direction, Terminology } from './terminology.ts';
export type { Xml } from './xml/xml.ts';

export type Conformance = {
  /** capability-statement.json as published: the switchboard. */
  readonly statement: JsonObject;
  readonly types: ReadonlyMap<string, TypeCapability>;
  /** The declared ones, by the type of the resource that each is of. */
  readonly compartments: ReadonlyMap<string, Links>;
  /** Codes of system-restful-interaction: `transaction`, `batch`, `history-system` … */
  readonly interactions: ReadonlySet<string>;
  /** [] for a valid resource. `base`: R4 alone; `national`: the profiles of profiles/ as well, whatever meta.profile says. Never throws. */
  readonly validate: (resource: JsonObject, rules: 'national' | 'base') => readonly Fault[];
  /** The rules of one profile of profiles/, or of R4 alone by the canonical of a type; undefined for any other. */
  readonly profile: (url: string) => Rules | undefined;
  /** `system|code` of a ValueSet of profiles/ or of a required binding; throws where there is none. */
  readonly valueSet: (url: string) => ReadonlySet<string>;
  /** What a search may ask of value sets and code systems. */
  readonly terminology: Terminology;
  /** A conformance resource of profiles/ by its canonical; throws where there is none. */
  readonly published: (url: string) => JsonObject;
  readonly isResourceType: (name: string) => boolean;
  /** The element that names the record of a resource of the type, as R4's patient compartment has it; [] for a type that has none. */
  readonly patientElements: (type: string) => readonly string[];
  /** Top-level elements of a declared type for `_summary` and `_elements`; throws for another. */
  readonly summaryOf: (type: string) => Summary;
  /** The elements of a type or, by its path, of a backbone element; those of Element for any other name. */
  readonly elementsOf: (node: string) => readonly (readonly [key: string, rule: ElementRule])[];
  /** The other format of a resource: in memory and in the store it is JSON. */
  readonly xml: Xml;
};

function bindings({ valueSets }: Definitions): ValueSets {
  const codes = Object.entries(valueSets).map(
    ([url, systems]) =>
      [url, new Set(Object.entries(systems).flatMap(([system, list]) => list.map((code) => `${system}|${code}`)))] as const,
  );
  return new Map(codes);
}

function lookUp<T>(map: ReadonlyMap<string, T>, what: string): (url: string) => T {
  return (url) => {
    const found = map.get(url);
    if (found === undefined) throw new Error(`profiles/ has no ${what} ${url}`);
    return found;
  };
}

/** `root`: the folder of capability-statement.json and profiles/. Throws one line where the statement declares what the definitions lack. */
export function loadConformance(root: string): Conformance {
  const statement = readObject(join(root, 'capability-statement.json'));
  const published = readPublished(join(root, 'profiles'));
  const r4 = asDefinitions(readObject(join(root, 'profiles/r4/definitions.json')));
  const definitions = withSearchParameters(r4, published.values());
  const valueSets = new Map([...bindings(definitions), ...expansions(published)]);
  const valueSet = lookUp(valueSets, 'value set');
  const names = new Set(definitions.resourceTypes);
  const isResourceType = (name: string): boolean => names.has(name);
  const validator = compileValidator(definitions, [...published.values()], valueSet, isResourceType);
  const types = capabilities(statement, definitions, (url) => published.has(url));
  const summaries = new Map([...types.keys()].map((type) => [type, summaryOf(definitions, type)]));
  const patients = new Map(Object.entries(definitions.patientElement));
  return Object.freeze<Conformance>({
    statement,
    types,
    compartments: declaredCompartments(statement, definitions),
    interactions: new Set(
      objectsOf(statement.rest).flatMap(({ interaction }) => objectsOf(interaction).map(({ code }) => String(code))),
    ),
    ...validator,
    valueSet,
    terminology: terminologyOf(definitions, published, valueSets),
    published: lookUp(published, 'resource'),
    isResourceType,
    patientElements: (type) => {
      const element = patients.get(type);
      return element === undefined ? [] : [element];
    },
    summaryOf: lookUp(summaries, 'summary of'),
    elementsOf: (node) => elementsOf(definitions, Object.hasOwn(definitions.nodes, node) ? node : 'Element'),
    xml: compileXml(definitions),
  });
}
