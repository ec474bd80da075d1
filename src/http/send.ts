// The one place where answers and errors leave: headers, body, and the moment at which nothing-there may leave.
// https://hl7.org/fhir/R4/http.html
import { pipeline, type Readable, type Transform } from 'node:stream';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Conformance } from '../conformance/conformance.ts';
import { parseJson } from '../fhir/json.ts';
import { Refusal, refuse, toOutcome } from '../fhir/outcome.ts';
import type { Answer, Bytes } from '../interaction/context.ts';
import { base64Between } from './base64.ts';
import { formSent } from './body.ts';
import { contentTypes, type Format, queryOf, type Wanted, wantedOfRefusal } from './negotiation.ts';
import { isSameBytes, rangeOf } from './range.ts';

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

/** What formats are written with. */
type Speech = { readonly conformance: Pick<Conformance, 'xml'> };

export function send(speech: Speech, response: Response, answer: Answer, wanted: Wanted): void {
  if (answer.bytes && !wanted.explicit) sendBytes(response, answer.headers, answer.bytes);
  else sendResource(speech, response, answer, wanted);
}

function sendResource(speech: Speech, response: Response, { status, body, headers, bytes }: Answer, wanted: Wanted): void {
  response.status(status).set(headers);
  if (body === undefined) return void response.end();
  const text = written(speech, body, wanted);
  if (bytes?.asData) {
    sendAsData(response, text, wanted, bytes);
    return;
  }
  response.set({ ...headersOf(wanted.format), 'Content-Length': String(Buffer.byteLength(text)) });
  response.end(isHead(response) ? undefined : text);
}

function written({ conformance }: Speech, json: string, { format, pretty }: Wanted): string {
  if (format === 'xml') return conformance.xml.write(json, pretty);
  return pretty ? JSON.stringify(parseJson(json), null, 2) : json;
}

/** What a depositor sent, bytes or the XHTML of a narrative, is never run in a browser. */
const neverRun = { 'Content-Security-Policy': "sandbox; default-src 'none'" };

/** A browser takes XML for a page. */
function headersOf(format: Format): Readonly<Record<string, string>> {
  return { 'Content-Type': contentTypes[format], ...(format === 'xml' ? neverRun : {}) };
}

function isHead({ req }: Response): boolean {
  return req.method === 'HEAD';
}

function sendBytes(response: Response, headers: Answer['headers'], bytes: Bytes): void {
  const { req } = response;
  const mayBePart = req.method === 'GET' && isSameBytes(req.get('if-range'), headers['Last-Modified']);
  const range = mayBePart ? rangeOf(req.get('range'), bytes.size) : undefined;
  const { start, end } = range ?? { start: 0, end: bytes.size - 1 };
  response.status(range === undefined ? 200 : 206).set({
    ...headers,
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${bytes.size}` }),
    'Accept-Ranges': 'bytes',
    'Content-Length': String(end - start + 1),
    ...neverRun,
  });
  // Not `set`: it would add a charset that nobody sent.
  response.setHeader('Content-Type', bytes.type);
  if (isHead(response)) response.end();
  else stream(bytes.open(range), response);
}

/** Whichever of the two ends first takes the other with it. */
function stream(...parts: readonly [Readable, ...Transform[], Response]): void {
  pipeline(parts, () => undefined);
}

/** The bytes as the `data` of the Binary resource. */
function sendAsData(response: Response, text: string, wanted: Wanted, bytes: Bytes): void {
  const [before, after] = aroundData(text, wanted);
  const length = Buffer.byteLength(before) + 4 * Math.ceil(bytes.size / 3) + Buffer.byteLength(after);
  response.set({ ...headersOf(wanted.format), 'Content-Length': String(length) });
  if (isHead(response)) response.end();
  else stream(bytes.open(), base64Between(before, after), response);
}

/** It is the last element. */
function aroundData(text: string, { format, pretty }: Wanted): readonly [string, string] {
  if (format === 'json') return pretty ? [`${text.slice(0, -2)},\n  "data": "`, '"\n}'] : [`${text.slice(0, -1)},"data":"`, '"}'];
  const [start, end] = [text.slice(0, text.lastIndexOf('</')), '"/>\n</Binary>'];
  return pretty ? [`${start.trimEnd()}\n  <data value="`, end] : [`${start}<data value="`, end.replace('\n', '')];
}

/** What is said of what is not there, or not for the caller: not found, no match for criteria, no record that takes the deposit. */
const ofAbsence = new Set([404, 412, 422]);

export type Report = (error: unknown, request: Request) => void;

/** Refusals as they are; a body that cannot be read as what it is; the rest without a word of what happened. */
export function errorHandler(speech: Speech, report: Report): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    // Who went away in the middle of a body is no failure of the server.
    const isCut = request.destroyed && !request.complete;
    const refusal = toRefusal(error, (unknown) => isCut || report(unknown, request));
    if (ofAbsence.has(refusal.status)) await onTheBeat(request);
    const answer = { status: refusal.status, body: JSON.stringify(toOutcome(refusal)), headers: refusal.headers };
    send(speech, response, answer, wantedOfRefusal(request, [...queryOf(request), ...formSent(request)]));
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
