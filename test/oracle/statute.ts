// The national policy as the oracle reads it from profiles/: which document type a resource counts as, and which profession reads it.
// https://hl7.org/fhir/R4/conceptmap.html
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFhirPath, type FhirPath } from '../../src/fhir/fhirpath.ts';
import { type Interval, intervalOf, periodOf } from '../../src/fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../../src/fhir/json.ts';
import { type Profession, type Regime, remembered } from './world.ts';

const read = (name: string): JsonObject =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../profiles', `${name}.json`), 'utf8'));

const habilitation = new Set<string>();
const documentTypes = new Set<string>();
for (const group of objectsOf(read('ConceptMap-habilitation').group))
  for (const element of objectsOf(group.element))
    for (const target of objectsOf(element.target)) {
      if (target.code !== undefined) documentTypes.add(`${group.target}|${target.code}`);
      if (target.equivalence === 'relatedto') habilitation.add(`${group.source}|${element.code} ${group.target}|${target.code}`);
    }

/** `matrix(profession, category)`. */
export function mayReadCategory({ system, code }: Profession, category: string): boolean {
  return habilitation.has(`${system}|${code} ${category}`);
}

type Entry = {
  readonly date: FhirPath | undefined;
  readonly targets: readonly { readonly when: FhirPath | undefined; readonly category: string }[];
};
const entries = new Map<string, Entry>();
for (const group of objectsOf(read('ConceptMap-category').group))
  for (const element of objectsOf(group.element)) {
    const date = textOf(objectsOf(element.extension)[0]?.valueString);
    const targets = objectsOf(element.target).map((target) => {
      const condition = textOf(objectsOf(target.dependsOn)[0]?.value);
      return {
        when: condition === undefined ? undefined : compileFhirPath(condition),
        category: `${group.target}|${target.code}`,
      };
    });
    entries.set(String(element.code), { date: date === undefined ? undefined : compileFhirPath(date), targets });
  }

type Said = { readonly category: string | undefined; readonly date: Interval | undefined };
const said = new Map<string, Said>();
/** FHIRPath is slow, and many resources differ in nothing that the map looks at. */
const found = remembered(({ id: _id, meta: _meta, relatesTo: _relates, content: _content, ...resource }: JsonObject): Said => {
  const text = JSON.stringify(resource);
  const known = said.get(text) ?? { category: categoryIn(resource), date: dateIn(resource) };
  said.set(text, known);
  return known;
});
export const categoryOf = (resource: JsonObject): string | undefined => found(resource).category;

/** The category that a resource has of itself, without what it points at; undefined where it has none. */
function categoryIn(resource: JsonObject): string | undefined {
  const type = String(resource.resourceType);
  if (type === 'DocumentReference' || type === 'Composition') {
    const codings = isObject(resource.type) ? objectsOf(resource.type.coding) : [];
    return codings.map(({ system, code }) => `${system}|${code}`).find((category) => documentTypes.has(category));
  }
  return entries.get(type)?.targets.find(({ when }) => when === undefined || when(resource)[0] === true)?.category;
}

/** The main date, as all that it may mean; else the instant of creation. */
export function mainDateOf(resource: JsonObject, created: Date): Interval {
  return found(resource).date ?? { low: created, high: created };
}

function dateIn(resource: JsonObject): Interval | undefined {
  const [value] = entries.get(String(resource.resourceType))?.date?.(resource) ?? [];
  if (isObject(value) && (value.start !== undefined || value.end !== undefined)) return periodOf(value);
  return value === undefined ? undefined : intervalOf(String(value));
}

export function regimeOf(name: string): Regime {
  const parameters = new Map(objectsOf(read(`Parameters-regime-${name}`).parameter).map((one) => [one.name, one]));
  const code = (switched: string): string => String(parameters.get(switched)?.valueCode);
  return {
    opening: code('opening') === 'opt-out' ? 'opt-out' : 'express',
    emergency: code('emergency') === 'objection' ? 'objection' : 'permit',
    occupationalPhysician: code('occupationalPhysician') === 'permit' ? 'permit' : 'never',
    professionalAccess: code('professionalAccess') === 'consent+vitale' ? 'consent+vitale' : 'consent',
    claimsMonths: Number(parameters.get('claimsMonths')?.valueInteger),
  };
}
