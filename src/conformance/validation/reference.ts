// Reference and Extension: the rules of these two types that no cardinality says.
// https://hl7.org/fhir/R4/references.html, https://hl7.org/fhir/R4/extensibility.html
import { isObject } from '../../fhir/json.ts';
import type { Check } from './visit.ts';
import { report } from './visit.ts';

const relative = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const absolute = /^(https?:\/\/[^\s?]+|urn:(uuid|oid):\S+)$/;

/** The form of a literal reference; whether its target exists is not asked. `targets` absent: any type. */
export function referenceCheck(isResourceType: (name: string) => boolean, targets: readonly string[] | undefined): Check {
  const allowed = targets === undefined ? undefined : new Set(targets);
  return (value, at, visit) => {
    if (!isObject(value) || typeof value.reference !== 'string') return;
    const { reference } = value;
    const expression = `${at}.reference`;
    if (reference.startsWith('#')) {
      if (reference !== '#' && !visit.anchors.has(reference.slice(1)))
        report(visit, 'value', 'no contained resource has this id', expression);
      return;
    }
    const type = relative.exec(reference)?.[1];
    if (type === undefined) {
      if (!absolute.test(reference))
        report(visit, 'value', 'a reference is Type/id, an absolute URL, urn:uuid:, urn:oid: or #id', expression);
    } else if (!isResourceType(type)) {
      report(visit, 'value', 'a reference names a resource type', expression);
    } else if (allowed?.has(type) === false) {
      report(visit, 'value', `this element refers to ${[...allowed].join(', ')}`, expression);
    }
  };
}

/** ext-1: extensions or one value. */
export const extensionCheck: Check = (value, at, visit) => {
  if (!isObject(value)) return;
  const values = Object.keys(value).filter((name) => /^_?value[A-Z]/.test(name)).length > 0;
  if (values === Object.hasOwn(value, 'extension'))
    report(visit, 'invariant', 'an extension has either a value or extensions', at);
};
