// The SearchParameter resources of profiles/, beside those that R4 defines: what they say is judged once, at start.
// https://hl7.org/fhir/R4/searchparameter.html
import { compileFhirPath } from '../fhir/fhirpath.ts';
import { type JsonObject, listOf, objectsOf, textOf } from '../fhir/json.ts';
import { type Definitions, type ParameterRule, searchParameterTypes } from './definitions.ts';

/** A code is part of the names of fields. */
const codes = /^[A-Za-z][\w-]{0,63}$/;
const everyType: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);

/** Throws one line that names the resource. */
export function withSearchParameters(definitions: Definitions, published: Iterable<JsonObject>): Definitions {
  const searchParameters = new Map(Object.entries(definitions.searchParameters));
  for (const resource of published) {
    if (resource.resourceType !== 'SearchParameter') continue;
    const { rule, bases } = read(resource, definitions);
    for (const type of bases) searchParameters.set(type, [...(searchParameters.get(type) ?? []), rule]);
  }
  return { ...definitions, searchParameters: Object.fromEntries(searchParameters) };
}

function read(
  resource: JsonObject,
  definitions: Definitions,
): { readonly rule: ParameterRule; readonly bases: readonly string[] } {
  const { url = '', code = '', expression = '' } = resource;
  const fail = (text: string): Error => new Error(`profiles/: SearchParameter ${url} ${text}`);
  const type = searchParameterTypes.find((one) => one === resource.type);
  if (typeof url !== 'string' || typeof code !== 'string' || !codes.test(code)) throw fail('has no code that can be searched by');
  if (type === undefined) throw fail('has no type of search-param-type');
  const strange = [...listOf(resource.base), ...listOf(resource.target)].find((name) => !isKnown(definitions, name));
  if (strange !== undefined) throw fail(`names ${strange}, which is no resource type`);
  const bases = listOf(resource.base).flatMap((name) => (everyType.has(String(name)) ? definitions.resources : [String(name)]));
  if (bases.length === 0) throw fail('has no base');
  if (typeof expression !== 'string' || expression === '') throw fail('has no expression');
  tryOut(expression, bases, (why) => fail(`has an expression that does not compile: ${why}`));
  const target = listOf(resource.target).filter((name) => typeof name === 'string');
  const components = componentsOf(resource);
  if ((type === 'composite') !== components.length > 0) throw fail('is composite and has no parts, or the reverse');
  const more = { ...(target.length > 0 && { target }), ...(components.length > 0 && { components }) };
  return { rule: { code, type, expression, url, ...more }, bases };
}

/** Of a composite SearchParameter. */
export function componentsOf(resource: JsonObject): NonNullable<ParameterRule['components']> {
  return objectsOf(resource.component).map(({ definition, expression }) => ({
    definition: textOf(definition) ?? '',
    expression: textOf(expression) ?? '',
  }));
}

function isKnown({ resourceTypes }: Definitions, name: unknown): boolean {
  return everyType.has(String(name)) || resourceTypes.includes(String(name));
}

function tryOut(expression: string, types: readonly string[], fail: (why: string) => Error): void {
  try {
    const path = compileFhirPath(expression);
    for (const resourceType of types) path({ resourceType });
  } catch (error) {
    throw fail((Error.isError(error) ? textOf(error.message) : undefined)?.split('\n', 1)[0] ?? '');
  }
}
