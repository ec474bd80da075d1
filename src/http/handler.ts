// One handler per interaction: from the HTTP request to the interaction's own words, and back.
// https://hl7.org/fhir/R4/http.html
import type { Request, RequestHandler, Response } from 'express';
import type { Interaction } from '../audit/audit-event.ts';
import { startOfDay } from '../fhir/instant.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { Caller } from '../identity/caller.ts';
import { traceRefusal } from '../interaction/answer.ts';
import { createBinary, upload } from '../interaction/binary.ts';
import type { Answer, Context } from '../interaction/context.ts';
import { create } from '../interaction/create.ts';
import { deleteResource } from '../interaction/delete.ts';
import { patch } from '../interaction/patch.ts';
import { read } from '../interaction/read.ts';
import { search } from '../interaction/search.ts';
import { formIn, isResource, patchIn, readBody, resourceIn } from './body.ts';
import { isLenient, queryOf, returnPreference, type Wanted, wanted, withoutForm } from './negotiation.ts';
import { onTheBeat, send } from './send.ts';

/** What all requests share; the store is chosen from the caller. */
export type Shared = Omit<Context, 'caller' | 'moments' | 'trail' | 'store' | 'cursors'> & {
  readonly clock: () => Date;
  readonly authenticate: (header: string | undefined, now: Date) => Promise<Caller>;
  readonly open: (caller: Caller) => Pick<Context, 'store' | 'cursors'>;
};

type Handling = (context: Context, request: Request, response: Response) => Promise<void>;

/** Authenticates, runs, and traces a refusal. */
export function handle(shared: Shared, interaction: Interaction, handling: Handling): RequestHandler {
  return async (request, response) => {
    const now = shared.clock();
    const caller = await shared.authenticate(request.headers.authorization, now);
    await readBody(request, response);
    const { clock: _clock, authenticate: _authenticate, open, ...rest } = shared;
    const trail = { interaction, query: `${request.method} ${request.originalUrl.slice(0, 4000)}`, record: undefined };
    const context: Context = { ...rest, ...open(caller), caller, moments: { now, today: startOfDay(now) }, trail };
    try {
      await handling(context, request, response);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await traceRefusal(context, error.status);
      throw error;
    }
  };
}

/** The router has checked the type. */
function typeOf({ params }: Request): string {
  return String(params.type);
}

function idOf({ params }: Request): string {
  return String(params.id);
}

export const readHandling: Handling = async (context, request, response) => {
  const form = formOf(request, typeOf(request) === 'Binary');
  send(response, await read(context, typeOf(request), idOf(request)), form);
};

/** `_format` and `_pretty` are all that these interactions take. */
function formOf(request: Request, anything = false): Wanted {
  const parameters = queryOf(request);
  const [other] = withoutForm(parameters);
  if (other && !isLenient(request))
    throw refuse('unknown-parameter', 'This parameter is not known here', `http.${other[0].slice(0, 64)}`);
  return wanted(request, parameters, anything);
}

export const searchHandling: Handling = async (context, request, response) => {
  const sent = request.method === 'POST' ? [...queryOf(request), ...formIn(request)] : queryOf(request);
  const form = wanted(request, sent);
  const parameters = withoutForm(sent);
  const { answer, quiet } = await search(context, { type: typeOf(request), parameters, lenient: isLenient(request) });
  if (quiet) await onTheBeat(request);
  send(response, answer, form);
};

export const createHandling: Handling = async (context, request, response) => {
  const form = formOf(request);
  if (request.headers['if-none-exist'] !== undefined) {
    const text = 'A conditional create is not supported';
    throw new Refusal('bad-request', [{ text, expression: 'http.If-None-Exist', code: 'not-supported' }]);
  }
  send(response, await created(context, request), form);
};

async function created(context: Context, request: Request): Promise<Answer> {
  const prefer = returnPreference(request);
  const securityContext = request.get('x-security-context');
  if (typeOf(request) !== 'Binary')
    return await create(context, { type: typeOf(request), resource: resourceIn(request), prefer });
  if (isResource(request)) {
    const resource = resourceIn(request);
    if (resource.resourceType !== 'Binary') throw refuse('bad-request', 'A Binary is expected at this address', 'resourceType');
    return await createBinary(context, resource, securityContext, prefer);
  }
  const contentType = request.get('content-type')?.trim() ?? '';
  if (contentType === '') throw refuse('unsupported-media-type', 'The media type of the bytes is required', 'http.Content-Type');
  if (request.headers['content-encoding'] !== undefined)
    throw refuse('unsupported-media-type', 'Bytes are taken as they are, without a content encoding', 'http.Content-Encoding');
  return await upload(context, { contentType, securityContext, source: request, prefer });
}

export const patchHandling: Handling = async (context, request, response) => {
  const form = formOf(request);
  const operations = patchIn(request);
  const asked = {
    type: typeOf(request),
    id: idOf(request),
    operations,
    ifMatch: request.get('if-match'),
    prefer: returnPreference(request),
  };
  send(response, await patch(context, asked), form);
};

export const deleteHandling: Handling = async (context, request, response) => {
  const form = formOf(request);
  const asked = { type: typeOf(request), id: idOf(request), ifMatch: request.get('if-match') };
  send(response, await deleteResource(context, asked), form);
};
