// What a resource contains: dom-2 to dom-5 of R4.
// https://hl7.org/fhir/R4/references.html#contained
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, listOf, objectsOf, typeOf } from '../../fhir/json.ts';
import type { Visit } from './visit.ts';
import { report } from './visit.ts';

/** Id → type of the contained resources. */
export function anchorsOf(resource: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    objectsOf(resource.contained).flatMap((one) => (typeof one.id === 'string' ? [[one.id, typeOf(one)] as const] : [])),
  );
}

/** Asked when the structure has been visited: what is contained is referred to, or refers to what contains it. */
export function checkContained(resource: JsonObject, at: string, visit: Visit): void {
  const ids = new Set<unknown>();
  const referred = referredIn(visit, at);
  listOf(resource.contained).forEach((contained, index) => {
    if (!isObject(contained)) return;
    const here = `${at}.contained[${index}]`;
    checkParts(contained, here, visit);
    if (typeof contained.id !== 'string') report(visit, 'required', 'a contained resource needs an id', `${here}.id`);
    else if (ids.has(contained.id)) report(visit, 'duplicate', 'two contained resources have this id', `${here}.id`);
    else if (!referred.has(contained.id) && !referred.has(here))
      report(visit, 'invariant', 'dom-3: a contained resource is referred to from the resource that contains it', here);
    ids.add(contained.id);
  });
}

/** Neither a version, nor labels, nor contained resources of its own. */
function checkParts(contained: JsonObject, at: string, visit: Visit): void {
  if (contained.contained !== undefined) report(visit, 'structure', 'a contained resource contains none', `${at}.contained`);
  const meta = isObject(contained.meta) ? contained.meta : {};
  for (const name of ['versionId', 'lastUpdated', 'security'].filter((one) => meta[one] !== undefined))
    report(visit, 'structure', 'a contained resource has no version and no label', `${at}.meta.${name}`);
}

/** The ids that are referred to, and the places of what refers to its container. */
function referredIn({ fragments }: Visit, at: string): ReadonlySet<string> {
  return new Set(fragments.map((one) => (one.to === '' ? placeIn(at, one.at) : one.to)));
}

/** `Type.contained[3]`: no id has a bracket. */
function placeIn(resource: string, at: string): string {
  return at.slice(0, at.indexOf(']', resource.length) + 1);
}
