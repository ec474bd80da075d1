// One claim read as what it must be: absent is undefined, anything else than the expected shape is 401.
import { isObject, type JsonObject } from '../fhir/json.ts';
import type { Coding } from './caller.ts';
import { invalidToken } from './unauthorized.ts';

const malformed = 'A claim of the access token is malformed';

export function objectClaim(claims: JsonObject, name: string): JsonObject | undefined {
  const value = claims[name];
  if (value === undefined || isObject(value)) return value;
  throw invalidToken(malformed);
}

/** A text that says something: not blank, without control characters or broken Unicode. */
export function textClaim(claims: JsonObject, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '' || !/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])+$/u.test(value))
    throw invalidToken(malformed);
  return value;
}

export function parsedClaim<T>(claims: JsonObject, name: string, parse: (text: string) => T | undefined): T | undefined {
  const text = textClaim(claims, name);
  return text === undefined ? undefined : parsed(text, parse);
}

export function listClaim<T>(claims: JsonObject, name: string, read: (item: unknown) => T): readonly T[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidToken(malformed);
  return value.map((item: unknown) => read(item));
}

export function readParsed<T>(item: unknown, parse: (text: string) => T | undefined): T {
  if (typeof item !== 'string') throw invalidToken(malformed);
  return parsed(item, parse);
}

export function readCoding(item: unknown): Coding {
  if (!isObject(item) || typeof item.system !== 'string' || typeof item.code !== 'string') throw invalidToken(malformed);
  return { system: item.system, code: item.code };
}

function parsed<T>(text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value === undefined) throw invalidToken(malformed);
  return value;
}
