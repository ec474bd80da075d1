// References inside a Bundle: from the fullUrl or the criteria that an entry's resource names to the id that it will have.
// https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#transaction
import { isObject, type JsonObject } from '../../fhir/json.ts';
import { refuse } from '../../fhir/outcome.ts';

/** fullUrl, or conditional reference → `Type/id`. */
export type Names = ReadonlyMap<string, string>;

const conditional = /^[A-Z][A-Za-z]{1,63}\?./;
const local = /urn:(?:uuid|oid):[\w.-]+/g;

/** Every conditional reference, with the place where it stands first. */
export function conditionalReferences(resource: JsonObject, at: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(resource, '', at, (text, key, place) => {
    if (key === 'reference' && conditional.test(text) && !found.has(text)) found.set(text, place);
    return text;
  });
  return found;
}

/**
 * The resource as it is stored. `fullUrl` of its own entry: a relative reference is resolved against its base.
 * 422 where a reference names an entry that the Bundle does not have; `strict` false lets it stand.
 */
export function withReferences(
  resource: JsonObject,
  names: Names,
  { at, fullUrl = '', strict }: { readonly at: string; readonly fullUrl?: string | undefined; readonly strict: boolean },
): JsonObject {
  const base = /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]+$/.exec(fullUrl)?.[1];
  const named = visit(resource, '', at, (text, key, place) => {
    if (key === 'div') return text.replaceAll(local, (urn) => names.get(urn) ?? urn);
    const name = names.get(text) ?? (key === 'reference' && base !== undefined ? names.get(`${base}${text}`) : undefined);
    if (name === undefined && strict && key === 'reference' && text.startsWith('urn:uuid:'))
      throw refuse('invalid', 'No entry of the Bundle has this fullUrl', place);
    return name ?? text;
  });
  return isObject(named) ? named : resource;
}

/** Every text of the resource that is the name of an entry. */
export function namesIn(resource: JsonObject, names: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  visit(resource, '', '', (text) => {
    // `Type/id`, whatever base stands before it.
    const name = text.slice(text.lastIndexOf('/', text.lastIndexOf('/') - 1) + 1);
    if (names.has(name)) found.add(name);
    return text;
  });
  return found;
}

function visit(value: unknown, key: string, at: string, change: (text: string, key: string, at: string) => string): unknown {
  if (typeof value === 'string') return change(value, key, at);
  if (Array.isArray(value)) return value.map((one, index) => visit(one, key, `${at}[${index}]`, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, visit(one, name, `${at}.${name}`, change)]));
}
