// What the capability statement declares, type by type, held against the definitions: a declaration without them stops the start.
// https://hl7.org/fhir/R4/capabilitystatement.html
import type { JsonObject } from '../fhir/json.ts';
import { listOf, objectsOf, textOf } from '../fhir/json.ts';
import { type Definitions, type ParameterRule, type SearchParameterType, searchParameterTypes } from './definitions.ts';
import { type ElementsRead, elementsRead } from './element-types.ts';

export type SearchParameter = ElementsRead & {
  readonly code: string;
  readonly type: SearchParameterType;
  readonly expression: string;
  /** Types that a reference may point at. */
  readonly target: readonly string[];
  readonly url: string;
  /** Of a composite, one for each part of a value; their expressions begin at its elements. */
  readonly components?: readonly SearchParameter[];
};

export type TypeCapability = {
  readonly type: string;
  /** Codes of type-restful-interaction: `read`, `search-type` … */
  readonly interactions: ReadonlySet<string>;
  readonly search: ReadonlyMap<string, SearchParameter>;
  /** `Type:parameter`, and `*` where all of them may be asked for at once. */
  readonly includes: ReadonlySet<string>;
  readonly revincludes: ReadonlySet<string>;
  readonly profiles: readonly string[];
  /** Types of contained resources by which not every stored one is found yet; absent: of none. */
  readonly awaited?: ReadonlySet<string>;
  /** Names of operations on the type and its instances: `validate`. */
  readonly operations: ReadonlySet<string>;
};

const interactions = new Set([
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
]);
const operations: ReadonlyMap<string, string> = new Map([
  ['validate', 'http://hl7.org/fhir/OperationDefinition/Resource-validate'],
]);
/** Those of profiles/. */
export const ownOperation = (name: string): string => `https://carnet.example/fhir/OperationDefinition/${name}`;

function strings(value: unknown): readonly string[] {
  return listOf(value).filter((one) => typeof one === 'string');
}

function parameterOf(declared: JsonObject, type: string, definitions: Definitions): SearchParameter {
  const name = textOf(declared.name) ?? '';
  const rule = definitions.searchParameters[type]?.find(({ code, url }) => code === name && url === declared.definition);
  if (rule === undefined || rule.type !== declared.type) {
    throw new Error(
      `capability-statement.json: neither R4 nor profiles/ has a search parameter ${type}.${name} of this type and definition`,
    );
  }
  return fromRule(rule, type, definitions);
}

function fromRule(
  { code, type: kind, expression, url, ...rule }: ParameterRule,
  base: string,
  definitions: Definitions,
): SearchParameter {
  const fail = (text: string): Error => new Error(`search parameter ${base}.${code}: ${text}`);
  const type = searchParameterTypes.find((one) => one === kind);
  if (type === undefined) throw fail(`${kind} is no type of search parameter`);
  const components = (rule.components ?? []).map((component) => {
    const found = definitions.searchParameters[base]?.find((one) => one.url === component.definition);
    if (found === undefined || found.type === 'composite') throw fail(`a part is ${component.definition}, which cannot be one`);
    return { ...fromRule(found, base, definitions), expression: component.expression };
  });
  const target = type === 'reference' ? (rule.target ?? definitions.resourceTypes) : [];
  const common = { code, type, expression, target, url, ...elementsRead(expression, definitions) };
  return components.length === 0 ? common : { ...common, components };
}

function typeOf(resource: JsonObject, definitions: Definitions, known: (url: string) => boolean): TypeCapability {
  const type = textOf(resource.type) ?? '';
  const fail = (text: string): Error => new Error(`capability-statement.json: ${type} ${text}`);
  if (!definitions.resources.includes(type)) throw fail('is not in profiles/r4/definitions.json: run npm run definitions');
  const codes = objectsOf(resource.interaction).map(({ code }) => String(code));
  const odd = codes.find((code) => !interactions.has(code));
  if (odd !== undefined) throw fail(`declares the unknown interaction ${odd}`);
  const offered = objectsOf(resource.operation).map(({ name, definition }) => ({
    name: String(name),
    definition: textOf(definition) ?? '',
  }));
  const unknown = offered.find(
    ({ name, definition }) => operations.get(name) !== definition && !(definition === ownOperation(name) && known(definition)),
  );
  if (unknown !== undefined) throw fail(`declares the unknown operation ${unknown.name}`);
  const profiles = strings(resource.supportedProfile);
  const missing = profiles.find((url) => !known(url));
  if (missing !== undefined) throw fail(`supports ${missing}, which is not in profiles/`);
  const search = objectsOf(resource.searchParam).map((declared) => parameterOf(declared, type, definitions));
  return {
    type,
    interactions: new Set(codes),
    search: new Map(search.map((parameter) => [parameter.code, parameter])),
    includes: new Set(strings(resource.searchInclude)),
    revincludes: new Set(strings(resource.searchRevInclude)),
    profiles,
    operations: new Set(offered.map(({ name }) => name)),
  };
}

/** An include names a declared reference parameter, of the type itself (_include) or one that points at it (_revinclude). */
function checkIncludes(types: ReadonlyMap<string, TypeCapability>): void {
  for (const { type, includes, revincludes } of types.values()) {
    for (const include of [...includes, ...revincludes].filter((one) => one !== '*')) {
      const [source = '', code = ''] = include.split(':');
      const parameter = types.get(source)?.search.get(code);
      const fits = includes.has(include) ? source === type : parameter?.target.includes(type);
      if (parameter?.type !== 'reference' || fits !== true)
        throw new Error(`capability-statement.json: ${type} includes ${include}, which leads nowhere`);
    }
  }
}

export function capabilities(
  statement: JsonObject,
  definitions: Definitions,
  known: (url: string) => boolean,
): ReadonlyMap<string, TypeCapability> {
  const resources = objectsOf(statement.rest).flatMap(({ resource }) => objectsOf(resource));
  const types = new Map(resources.map((resource) => [String(resource.type), typeOf(resource, definitions, known)]));
  if (types.size === 0 || types.size !== resources.length)
    throw new Error('capability-statement.json declares no type, or one twice');
  checkIncludes(types);
  return types;
}
