// One validator of R4 and of what profiles/ asks beyond it, compiled at start.
// https://hl7.org/fhir/R4/validation.html
import { type JsonObject, typeOf } from '../fhir/json.ts';
import type { Fault } from '../fhir/outcome.ts';
import type { Definitions } from './definitions.ts';
import type { Profile, Profiles } from './profile/profiles.ts';
import { compileProfiles } from './profile/profiles.ts';
import type { ValueSet } from './validation/binding.ts';
import type { Compiler } from './validation/compile.ts';
import { compileDefinitions } from './validation/compile.ts';
import { validateResource } from './validation/resource.ts';

export type Rules = { readonly type: string; readonly validate: (resource: JsonObject) => readonly Fault[] };

export type Validator = {
  readonly validate: (resource: JsonObject, rules: 'national' | 'base') => readonly Fault[];
  readonly profile: (url: string) => Rules | undefined;
};

const r4 = 'http://hl7.org/fhir/StructureDefinition/';

export function compileValidator(
  definitions: Definitions,
  published: readonly JsonObject[],
  valueSet: (url: string) => ValueSet,
  isResourceType: (name: string) => boolean,
): Validator {
  const compiler = compileDefinitions(definitions, valueSet, isResourceType);
  const profiles = compileProfiles(published, compiler);
  const byType = Map.groupBy(profiles.resources, ({ type }) => type);
  const byUrl = new Map(profiles.resources.map((profile) => [profile.url, profile]));
  return {
    validate: (resource, rules) =>
      rules === 'base'
        ? validateResource(compiler, resource).faults
        : judge(compiler, profiles, resource, byType.get(typeOf(resource)) ?? []),
    profile: (url) => {
      const profile = byUrl.get(url);
      if (profile) return { type: profile.type, validate: (resource) => judge(compiler, profiles, resource, [profile]) };
      const type = url.startsWith(r4) ? url.slice(r4.length) : '';
      if (!definitions.resources.includes(type)) return undefined;
      return { type, validate: (resource) => validateResource(compiler, resource).faults };
    },
  };
}

function judge(compiler: Compiler, profiles: Profiles, resource: JsonObject, asked: readonly Profile[]): readonly Fault[] {
  const { faults, extensions } = validateResource(compiler, resource);
  return faults.length > 0 ? faults : profiles.validate(resource, extensions, asked);
}
