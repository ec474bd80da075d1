// Paging cursors: the whole query and the last visible row, sealed for one caller by authenticated encryption.
// https://hl7.org/fhir/R4/http.html#paging, https://nodejs.org/api/crypto.html (AES-256-GCM)
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isObject } from '../fhir/json.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import type { Scalar } from '../filter/filter.ts';
import type { Position } from '../filter/order.ts';
import type { Parameters } from './query.ts';

export type Page = {
  /** `Caller.id`: the only one for whom it opens. */
  readonly caller: string;
  readonly type: string;
  readonly parameters: Parameters;
  /** Where the last row stands in the query's order. */
  readonly values: Position;
  readonly count: number;
};

export type Cursors = {
  /** base64url; a different text each time. */
  readonly seal: (page: Page) => string;
  /** Refusal `bad-page`, with one text for every fault. */
  readonly open: (token: string, caller: string) => Page;
};

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export function sealedCursors(key: Uint8Array): Cursors {
  if (key.length !== 32) throw new Error('the key of paging cursors has 32 bytes');
  return {
    seal: (page) => seal(key, page),
    open: (token, caller) => {
      const page = unseal(key, token, caller);
      if (page === undefined) throw badPage();
      return page;
    },
  };
}

function badPage(): Refusal {
  return refuse('bad-page', 'This page cannot be opened; search again', 'http._page');
}

/** The caller is bound as associated data, with the format's version. */
function boundTo(caller: string): Buffer {
  return Buffer.from(`page 1 ${caller}`);
}

function seal(key: Uint8Array, { caller, type, parameters, values, count }: Page): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(boundTo(caller));
  const content = JSON.stringify([type, parameters, values.map(toJson), count]);
  const sealed = Buffer.concat([cipher.update(deflateRawSync(content)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

function unseal(key: Uint8Array, token: string, caller: string): Page | undefined {
  if (!/^[\w-]+$/.test(token)) return undefined;
  try {
    const bytes = Buffer.from(token, 'base64url');
    // A second spelling of the same bytes is not ours.
    if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== token) return undefined;
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(boundTo(caller))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const content = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return parsePage(JSON.parse(inflateRawSync(content).toString()), caller);
  } catch {
    return undefined;
  }
}

function parsePage(content: unknown, caller: string): Page | undefined {
  if (!Array.isArray(content)) return undefined;
  const [type, parameters, values, count]: readonly unknown[] = content;
  if (typeof type !== 'string' || typeof count !== 'number' || !Array.isArray(parameters) || !Array.isArray(values))
    return undefined;
  if (!parameters.every(isParameter)) return undefined;
  return { caller, type, parameters, values: values.map(fromJson), count };
}

function isParameter(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

function toJson(value: Scalar | null): unknown {
  return typeof value === 'object' && value !== null ? { date: value.getTime() } : value;
}

function fromJson(value: unknown): Scalar | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isObject(value) && typeof value.date === 'number') return new Date(value.date);
  throw new TypeError('not a value of a row');
}
