// Request bodies: the right media type, UTF-8, JSON or XML, one resource; anything else is refused before it is looked at.
// https://hl7.org/fhir/R4/http.html#mime-type
import express, { type Request, type Response } from 'express';
import type { Xml } from '../conformance/conformance.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { readSentJson, textOfBytes } from '../fhir/sent-json.ts';
import type { Patch } from '../interaction/patch.ts';

const jsonTypes = new Set(['application/fhir+json', 'application/json']);
const xmlTypes = new Set(['application/fhir+xml', 'application/xml', 'text/xml']);

export function mediaType({ headers }: Request): string {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** XML that is sent to be kept as a Binary is most often a CDA document, and bytes then. */
export function isXml(request: Request): boolean {
  const type = mediaType(request);
  return type === 'application/fhir+xml' || (xmlTypes.has(type) && !isOfBinary(request));
}

/** By the route, which an error still has. */
function isOfBinary({ res }: Request): boolean {
  return /^Binary\b/.test(String(res?.locals.route));
}

export function isResource(request: Request): boolean {
  return jsonTypes.has(mediaType(request)) || isXml(request);
}

/** Bytes of a Binary are streamed, everything else is read whole. Rejects as body-parser does. */
const whole = express.raw({
  type: (request) => {
    const asked = request as Request;
    return asked.params?.type !== 'Binary' || isResource(asked);
  },
  limit: '32mb',
});

/** Only for a caller who is known: nobody else makes the server hold a body. */
export async function readBody(request: Request, response: Response): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    whole(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error))),
  );
}

export async function resourceIn(request: Request, xml: Xml): Promise<JsonObject> {
  if (isXml(request)) return await xml.read(textOfBytes(bytesIn(request)));
  if (!isResource(request))
    throw refuse('unsupported-media-type', 'The body must be application/fhir+json or application/fhir+xml', 'http.Content-Type');
  const value = jsonIn(request);
  if (!isObject(value)) throw refuse('not-json', 'The body must be one resource');
  return value;
}

export async function patchIn(request: Request, xml: Xml): Promise<Patch> {
  switch (mediaType(request)) {
    case 'application/fhir+json':
      return { form: 'fhirpath', sent: jsonIn(request) };
    case 'application/fhir+xml':
      return { form: 'fhirpath', sent: await xml.read(textOfBytes(bytesIn(request))) };
    case 'application/json-patch+json':
      return { form: 'json', sent: jsonIn(request) };
  }
  const text = 'The body must be application/json-patch+json, or Parameters as application/fhir+json or application/fhir+xml';
  throw refuse('unsupported-media-type', text, 'http.Content-Type');
}

export function formIn(request: Request): readonly (readonly [string, string])[] {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw refuse('unsupported-media-type', 'The body must be application/x-www-form-urlencoded', 'http.Content-Type');
  }
  return [...new URLSearchParams(textOfBytes(bytesIn(request)))];
}

function jsonIn(request: Request): unknown {
  return readSentJson(bytesIn(request));
}

/** Of what was read of a request that is refused. */
export function formSent(request: Request): ReturnType<typeof formIn> {
  try {
    return formIn(request);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** In UTF-8, and of R4, whatever the media type says more. https://hl7.org/fhir/R4/http.html#version-parameter */
function bytesIn({ headers, body }: Request): Buffer {
  const [, ...parameters] = (headers['content-type'] ?? '').toLowerCase().replaceAll('"', '').split(';');
  const taken: Readonly<Record<string, string>> = { charset: 'utf-8', fhirversion: '4.0' };
  for (const [name = '', value] of parameters.map((parameter) => parameter.trim().split('=', 2))) {
    if (Object.hasOwn(taken, name) && value !== taken[name])
      throw refuse('unsupported-media-type', 'Only UTF-8 and FHIR 4.0 are taken', 'http.Content-Type');
  }
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
