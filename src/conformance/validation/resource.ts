// A resource as a whole: its type, what it contains, then its structure and R4's constraints.
// https://hl7.org/fhir/R4/resource.html, https://hl7.org/fhir/R4/references.html#contained
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, objectsOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import type { Compiler } from './compile.ts';
import { nodeCheck } from './compile.ts';
import type { Visit } from './visit.ts';
import { newVisit, report } from './visit.ts';

/** dom-2, dom-4, dom-5: a contained resource has an id of its own, and neither a version, nor labels, nor contained resources. */
function checkContained(resource: JsonObject, type: string, visit: Visit): void {
  const ids = new Set<unknown>();
  objectsOf(resource.contained).forEach((contained, index) => {
    const at = `${type}.contained[${index}]`;
    if (typeof contained.id !== 'string') report(visit, 'required', 'a contained resource needs an id', `${at}.id`);
    else if (ids.has(contained.id)) report(visit, 'duplicate', 'two contained resources have this id', `${at}.id`);
    ids.add(contained.id);
    if (contained.contained !== undefined) report(visit, 'structure', 'a contained resource contains none', `${at}.contained`);
    const meta = isObject(contained.meta) ? contained.meta : {};
    for (const name of ['versionId', 'lastUpdated', 'security'].filter((one) => meta[one] !== undefined)) {
      report(visit, 'structure', 'a contained resource has no version and no label', `${at}.meta.${name}`);
    }
  });
}

/** R4 alone. Total: any JSON object, at most `mostFaults` faults. */
export function validateResource(compiler: Compiler, resource: JsonObject): readonly Fault[] {
  const type = resource.resourceType;
  if (typeof type !== 'string' || !compiler.isResourceType(type)) {
    return [{ code: 'structure', text: 'resourceType must name a resource type', expression: 'resourceType' }];
  }
  if (!compiler.definitions.resources.includes(type)) {
    return [{ code: 'not-supported', text: 'resources of this type are not accepted here', expression: 'resourceType' }];
  }
  const visit = newVisit(new Set(objectsOf(resource.contained).flatMap(({ id }) => (typeof id === 'string' ? [id] : []))));
  nodeCheck(compiler, type)(resource, type, visit, 0);
  checkContained(resource, type, visit);
  if (visit.faults.length === 0) for (const ask of visit.later) ask();
  return visit.faults;
}
