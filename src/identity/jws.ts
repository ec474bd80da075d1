// A token taken apart without trusting it: compact serialization, read in the one strict way.
// https://www.rfc-editor.org/rfc/rfc7515#section-7.1
import { isObject, type JsonObject } from '../fhir/json.ts';
import { jsonFault } from '../fhir/json-fault.ts';

export type Jws = { readonly header: JsonObject; readonly payload: JsonObject };

export const longestToken = 8192;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined where the text is not three canonical base64url parts, or header or payload not a JSON object with each name once. */
export function readJws(token: string): Jws | undefined {
  if (token.length > longestToken) return undefined;
  const parts = token.split('.').map(bytesOf);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return undefined;
  const [headerObject, payloadObject] = [objectIn(header), objectIn(payload)];
  return headerObject && payloadObject ? { header: headerObject, payload: payloadObject } : undefined;
}

function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === part ? bytes : undefined;
}

function objectIn(bytes: Buffer): JsonObject | undefined {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return isObject(value) && jsonFault(text) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}
