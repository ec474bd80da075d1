// The text of a batch-response or transaction-response: the answers' own texts joined.
// https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response
import { STATUS_CODES } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Answer } from '../context.ts';

export async function responseBundle(
  type: 'batch-response' | 'transaction-response',
  answers: readonly Answer[],
): Promise<string> {
  const entries: string[] = [];
  for (const answer of answers) entries.push(await entryOf(answer));
  return `{"resourceType":"Bundle","type":"${type}"${entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`}}`;
}

async function entryOf({ status, headers, body, bytes, outcome }: Answer): Promise<string> {
  const { Location: location, ETag: etag, 'Last-Modified': modified } = headers;
  const text = bytes?.asData && body !== undefined ? withData(body, await buffer(bytes.open())) : body;
  const isOutcome = text?.startsWith('{"resourceType":"OperationOutcome"') ?? false;
  const response = JSON.stringify({
    status: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    ...(location === undefined ? {} : { location }),
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
  });
  const said = isOutcome ? text : outcome;
  const answer = said === undefined ? response : `${response.slice(0, -1)},"outcome":${said}}`;
  return text === undefined || isOutcome ? `{"response":${answer}}` : `{"resource":${text},"response":${answer}}`;
}

/** A Binary among other resources is a resource. */
export function withData(body: string, bytes: Buffer): string {
  return `${body.slice(0, -1)},"data":"${bytes.toString('base64')}"}`;
}
