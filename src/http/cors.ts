// What a page of another origin may do: discovery for all, the rest for the apps whose origins are known; never by cookies.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support
import type { RequestHandler } from 'express';

export type Cors = {
  /** Addresses, without the query, that a page of any origin may read. */
  readonly open: ReadonlySet<string>;
  readonly allows: (origin: string) => Promise<boolean>;
};

const exposed = [
  'Location',
  'ETag',
  'Last-Modified',
  'Content-Range',
  'Accept-Ranges',
  'Allow',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const sendable = [
  'Authorization',
  'Accept',
  'Content-Type',
  'Prefer',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-None-Exist',
  'If-Range',
  'Range',
  'X-Request-Id',
  'X-Security-Context',
].join(', ');
/** Seconds for which a browser need not ask again. */
const remembered = '600';

/** A preflight is answered here, alike for every address: it authenticates nobody and tells of nothing. */
export function cors({ open, allows }: Cors): RequestHandler {
  return async (request, response, next) => {
    const origin = request.get('origin');
    const isPreflight = request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined;
    if (origin === undefined) return next();
    const allowed = open.has(request.path) ? '*' : (await allows(origin)) ? origin : undefined;
    if (allowed !== undefined) response.set({ 'Access-Control-Allow-Origin': allowed, 'Access-Control-Expose-Headers': exposed });
    if (!isPreflight) return next();
    if (allowed !== undefined)
      response.set({
        'Access-Control-Allow-Methods': methods,
        'Access-Control-Allow-Headers': sendable,
        'Access-Control-Max-Age': remembered,
      });
    response.status(204).end();
  };
}
