// Expansions of the required value sets → system and codes.
// https://hl7.org/fhir/R4/valueset.html#expansion
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, objectsOf, parseJson, textOf } from '../../fhir/json.ts';

// Too large to list, or open by nature: their codes are checked by form.
const byForm = new Set([
  'http://hl7.org/fhir/ValueSet/mimetypes',
  'http://hl7.org/fhir/ValueSet/all-languages',
  'http://loinc.org/vs/LL379-9',
]);

function codesOf(entries: readonly JsonObject[]): readonly (readonly [system: string, code: string])[] {
  return entries.flatMap((entry) => {
    const [system, code] = [textOf(entry.system), textOf(entry.code)];
    const own = system === undefined || code === undefined || entry.abstract === true ? [] : [[system, code] as const];
    return [...own, ...codesOf(objectsOf(entry.contains))];
  });
}

function bySystem(codes: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const systems = new Map<string, string[]>();
  for (const [system, code] of codes) systems.set(system, [...(systems.get(system) ?? []), code]);
  return Object.fromEntries(systems);
}

/** Reads a folder of expanded ValueSets; a required one that is not in it stops the run. */
export function expansionsOf(
  folder: string,
  urls: ReadonlySet<string>,
): Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> {
  const found = new Map<string, Readonly<Record<string, readonly string[]>>>();
  for (const file of readdirSync(folder).filter((name) => name.startsWith('ValueSet-') && name.endsWith('.json'))) {
    const valueSet = parseJson(readFileSync(join(folder, file), 'utf8'));
    if (!isObject(valueSet) || !isObject(valueSet.expansion)) continue;
    const url = textOf(valueSet.url) ?? '';
    if (urls.has(url) && !byForm.has(url)) found.set(url, bySystem(codesOf(objectsOf(valueSet.expansion.contains))));
  }
  const missing = [...urls].filter((url) => !found.has(url) && !byForm.has(url));
  if (missing.length > 0) throw new Error(`no expansion of ${missing.join(', ')}`);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
