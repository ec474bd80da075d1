// What is no HTTP request, or one that is too long or too slow to be read: refused as everything else, by an OperationOutcome.
// https://www.rfc-editor.org/rfc/rfc6585#section-5, https://nodejs.org/api/http.html#event-clienterror
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Reason, refuse, toOutcome } from '../fhir/outcome.ts';
import { contentTypes } from './negotiation.ts';

type Wrong = readonly [reason: Reason, text: string, expression?: string];

const known: Readonly<Record<string, Wrong>> = {
  HPE_HEADER_OVERFLOW: ['too-many-headers', 'The address and headers are longer than 16 KiB', 'http.header'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not come to its end'],
};
const other: Wrong = ['bad-request', 'This is not an HTTP request'];

export function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const refusal = refuse(...(known[error.code ?? ''] ?? other));
  const { status } = refusal;
  const body = JSON.stringify(toOutcome(refusal));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${contentTypes.json}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
