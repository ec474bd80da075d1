// The profiles and extensions of profiles/, compiled at start: what one of them says and nothing here enforces stops it.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { JsonObject } from '../../fhir/json.ts';
import { textOf, typeOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { anchorsOf } from '../validation/contained.ts';
import { concluded } from '../validation/resource.ts';
import type { Visit } from '../validation/visit.ts';
import { newVisit } from '../validation/visit.ts';
import { ruleOfTree } from './compile.ts';
import { treeOf } from './differential.ts';
import type { Extension } from './extension.ts';
import { checkExtensions, extensionOf } from './extension.ts';
import type { Ground, Rule } from './rule.ts';

export type Profile = {
  readonly url: string;
  readonly type: string;
  /** Its own, after those of what it is derived from. */
  readonly rules: readonly Rule[];
};
export type Profiles = {
  /** Those of resources. */
  readonly resources: readonly Profile[];
  /** For a resource that R4 accepts; `extensions`: all that it has. */
  readonly validate: (resource: JsonObject, extensions: Visit['extensions'], profiles: readonly Profile[]) => readonly Fault[];
};

const r4 = 'http://hl7.org/fhir/StructureDefinition/';

export function compileProfiles(published: readonly JsonObject[], ground: Omit<Ground, 'conforms'>): Profiles {
  const definitions = new Map(
    published.filter(({ resourceType }) => resourceType === 'StructureDefinition').map((one) => [String(one.url), one]),
  );
  const profiles = new Map<string, Profile>();
  // Definitions may name each other in a circle: each is looked up when it is asked.
  const conforms = (url: string): Rule => {
    if (!definitions.has(url)) throw new Error(`the profile ${url} is not in profiles/`);
    return (place, visit) => {
      for (const rule of profiles.get(url)?.rules ?? []) rule(place, visit);
    };
  };
  const own = new Map([...definitions].map(([url, one]) => [url, ruleOfTree(treeOf(one), { ...ground, conforms })]));
  for (const [url, { type }] of definitions) {
    const rules = lineage(url, definitions).flatMap((one) => own.get(one) ?? []);
    profiles.set(url, { url, type: String(type), rules });
  }
  const extensions = extensionsOf([...definitions.values()], conforms);
  return {
    resources: [...profiles.values()].filter(({ url }) => definitions.get(url)?.kind === 'resource'),
    validate: (resource, found, asked) => {
      const visit = newVisit(resource, anchorsOf(resource));
      const type = typeOf(resource);
      // What several are derived from is asked once.
      for (const rule of new Set(asked.flatMap(({ rules }) => rules))) rule({ value: resource, at: type, type }, visit);
      if (visit.faults.length === 0) checkExtensions(extensions, ground.definitions, resource, found, visit);
      return concluded(visit);
    },
  };
}

function extensionsOf(definitions: readonly JsonObject[], conforms: (url: string) => Rule): ReadonlyMap<string, Extension> {
  const own = definitions.filter(({ type }) => type === 'Extension');
  return new Map(own.map((definition) => [String(definition.url), extensionOf(definition, conforms(String(definition.url)))]));
}

/** A profile after those that it is derived from, which end at the type of R4. */
function lineage(url: string, definitions: ReadonlyMap<string, JsonObject>, below: readonly string[] = []): readonly string[] {
  const definition = definitions.get(url);
  const base = textOf(definition?.baseDefinition) ?? '';
  if (base === `${r4}${definition?.type}`) return [url, ...below];
  if (!definitions.has(base) || below.includes(base)) throw new Error(`${url}: its base ${base} is not in profiles/`);
  return lineage(base, definitions, [url, ...below]);
}
