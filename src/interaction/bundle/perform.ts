// One entry of a Bundle carried out as the request that it stands for.
// https://hl7.org/fhir/R4/http.html#transaction
import type { Interaction } from '../../audit/told.ts';
import { type JsonObject, textOf } from '../../fhir/json.ts';
import { Refusal, refuse } from '../../fhir/outcome.ts';
import { readSentJson } from '../../fhir/sent-json.ts';
import { bytesNotSearched, createBinary } from '../binary.ts';
import type { ReadCondition } from '../condition.ts';
import { type Answer, type Context, capabilityOf } from '../context.ts';
import { create } from '../create.ts';
import { deleteResource } from '../delete.ts';
import { history } from '../history.ts';
import { type Patch, patch } from '../patch.ts';
import { read } from '../read.ts';
import { search } from '../search.ts';
import type { Preference } from '../shown.ts';
import type { Target } from '../target.ts';
import { update } from '../update.ts';
import { vread } from '../vread.ts';
import type { Entry } from './entry.ts';

export type Prepared = {
  /** With its references resolved. */
  readonly resource?: JsonObject;
  /** Made before, because other entries refer to it. */
  readonly newId?: string;
  /** The record of a Binary, which says nothing of it itself. */
  readonly key?: string;
};

/** The interaction that an entry asks for; 405 for one that the type does not have. */
export function interactionOf(context: Context, { at, method, address, ifNoneExist }: Entry): Interaction {
  const interaction = asked(method, address);
  const { interactions } = capabilityOf(context, address.type);
  const takesNone = method === 'POST' || (address.id !== undefined && method !== 'GET' && method !== 'HEAD');
  const [odd] = takesNone ? address.parameters : [];
  if (odd !== undefined) throw refuse('unknown-parameter', 'This parameter is not known here', `${at}.request.url`);
  if (address.type === 'Binary' && ifNoneExist !== undefined) throw bytesNotSearched();
  if (interaction === undefined || !interactions.has(interaction))
    throw new Refusal('method-not-allowed', [{ text: 'This method is not supported here', expression: 'http.method' }]);
  return interaction;
}

function asked(method: Entry['method'], { id, history, version }: Entry['address']): Interaction | undefined {
  if (history) {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    return version !== undefined ? 'vread' : id === undefined ? 'history-type' : 'history-instance';
  }
  switch (method) {
    case 'GET':
    case 'HEAD':
      return id === undefined ? 'search-type' : 'read';
    case 'POST':
      return id === undefined ? 'create' : undefined;
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
  }
}

export async function perform(context: Context, entry: Entry, prepared: Prepared, prefer: Preference): Promise<Answer> {
  const { address, ifMatch } = entry;
  const { type, parameters, id } = address;
  const interaction = interactionOf(context, entry);
  switch (interaction) {
    case 'create':
      return await created(context, entry, prepared, prefer);
    case 'update':
      return await update(context, {
        type,
        target: targetOf(entry),
        resource: resourceIn(prepared),
        ifMatch,
        prefer,
        ...(prepared.newId === undefined ? {} : { newId: prepared.newId }),
      });
    case 'patch':
      return await patch(context, { type, target: targetOf(entry), patch: patchIn(prepared), ifMatch, prefer });
    case 'delete':
      return await deleteResource(context, { type, target: targetOf(entry), ifMatch });
    case 'search-type':
      return (await search(context, { type, parameters, lenient: false })).answer;
    case 'vread':
      return await vread(context, { type, id: id ?? '', version: address.version ?? '' }, { parameters, ...conditionOf(entry) });
    case 'history-instance':
    case 'history-type':
      return await history(context, { type, id, parameters, lenient: false });
    default:
      return await read(context, type, id ?? '', { parameters, ...conditionOf(entry) });
  }
}

/** 304 among the answers where the caller has the version. */
function conditionOf({ ifNoneMatch, ifModifiedSince }: Entry): ReadCondition {
  return {
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }),
  };
}

async function created(context: Context, entry: Entry, prepared: Prepared, prefer: Preference): Promise<Answer> {
  const { ifNoneExist, address } = entry;
  const { type } = address;
  const resource = resourceIn(prepared);
  const newId = prepared.newId === undefined ? {} : { newId: prepared.newId };
  if (type === 'Binary' && resource.resourceType === 'Binary') {
    const securityContext = prepared.key === undefined ? undefined : `Patient/${prepared.key}`;
    return await createBinary(context, { resource, securityContext, prefer, ...newId });
  }
  return await create(context, { type, resource, prefer, ...newId, ...(ifNoneExist === undefined ? {} : { ifNoneExist }) });
}

export function targetOf({ address: { id, parameters } }: Entry): Target {
  return id === undefined ? { criteria: parameters } : { id };
}

function resourceIn({ resource }: Prepared): JsonObject {
  if (resource === undefined) throw refuse('bad-request', 'A resource is required', 'resourceType');
  return resource;
}

/** A Binary that holds a JSON Patch, or the Parameters of a FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch */
function patchIn(prepared: Prepared): Patch {
  const resource = resourceIn(prepared);
  if (resource.resourceType === 'Parameters') return { form: 'fhirpath', sent: resource };
  if (resource.resourceType !== 'Binary' || resource.contentType !== 'application/json-patch+json')
    throw refuse('bad-request', 'A Binary of application/json-patch+json, or Parameters, is expected', 'resourceType');
  return { form: 'json', sent: readSentJson(Buffer.from(textOf(resource.data) ?? '', 'base64'), 'Binary.data') };
}
