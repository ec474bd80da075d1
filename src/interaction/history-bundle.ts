// The text of a history: each version's own text, under the request that made it.
// https://hl7.org/fhir/R4/bundle.html#history
import { STATUS_CODES } from 'node:http';
import type { Version } from '../store/versions.ts';
import type { Link } from './searchset.ts';

/** `text`: of the resource; absent for a deletion. */
export type HistoryEntry = Pick<Version, 'type' | 'id' | 'v' | 'lu'> & { readonly text?: string };

export function historyBundle(baseUrl: string, links: readonly Link[], entries: readonly HistoryEntry[], total: number): string {
  const head = JSON.stringify({ resourceType: 'Bundle', type: 'history', total, link: links });
  if (entries.length === 0) return head;
  return `${head.slice(0, -1)},"entry":[${entries.map((entry) => textOf(baseUrl, entry)).join(',')}]}`;
}

function textOf(baseUrl: string, { type, id, v, lu, text }: HistoryEntry): string {
  const about = JSON.stringify({
    request: { method: text === undefined ? 'DELETE' : v === 1 ? 'POST' : 'PUT', url: v === 1 ? type : `${type}/${id}` },
    response: {
      status: statusOf(text === undefined ? 204 : v === 1 ? 201 : 200),
      etag: `W/"${v}"`,
      lastModified: lu.toISOString(),
    },
  });
  const fullUrl = JSON.stringify(`${baseUrl}/${type}/${id}`);
  return `{"fullUrl":${fullUrl},${text === undefined ? '' : `"resource":${text},`}${about.slice(1)}`;
}

function statusOf(status: number): string {
  return `${status} ${STATUS_CODES[status]}`;
}
