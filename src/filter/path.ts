// The field of a Filter: the path of a value in a row, read as MongoDB reads it, through arrays of sub-rows.
// https://www.mongodb.com/docs/manual/core/document/#dot-notation
import { types } from 'node:util';
import { isObject, type JsonObject } from '../fhir/json.ts';

const path = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/;

/** The names along a path. A TypeError where it could be read as an operator or an index: fields are ours, never the caller's. */
export function namesOf(field: string): readonly string[] {
  if (!path.test(field)) throw new TypeError('not a field of a row');
  return field.split('.');
}

/** What stands at the field as it is stored, an array being one value; several only where the path crosses an array. */
export function storedAt(row: JsonObject, field: string): readonly unknown[] {
  return namesOf(field).reduce<readonly unknown[]>((found, name) => found.flatMap((value) => inside(value, name)), [row]);
}

/** The single values at the field: those of an array one by one. */
export function valuesAt(row: JsonObject, field: string): readonly unknown[] {
  return storedAt(row, field).flat();
}

export function isSubRow(value: unknown): value is JsonObject {
  return isObject(value) && !types.isDate(value);
}

function inside(value: unknown, name: string): readonly unknown[] {
  const owners: readonly unknown[] = Array.isArray(value) ? value : [value];
  return owners.flatMap((owner) => (isSubRow(owner) && Object.hasOwn(owner, name) ? [owner[name]] : []));
}
