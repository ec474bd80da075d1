// The shipped policy and changes of it.
import { join } from 'node:path';
import type { Policy } from '../../src/command/policy/check.ts';
import { readObject } from '../../src/conformance/published.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Body } from '../carnet.ts';
import { root } from '../conformance/example.ts';

export const shipped = {
  habilitation: 'profiles/ConceptMap-habilitation.json',
  category: 'profiles/ConceptMap-category.json',
  regime: 'profiles/Parameters-regime-2018.json',
};
export type Edit = (resource: Body) => unknown;

export const inForce: Policy = {
  habilitation: readObject(join(root, shipped.habilitation)),
  category: readObject(join(root, shipped.category)),
  regime: readObject(join(root, shipped.regime)),
};

/** The shipped resource with a change. */
export function edited(name: keyof typeof shipped, edit: Edit): JsonObject {
  const resource = structuredClone(inForce[name]);
  edit(resource);
  return resource;
}

export const elementOf = (map: Body, code: string, group = 0): Body =>
  map.group[group].element.find((one: Body) => one.code === code);
export const cellOf = (map: Body, profession: string, type: string): Body =>
  elementOf(map, profession).target.find((one: Body) => one.code === type);
export const switchOf = (regime: Body, name: string): Body => regime.parameter.find((one: Body) => one.name === name);
export const permit =
  (profession: string, code: string): Edit =>
  (map) =>
    void elementOf(map, profession).target.push({ code, equivalence: 'relatedto' });
