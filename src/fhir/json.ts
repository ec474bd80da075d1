// JSON as FHIR needs it: decimals keep the digits they were sent with.
// https://hl7.org/fhir/R4/json.html#primitive (decimal precision)
import type { Resource, ResourceType } from '@medplum/fhirtypes';

export type { ResourceType } from '@medplum/fhirtypes';
export type JsonObject = { readonly [key: string]: unknown };
export type ResourceOf<T extends ResourceType> = Extract<Resource, { resourceType: T }>;

/** A number whose text JavaScript would change (`1.50`, 20 digits): kept as it was written. */
export type RawNumber = { readonly rawJSON: string };

// Node has them (V8 12.4), the TypeScript library does not say so yet.
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => RawNumber;
  isRawJSON: (value: unknown) => value is RawNumber;
};

/** Parses JSON text; throws SyntaxError. `__proto__` becomes an own property as any other name. */
export function parseJson(text: string): unknown {
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}

export { isRawJSON as isRawNumber };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);
}

/** Reads a resource as its type. Only for what the validator has accepted or the store has kept. */
export function asResource<T extends ResourceType>(type: T, value: JsonObject): ResourceOf<T> {
  if (value.resourceType !== type) throw new TypeError(`expected a ${type}`);
  return value as unknown as ResourceOf<T>;
}

/** The one or many values of an element as a list: [] where it is absent. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value).filter(isObject);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Of a resource as it was sent: empty where that is no name at all. */
export function typeOf({ resourceType }: JsonObject): string {
  return textOf(resourceType) ?? '';
}
