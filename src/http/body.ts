// Request bodies: the right media type, UTF-8, JSON, one resource; anything else is refused before it is looked at.
// https://hl7.org/fhir/R4/http.html#mime-type
import type { Request } from 'express';
import { isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';

const resourceTypes = new Set(['application/fhir+json', 'application/json']);

export function mediaType({ headers }: Request): string {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
}

export function isResource(request: Request): boolean {
  return resourceTypes.has(mediaType(request));
}

export function resourceIn(request: Request): JsonObject {
  if (!isResource(request)) throw refuse('unsupported-media-type', 'The body must be application/fhir+json', 'http.Content-Type');
  const value = jsonIn(request);
  if (!isObject(value)) throw refuse('not-json', 'The body must be one resource');
  return value;
}

export function patchIn(request: Request): unknown {
  if (mediaType(request) !== 'application/json-patch+json') {
    throw refuse('unsupported-media-type', 'The body must be application/json-patch+json', 'http.Content-Type');
  }
  return jsonIn(request);
}

export function formIn(request: Request): readonly (readonly [string, string])[] {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw refuse('unsupported-media-type', 'The body must be application/x-www-form-urlencoded', 'http.Content-Type');
  }
  return [...new URLSearchParams(textIn(request))];
}

function jsonIn(request: Request): unknown {
  const text = textIn(request);
  try {
    return parseJson(text);
  } catch (error) {
    const position = Error.isError(error) ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    throw refuse('not-json', position === undefined ? 'The body is not JSON' : `The body is not JSON, at character ${position}`);
  }
}

function textIn({ body }: Request): string {
  if (!Buffer.isBuffer(body)) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw refuse('not-json', 'The body is not UTF-8');
  }
}
