// The one place where answers and errors leave: headers, body, and the moment at which nothing-there may leave.
// https://hl7.org/fhir/R4/http.html
import type { ErrorRequestHandler, Request, Response } from 'express';
import { parseJson } from '../fhir/json.ts';
import { Refusal, refuse, toOutcome } from '../fhir/outcome.ts';
import type { Answer } from '../interaction/context.ts';
import { fhirJson, queryOf, type Wanted } from './negotiation.ts';

/** An index hit and an index miss must not be told apart: nothing-there leaves at a multiple of this after the request's arrival. */
const beat = 20;
const arrivals = new WeakMap<Request, number>();

export function arrived(request: Request): void {
  arrivals.set(request, performance.now());
}

export async function onTheBeat(request: Request): Promise<void> {
  const spent = performance.now() - (arrivals.get(request) ?? performance.now());
  await new Promise((resolve) => setTimeout(resolve, beat - (spent % beat)));
}

export function send(response: Response, { status, body, headers, bytes }: Answer, { pretty, explicit }: Wanted): void {
  response.status(status).set(headers);
  if (bytes && !explicit) {
    // What a depositor sent is never run in a browser.
    response.set('Content-Security-Policy', "sandbox; default-src 'none'");
    // Not `set`: it would add a charset that nobody sent.
    response.setHeader('Content-Type', bytes.type);
    if (response.req.method === 'HEAD') response.end();
    else bytes.stream.on('error', () => response.destroy()).pipe(response);
    return;
  }
  if (bytes && body !== undefined) return void sendAsResource(response, body, bytes.stream);
  if (body === undefined) return void response.end();
  sendText(response, pretty ? JSON.stringify(parseJson(body), null, 2) : body);
}

function sendText(response: Response, text: string): void {
  const buffer = Buffer.from(text);
  response.set({ 'Content-Type': fhirJson, 'Content-Length': String(buffer.length) });
  response.end(response.req.method === 'HEAD' ? undefined : buffer);
}

/** The bytes as the `data` of the Binary resource. */
function sendAsResource(response: Response, body: string, stream: NodeJS.ReadableStream): void {
  const chunks: Buffer[] = [];
  stream
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('error', () => response.destroy())
    .on('end', () => sendText(response, `${body.slice(0, -1)},"data":"${Buffer.concat(chunks).toString('base64')}"}`));
}

export type Report = (error: unknown, request: Request) => void;

/** Refusals as they are; a body that cannot be read as what it is; the rest without a word of what happened. */
export function errorHandler(report: Report): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = toRefusal(error, (unknown) => report(unknown, request));
    if (refusal.status === 404) await onTheBeat(request);
    const pretty = queryOf(request).some(([name, value]) => name === '_pretty' && value === 'true');
    send(
      response,
      { status: refusal.status, body: JSON.stringify(toOutcome(refusal)), headers: refusal.headers },
      { pretty, explicit: true },
    );
  };
}

/** https://github.com/expressjs/body-parser#errors; database trouble is the server's own and passes. */
function toRefusal(error: unknown, report: (error: unknown) => void): Refusal {
  if (error instanceof Refusal) return error;
  const { type, name = '', status = 500 } = error as { type?: string; name?: string; status?: number };
  if (type === 'entity.too.large') return refuse('too-large', 'The body is larger than 32 MiB');
  if (type === 'encoding.unsupported')
    return refuse('unsupported-media-type', 'This content encoding is not supported', 'http.Content-Encoding');
  if (type !== undefined || name === 'URIError' || (status >= 400 && status < 500))
    return refuse('bad-request', 'The request cannot be read');
  report(error);
  if (name.startsWith('Mongo')) return refuse('busy', 'The server cannot answer now; try again');
  return refuse('failure', 'The server has failed; the request was not carried out');
}
