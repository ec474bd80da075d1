// The same request in JSON and in XML, and the answers of both as one may compare them.
import { expect } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { conformance } from '../conformance/example.ts';
import type { Ground, Name } from '../interaction/ground.ts';
import { ask, type RawReply } from './raw.ts';

export const fhirXml = 'application/fhir+xml; charset=utf-8';

export type Spoken = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly resource?: object;
};

export function xmlOf(resource: object): string {
  return conformance.xml.write(JSON.stringify(resource), false);
}

/** Without a name, without a token. */
export async function request(
  ground: Ground,
  name: Name | undefined,
  { method = 'GET', path, headers = {} }: Spoken,
  body?: string | Buffer,
): Promise<RawReply> {
  const token = name === undefined ? {} : { authorization: `Bearer ${ground.as(name).token}` };
  const asked = { method, path: `/fhir${path}`, headers: { ...token, ...headers } };
  return await ask(ground.carnet.address, body === undefined ? asked : { ...asked, body });
}

export async function inJson(ground: Ground, name: Name | undefined, spoken: Spoken): Promise<RawReply> {
  const { resource, headers } = spoken;
  const type = resource === undefined ? {} : { 'content-type': 'application/fhir+json' };
  const body = resource === undefined ? undefined : JSON.stringify(resource);
  return await request(ground, name, { ...spoken, headers: { accept: 'application/fhir+json', ...type, ...headers } }, body);
}

export async function inXml(ground: Ground, name: Name | undefined, spoken: Spoken): Promise<RawReply> {
  const { resource, headers } = spoken;
  const type = resource === undefined ? {} : { 'content-type': 'application/fhir+xml' };
  const body = resource === undefined ? undefined : xmlOf(resource);
  return await request(ground, name, { ...spoken, headers: { accept: 'application/fhir+xml', ...type, ...headers } }, body);
}

/** The resource of an answer in XML. */
export async function resourceOf({ headers, text }: Pick<RawReply, 'headers' | 'text'>): Promise<JsonObject> {
  expect(headers['content-type']).toBe(fhirXml);
  expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n?<[A-Z]\w+ xmlns="http:\/\/hl7\.org\/fhir"/);
  return await conformance.xml.read(text);
}

/** Status, headers and resource, whatever the format: digits kept, the order of names told by the definitions, seals left out. */
export async function told(reply: RawReply): Promise<unknown> {
  const {
    'content-type': type,
    'content-security-policy': _policy,
    'content-length': _length,
    date: _date,
    'x-request-id': _id,
    ...headers
  } = reply.headers;
  if (reply.text === '') return { status: reply.status, headers };
  const json = type === fhirXml ? JSON.stringify(await resourceOf(reply)) : reply.text;
  const text = conformance.xml.write(json, false).replaceAll(/_page=[\w-]+/g, '_page=…');
  return { status: reply.status, headers, text };
}
