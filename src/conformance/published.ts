// The conformance resources of profiles/ and the expansions of their value sets.
// https://hl7.org/fhir/R4/conformance-module.html, https://hl7.org/fhir/R4/valueset.html#compose
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../fhir/json.ts';
import { isObject, objectsOf, parseJson, textOf } from '../fhir/json.ts';

export type ValueSets = ReadonlyMap<string, ReadonlySet<string>>;

export function readObject(path: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw new Error(`${path} is no JSON object`);
  return freeze(value);
}

export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** Every resource of the folder that has a canonical, by it. */
export function readPublished(folder: string): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const resource = readObject(join(folder, file));
    const url = textOf(resource.url);
    if (url !== undefined && found.has(url)) throw new Error(`${file}: two resources have the url ${url}`);
    if (url !== undefined) found.set(url, resource);
  }
  return found;
}

function conceptsOf(concepts: unknown): readonly string[] {
  return objectsOf(concepts).flatMap(({ code, concept }) => [
    ...(typeof code === 'string' ? [code] : []),
    ...conceptsOf(concept),
  ]);
}

function expand(valueSet: JsonObject, published: ReadonlyMap<string, JsonObject>): ReadonlySet<string> {
  const url = textOf(valueSet.url) ?? '';
  const include = isObject(valueSet.compose) ? objectsOf(valueSet.compose.include) : [];
  return new Set(
    include.flatMap((part) => {
      const system = textOf(part.system);
      const whole = system === undefined ? undefined : published.get(system);
      const codes = part.concept === undefined ? conceptsOf(whole?.concept) : conceptsOf(part.concept);
      if (system === undefined || codes.length === 0 || part.filter !== undefined || part.valueSet !== undefined) {
        throw new Error(`ValueSet ${url}: only systems of profiles/ and lists of codes can be expanded`);
      }
      return codes.map((code) => `${system}|${code}`);
    }),
  );
}

export function expansions(published: ReadonlyMap<string, JsonObject>): ValueSets {
  const sets = [...published].filter(([, { resourceType }]) => resourceType === 'ValueSet');
  return new Map(sets.map(([url, valueSet]) => [url, expand(valueSet, published)]));
}
