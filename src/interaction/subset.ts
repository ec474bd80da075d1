// A resource cut down to what `_summary` or `_elements` ask for, tagged as such so that nobody takes it for the whole.
// https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
import type { Conformance } from '../conformance/conformance.ts';
import { isObject, type JsonObject, objectsOf, parseJson } from '../fhir/json.ts';
import type { Subset } from '../search/subset.ts';

export const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

type Definitions = Pick<Conformance, 'summaryOf'>;

/** `text`: of a resource of the type; digits and order of what stays are kept. */
export function cutDown(definitions: Definitions, subset: Subset | undefined, type: string, text: string): string {
  const keeps = subset && keeping(definitions, subset, type);
  const resource = keeps && parseJson(text);
  if (keeps === undefined || !isObject(resource)) return text;
  const left = Object.entries(resource).filter(([name]) => keeps(name.replace(/^_/, '')));
  return JSON.stringify(Object.fromEntries(left.map(([name, part]) => (name === 'meta' ? [name, tagged(part)] : [name, part]))));
}

/** undefined where all of it stays. */
export function keeping({ summaryOf }: Definitions, subset: Subset, type: string): ((name: string) => boolean) | undefined {
  const { summary, mandatory, modifier } = summaryOf(type);
  const always = (name: string): boolean => name === 'resourceType' || name === 'id' || name === 'meta' || mandatory.has(name);
  switch (subset.kind) {
    case 'data':
      return (name) => name !== 'text';
    case 'text':
      return (name) => name === 'text' || always(name);
    case 'true':
      return (name) => summary.has(name) || modifier.has(name) || always(name);
    case 'elements': {
      const asked = [subset.elements.get(''), subset.elements.get(type)].filter((names) => names !== undefined);
      if (asked.length === 0) return undefined;
      return (name) => asked.some((names) => names.has(name)) || modifier.has(name) || always(name);
    }
  }
}

function tagged(meta: unknown): JsonObject {
  const known = isObject(meta) ? meta : {};
  const tags = objectsOf(known.tag);
  const isTagged = tags.some(({ system, code }) => system === subsetted.system && code === subsetted.code);
  return isTagged ? known : { ...known, tag: [...tags, subsetted] };
}
