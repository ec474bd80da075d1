// The official examples of R4, by `Type/id`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { isObject, parseJson } from '../../../src/fhir/json.ts';

export type Example = { readonly name: string; readonly type: string; readonly text: string; readonly resource: JsonObject };

function exampleOf(text: string): Example {
  const resource = parseJson(text);
  if (!isObject(resource)) throw new TypeError('an example is a resource');
  const type = String(resource.resourceType);
  return { name: `${type}/${resource.id}`, type, text, resource };
}

export const examples: readonly Example[] = gunzipSync(readFileSync(join(import.meta.dirname, 'r4.ndjson.gz')))
  .toString('utf8')
  .split('\n')
  .map(exampleOf);
