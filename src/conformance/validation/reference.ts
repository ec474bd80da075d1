// Reference and Extension: the rules of these two types that no cardinality says.
// https://hl7.org/fhir/R4/references.html, https://hl7.org/fhir/R4/extensibility.html
import type { JsonObject } from '../../fhir/json.ts';
import { isObject } from '../../fhir/json.ts';
import type { Check, Visit } from './visit.ts';
import { report } from './visit.ts';

const restful = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const relative = /^[A-Z][A-Za-z]+\/[^/]+(?:\/_history\/[^/]+)?$/;
const absolute = /^(?:https?:\/\/[^\s?]+|urn:(?:uuid|oid):\S+)$/;

/**
 * The form of a literal reference and the type that it, `type` or what is contained tells; whether its target exists is not asked.
 * `targets` absent: any type.
 */
export function referenceCheck(isResourceType: (name: string) => boolean, targets: readonly string[] | undefined): Check {
  const allowed = targets === undefined ? undefined : new Set(targets);
  const judge = (type: string | undefined, visit: Visit, expression: string): void => {
    if (type !== undefined && allowed?.has(type) === false)
      report(visit, 'value', `this element refers to ${[...allowed].join(', ')}`, expression);
  };
  return (value, at, visit) => {
    if (!isObject(value)) return;
    const said = typeof value.type === 'string' && isResourceType(value.type) ? value.type : undefined;
    const type = typeof value.reference === 'string' ? namedType(value.reference, at, visit, isResourceType) : undefined;
    judge(type, visit, `${at}.reference`);
    if (type === undefined) judge(said, visit, `${at}.type`);
    else if (said !== undefined && said !== type) report(visit, 'value', 'the type is not that of the reference', `${at}.type`);
  };
}

/** The type of the target, as far as the reference itself, what is contained or `type` tells. */
export function typeNamed(
  { reference, type }: JsonObject,
  anchors: Visit['anchors'],
  isResourceType: (name: string) => boolean,
): string | undefined {
  const named =
    typeof reference !== 'string'
      ? undefined
      : reference.startsWith('#')
        ? anchors.get(reference.slice(1))
        : restful.exec(reference)?.[1];
  const found = named ?? type;
  return typeof found === 'string' && isResourceType(found) ? found : undefined;
}

/** The type that a reference names, where it names one; its form is reported. */
function namedType(reference: string, at: string, visit: Visit, isResourceType: (name: string) => boolean): string | undefined {
  const expression = `${at}.reference`;
  if (reference.startsWith('#')) {
    visit.fragments.push({ to: reference.slice(1), at });
    const type = visit.anchors.get(reference.slice(1));
    if (reference !== '#' && type === undefined) report(visit, 'value', 'ref-1: no contained resource has this id', expression);
    return type !== undefined && isResourceType(type) ? type : undefined;
  }
  const type = restful.exec(reference)?.[1];
  if (absolute.test(reference)) return type !== undefined && isResourceType(type) ? type : undefined;
  if (type === undefined || !relative.test(reference)) {
    report(visit, 'value', 'a reference is Type/id, an absolute URL, urn:uuid:, urn:oid: or #id', expression);
    return undefined;
  }
  if (isResourceType(type)) return type;
  report(visit, 'value', 'a reference names a resource type', expression);
  return undefined;
}

/** ext-1: extensions or one value. */
export const extensionCheck: Check = (value, at, visit) => {
  if (!isObject(value)) return;
  visit.extensions.push({ value, at });
  const values = Object.keys(value).filter((name) => /^_?value[A-Z]/.test(name)).length > 0;
  if (values === Object.hasOwn(value, 'extension'))
    report(visit, 'invariant', 'ext-1: an extension has either a value or extensions', at);
};
