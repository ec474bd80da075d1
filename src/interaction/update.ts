// Update: the next version as it was sent, of an id or of the one resource that criteria find.
// https://hl7.org/fhir/R4/http.html#update, https://hl7.org/fhir/R4/http.html#cond-update
import { isInDirectory } from '../access/type.ts';
import { isInRecord } from '../fhir/id.ts';
import type { JsonObject } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { createNow } from './create.ts';
import { claimsOf, oneMatching, recordAround, searchable } from './criteria.ts';
import { withKeptMeta, withLabels } from './labels.ts';
import { mayAsk } from './reach.ts';
import { revise } from './revise.ts';
import { type Preference, shown } from './shown.ts';
import { type Absent, absence, judgeVersion, type Target, writable } from './target.ts';
import { readAhead } from './understood.ts';

export type UpdateRequest = {
  readonly type: string;
  readonly target: Target;
  readonly resource: JsonObject;
  readonly ifMatch: string | undefined;
  readonly prefer: Preference;
  /** The id of what is created where criteria find nothing; a new one where it is absent. */
  readonly newId?: string;
};

type Done = { readonly id: string; readonly version: number; readonly status: 200 | 201 };

export async function update(context: Context, asked: UpdateRequest): Promise<Answer> {
  const { type, target, resource, prefer } = asked;
  capabilityOf(context, type);
  mayAsk(context, 'u', type);
  if (resource.resourceType !== type) throw refuse('bad-request', `A ${type} is expected at this address`, 'resourceType');
  if ('id' in target && resource.id !== target.id)
    throw refuse('bad-request', 'The id of the resource must be that of the address', `${type}.id`);
  const { store } = context;
  await readAhead(context, [resource]);
  const { id, version, status } = await store.steady(async () => {
    if ('id' in target) return await updateById(context, asked, target.id);
    return await store.transaction(
      async (inside) => await updateMatch({ ...context, store: inside }, asked, target.criteria),
      claimsOf(context, type, target.criteria),
    );
  });
  return await shown(context, { type, id, status, version, located: status === 201 }, prefer);
}

async function updateById(context: Context, { type, resource, ifMatch }: UpdateRequest, id: string): Promise<Done> {
  const found = await writable(context, 'u', type, id);
  if ('absent' in found) return await createAt(context, type, resource, found, ifMatch);
  judgeVersion(ifMatch, found.row.v);
  const version = await revise(context, type, found, (before) => kept(context, type, before, resource));
  return { id, version, status: 200 };
}

/**
 * Only operators (directory) and testers choose ids; for others an unknown id is not found. An id of a record's form is the operator's to
 * choose neither: whether it is taken is not his to know.
 */
async function createAt(
  context: Context,
  type: string,
  resource: JsonObject,
  absent: Absent,
  ifMatch: string | undefined,
): Promise<Done> {
  const isOperators = context.caller.who.kind === 'operator' && isInDirectory(type, resource) && !isInRecord(absent.absent);
  const mayChoose = isTester(context) || isOperators;
  if (!mayChoose) throw absence(absent);
  mayAsk(context, 'c', type);
  judgeVersion(ifMatch, undefined);
  const version = absent.version + 1;
  await createNow(context, { type, resource, id: absent.absent, version });
  return { id: absent.absent, version, status: 201 };
}

async function updateMatch(
  context: Context,
  asked: UpdateRequest,
  criteria: readonly (readonly [string, string])[],
): Promise<Done> {
  const { type, resource, newId } = asked;
  const key = recordAround(context, type, resource);
  const id = await oneMatching(context, {
    type,
    criteria,
    interaction: 'u',
    under: 'write',
    key,
    and: await searchable(context, type),
  });
  if (id !== undefined) {
    if (resource.id !== undefined && resource.id !== id)
      throw refuse('bad-request', 'The id of the resource is not that of the one that the criteria find', `${type}.id`);
    return await updateById(context, { ...asked, resource: { ...resource, id } }, id);
  }
  judgeVersion(asked.ifMatch, undefined);
  if (typeof resource.id === 'string' && newId === undefined) return await updateById(context, asked, resource.id);
  mayAsk(context, 'c', type);
  const made = await createNow(context, { type, resource, ...(newId === undefined ? {} : { id: newId }) });
  return { id: made, version: 1, status: 201 };
}

function kept({ caller }: Context, type: string, before: JsonObject, sent: JsonObject): JsonObject {
  if (caller.who.kind === 'tester') return sent;
  const after = withKeptMeta(before, sent);
  return type === 'DocumentReference' ? withLabels(after) : after;
}
