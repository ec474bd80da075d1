// One handler per interaction: from the HTTP request to the interaction's own words, and back.
// https://hl7.org/fhir/R4/http.html
import type { Request, RequestHandler, Response } from 'express';
import type { Interaction, Requested } from '../audit/told.ts';
import { startOfDay } from '../fhir/instant.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { Caller } from '../identity/caller.ts';
import { traceOnly } from '../interaction/answer.ts';
import { bytesNotSearched, createBinary, upload } from '../interaction/binary.ts';
import { batch, transaction } from '../interaction/bundle/transaction.ts';
import type { Answer, Context } from '../interaction/context.ts';
import { create } from '../interaction/create.ts';
import { deleteResource } from '../interaction/delete.ts';
import { history } from '../interaction/history.ts';
import { isProvideDocumentBundle, provideDocumentBundle } from '../interaction/mhd/provide-document-bundle.ts';
import { patch } from '../interaction/patch.ts';
import { queryIn } from '../interaction/query.ts';
import { type ReadForm, read } from '../interaction/read.ts';
import { search } from '../interaction/search.ts';
import type { Scope } from '../interaction/search-scope.ts';
import type { Target } from '../interaction/target.ts';
import { readOnce } from '../interaction/understood.ts';
import { update } from '../interaction/update.ts';
import { vread } from '../interaction/vread.ts';
import type { Operation } from '../operation/operation.ts';
import type { Parameters } from '../search/query.ts';
import { UnreadableRecord } from '../store/records.ts';
import { authorizationOf, refuseToken } from './bearer.ts';
import { formIn, isResource, patchIn, readBody, resourceIn } from './body.ts';
import { isLenient, queryOf, readCondition, returnPreference, type Wanted, wanted, withoutForm } from './negotiation.ts';
import { preferencesOf } from './prefer.ts';
import { onTheBeat, send } from './send.ts';

/** What all requests share; the store is chosen from the caller. */
export type Shared = Omit<Context, 'caller' | 'moments' | 'requested' | 'trail' | 'remarks' | 'store' | 'cursors'> & {
  readonly clock: () => Date;
  readonly authenticate: (header: string | undefined, now: Date) => Promise<Caller>;
  readonly open: (caller: Caller) => Pick<Context, 'store' | 'cursors' | 'conformance'>;
};

type Handling = (context: Context, request: Request, response: Response) => Promise<void>;

/** Authenticates, runs, and traces a refusal. */
export function handle(shared: Shared, interaction: Interaction, handling: Handling): RequestHandler {
  return async (request, response) => {
    const now = shared.clock();
    const caller = await shared.authenticate(authorizationOf(request), now);
    await readBody(request, response);
    const { clock: _clock, authenticate: _authenticate, open, ...rest } = shared;
    const trail = { interaction, query: `${request.method} ${request.originalUrl.slice(0, 4000)}`, record: undefined };
    const context: Context = {
      ...rest,
      ...open(caller),
      caller,
      moments: { now, today: startOfDay(now) },
      requested: requestedBy(request, response),
      trail,
      texts: readOnce(rest.texts),
      remarks: new Map(),
    };
    try {
      await handling(context, request, response);
    } catch (error) {
      const status = statusTraced(error);
      if (status !== undefined) await traceOnly(context, status);
      throw error;
    }
  };
}

/** An IPv4 address is written as such, by whichever socket it came. */
function requestedBy({ socket }: Request, response: Response): Requested {
  const address = socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, '');
  return { id: String(response.get('x-request-id')), ...(address === undefined ? {} : { address }) };
}

/** What is refused, and what rules that cannot be read have shut. */
function statusTraced(error: unknown): number | undefined {
  if (error instanceof Refusal) return error.status;
  return error instanceof UnreadableRecord ? 500 : undefined;
}

/** The router has checked the type. */
function typeOf({ params }: Request): string {
  return String(params.type);
}

function idOf({ params }: Request): string {
  return String(params.id);
}

export const readHandling: Handling = async (context, request, response) => {
  const { form, asked } = readingOf(request);
  send(context, response, await read(context, typeOf(request), idOf(request), asked), form);
};

export const vreadHandling: Handling = async (context, request, response) => {
  const { form, asked } = readingOf(request);
  const version = String(request.params.vid);
  send(context, response, await vread(context, { type: typeOf(request), id: idOf(request), version }, asked), form);
};

function readingOf(request: Request): { readonly form: Wanted; readonly asked: ReadForm } {
  const parameters = queryOf(request);
  const form = wanted(request, parameters, typeOf(request) === 'Binary');
  return { form, asked: { parameters: withoutForm(parameters), lenient: isLenient(request), ...readCondition(request) } };
}

/** Of a resource, a type or, where the address names none, the system. */
export const historyHandling: Handling = async (context, request, response) => {
  const { type, id } = request.params;
  const sent = queryOf(request);
  const form = wanted(request, sent);
  const asked = { ...(type === undefined ? {} : { type: String(type) }), ...(id === undefined ? {} : { id: String(id) }) };
  const about = { ...asked, parameters: withoutForm(sent), lenient: isLenient(request) };
  send(context, response, await history({ ...context, ...formatIn(sent) }, about), form);
};

function formatIn(parameters: Parameters): Pick<Context, 'format'> {
  const format = parameters.find(([name]) => name === '_format')?.[1];
  return format === undefined ? {} : { format };
}

/** `_format` and `_pretty` are all that these interactions take. */
function formOf(request: Request): Wanted {
  const parameters = queryOf(request);
  const [other] = withoutForm(parameters);
  if (other && !isLenient(request))
    throw refuse('unknown-parameter', 'This parameter is not known here', `http.${other[0].slice(0, 64)}`);
  return wanted(request, parameters);
}

/** Of a type or, where the address names none, of all; in a compartment, where it names one. */
function scopeOf({ params: { type, compartment, id } }: Request): Scope {
  return {
    ...(type === undefined ? {} : { type: String(type) }),
    ...(compartment === undefined ? {} : { compartment: { type: String(compartment), id: String(id) } }),
  };
}

export const searchHandling: Handling = async (context, request, response) => {
  const sent = request.method === 'POST' ? [...queryOf(request), ...formIn(request)] : queryOf(request);
  refuseToken(sent);
  const form = wanted(request, sent);
  const parameters = withoutForm(sent);
  const { answer, quiet } = await search(
    { ...context, ...formatIn(sent) },
    { ...scopeOf(request), parameters, lenient: isLenient(request) },
  );
  if (quiet) await onTheBeat(request);
  send(context, response, answer, form);
};

/** The address names an id, or its query the criteria of a conditional interaction. */
function targetOf(request: Request): { readonly target: Target; readonly form: Wanted } {
  if (request.params.id !== undefined) return { target: { id: idOf(request) }, form: formOf(request) };
  const parameters = queryOf(request);
  const criteria = withoutForm(parameters);
  if (criteria.length === 0) throw refuse('bad-request', 'Criteria are required where no id is given');
  return { target: { criteria }, form: wanted(request, parameters) };
}

export const createHandling: Handling = async (context, request, response) => {
  const form = formOf(request);
  send(context, response, await created(context, request), form);
};

/** https://hl7.org/fhir/R4/http.html#ccreate: the criteria are a query without its address, or with it. */
function ifNoneExistOf(request: Request): Parameters | undefined {
  const header = request.get('if-none-exist');
  return header === undefined ? undefined : queryIn(header);
}

async function created(context: Context, request: Request): Promise<Answer> {
  const prefer = returnPreference(request);
  const securityContext = request.get('x-security-context');
  const ifNoneExist = ifNoneExistOf(request);
  if (typeOf(request) !== 'Binary') {
    const asked = { type: typeOf(request), resource: await resourceIn(request, context.conformance.xml), prefer };
    return await create(context, ifNoneExist === undefined ? asked : { ...asked, ifNoneExist });
  }
  if (ifNoneExist !== undefined) throw bytesNotSearched();
  if (isResource(request)) {
    const resource = await resourceIn(request, context.conformance.xml);
    if (resource.resourceType !== 'Binary') throw refuse('bad-request', 'A Binary is expected at this address', 'resourceType');
    return await createBinary(context, { resource, securityContext, prefer });
  }
  const contentType = request.get('content-type')?.trim() ?? '';
  if (contentType === '') throw refuse('unsupported-media-type', 'The media type of the bytes is required', 'http.Content-Type');
  if (request.headers['content-encoding'] !== undefined)
    throw refuse('unsupported-media-type', 'Bytes are taken as they are, without a content encoding', 'http.Content-Encoding');
  return await upload(context, { contentType, securityContext, source: request, prefer });
}

/** https://hl7.org/fhir/R4/http.html#transaction */
export const bundleHandling: Handling = async (context, request, response) => {
  const form = formOf(request);
  const bundle = await resourceIn(request, context.conformance.xml);
  if (bundle.resourceType !== 'Bundle') throw refuse('bad-request', 'A Bundle is expected at this address', 'resourceType');
  const { type } = bundle;
  const { conformance, trail } = context;
  if ((type !== 'transaction' && type !== 'batch') || !conformance.interactions.has(type))
    throw refuse('bad-request', 'A Bundle of type transaction or batch is expected at this address', 'Bundle.type');
  trail.interaction = type;
  const prefer = preferencesOf(request).has('return') ? returnPreference(request) : 'minimal';
  const isProvided = isProvideDocumentBundle(context, bundle);
  const answer = await (isProvided ? provideDocumentBundle : type === 'transaction' ? transaction : batch)(
    context,
    bundle,
    prefer,
  );
  // It may say of much that it is not there.
  await onTheBeat(request);
  send(context, response, answer, form);
};

export const updateHandling: Handling = async (context, request, response) => {
  const { target, form } = targetOf(request);
  const resource = await resourceIn(request, context.conformance.xml);
  const asked = { type: typeOf(request), target, resource, ifMatch: request.get('if-match'), prefer: returnPreference(request) };
  send(context, response, await update(context, asked), form);
};

export const patchHandling: Handling = async (context, request, response) => {
  const { target, form } = targetOf(request);
  const sent = await patchIn(request, context.conformance.xml);
  const asked = {
    type: typeOf(request),
    target,
    patch: sent,
    ifMatch: request.get('if-match'),
    prefer: returnPreference(request),
  };
  send(context, response, await patch(context, asked), form);
};

export const deleteHandling: Handling = async (context, request, response) => {
  const { target, form } = targetOf(request);
  send(
    context,
    response,
    await deleteResource(context, { type: typeOf(request), target, ifMatch: request.get('if-match') }),
    form,
  );
};

/** https://hl7.org/fhir/R4/operations.html */
export const operationHandling =
  (operation: Operation): Handling =>
  async (context, request, response) => {
    const { id } = request.params;
    const sent = queryOf(request);
    const form = wanted(request, sent);
    const isEmpty = !Buffer.isBuffer(request.body) || request.body.length === 0;
    const asked = {
      type: typeOf(request),
      parameters: withoutForm(sent),
      ifMatch: request.get('if-match'),
      prefer: returnPreference(request),
      lenient: isLenient(request),
      ...(id === undefined ? {} : { id: String(id) }),
      ...(request.method !== 'POST' || isEmpty ? {} : { body: await resourceIn(request, context.conformance.xml) }),
    };
    const { quiet = false, ...answer } = await operation({ ...context, ...formatIn(sent) }, asked);
    if (quiet) await onTheBeat(request);
    send(context, response, answer, form);
  };
