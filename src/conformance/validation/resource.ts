// A resource: its type, then its structure, what it contains, and R4's constraints once the structure holds.
// https://hl7.org/fhir/R4/resource.html, https://hl7.org/fhir/R4/bundle.html#resource
import type { JsonObject } from '../../fhir/json.ts';
import { isObject } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { anchorsOf, checkContained } from './contained.ts';
import type { Check, Visit } from './visit.ts';
import { newVisit, report } from './visit.ts';

export type Resources = {
  readonly isResourceType: (name: string) => boolean;
  /** The check of a type whose elements are known. */
  readonly checkOf: (type: string) => Check | undefined;
};

/** A resource inside another: `contained`, with the anchors of what contains it, or whole as in an entry of a Bundle. */
export function innerCheck(resources: Resources, isContained: boolean): Check {
  return (value, at, visit, depth) => {
    const type = isObject(value) ? value.resourceType : undefined;
    if (!isObject(value)) return report(visit, 'structure', 'an object is required', at);
    if (typeof type !== 'string' || !resources.isResourceType(type))
      return report(visit, 'structure', 'resourceType must name a resource type', at);
    const check = resources.checkOf(type);
    if (check === undefined) return report(visit, 'not-supported', 'resources of this type are not accepted here', at);
    if (isContained) return check(value, at, { ...visit, resource: value }, depth);
    const own = { ...visit, resource: value, root: value, anchors: anchorsOf(value), fragments: [] };
    check(value, at, own, depth);
    checkContained(value, at, own);
  };
}

export type Judged = { readonly faults: readonly Fault[]; readonly extensions: Visit['extensions'] };

/** R4 alone. Total: any JSON object, at most `mostFaults` faults. */
export function validateResource(resources: Resources, resource: JsonObject): Judged {
  const type = resource.resourceType;
  const visit = newVisit(resource, anchorsOf(resource));
  if (typeof type !== 'string' || !resources.isResourceType(type)) {
    report(visit, 'structure', 'resourceType must name a resource type', 'resourceType');
    return visit;
  }
  const check = resources.checkOf(type);
  if (check === undefined) report(visit, 'not-supported', 'resources of this type are not accepted here', 'resourceType');
  check?.(resource, type, visit, 0);
  if (check) checkContained(resource, type, visit);
  return { faults: concluded(visit), extensions: visit.extensions };
}

/** What is asked of a structure only once it holds. */
export function concluded({ faults, later }: Visit): readonly Fault[] {
  if (faults.length === 0) for (const ask of later) ask();
  return faults;
}
