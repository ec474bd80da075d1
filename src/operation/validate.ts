// $validate: what a create, update or delete would be refused for, said without doing it. Nothing is written but the trace.
// https://hl7.org/fhir/R4/resource-operation-validate.html
import { judgeDelete } from '../access/change.ts';
import { isGuardianship } from '../access/deposit.ts';
import { isDirectory } from '../access/type.ts';
import type { Touched } from '../audit/trace.ts';
import type { JsonObject } from '../fhir/json.ts';
import { type Fault, Refusal, refuse, toOutcome } from '../fhir/outcome.ts';
import { type Interaction, scopeOf } from '../identity/scope.ts';
import { leave, touchedBy } from '../interaction/answer.ts';
import { type Answer, type Context, capabilityOf, isTester } from '../interaction/context.ts';
import { asDeposited } from '../interaction/document.ts';
import { askingFor, beyondScopes, keysOfId, mayAsk, permissionFor } from '../interaction/reach.ts';
import { findOne, knownRecord } from '../interaction/read.ts';
import { guardianship } from '../interaction/relation.ts';
import { longestText, resourceOfRow } from '../interaction/row.ts';
import { absence, type Writable, writable } from '../interaction/target.ts';
import { accept } from '../interaction/write.ts';
import type { Reading } from '../store/reading.ts';
import type { Call } from './operation.ts';
import { type Asked, askedOf } from './validate-parameters.ts';

type Subject = Asked & { readonly type: string; readonly id?: string };
const letters: Readonly<Record<'create' | 'update' | 'delete', Interaction>> = { create: 'c', update: 'u', delete: 'd' };
const textual: readonly Interaction[] = ['c', 'u', 'r'];

type Rules = (resource: JsonObject) => readonly Fault[];

export async function validate(context: Context, { type, id, body, parameters }: Call): Promise<Answer> {
  capabilityOf(context, type);
  const subject: Subject = { type, ...(id === undefined ? {} : { id }), ...askedOf(context.conformance, body, parameters) };
  allowed(context, subject);
  complete(subject);
  const rules = rulesOf(context, subject);
  return await context.store.steady(async () => {
    const reading = context.store.reading(context.moments);
    const touched: Touched[] = [];
    const faults = await judge(context, subject, reading, touched, rules);
    return await leave(context, reading, touched, { status: 200, body: JSON.stringify(outcomeOf(faults)), headers: {} });
  });
}

/** What the interaction in question needs; to ask about a text alone, any of them. */
function allowed(context: Context, { type, mode, resource }: Subject): void {
  const letter = mode === undefined || mode === 'profile' ? undefined : letters[mode];
  if (letter !== undefined) mayAsk(context, letter, type);
  else if (resource === undefined) mayAsk(context, 'r', type);
  else if (textual.every((one) => scopeOf(context.caller, one, type) === 'none')) throw beyondScopes(context, 'r', type);
}

/** Refused where it cannot be told what is to be validated. */
function complete({ type, id, mode, resource, profile }: Subject): void {
  if (mode === 'delete' && id === undefined) throw refuse('bad-request', 'The address must name what would be deleted');
  if (mode === 'create' && id !== undefined) throw refuse('bad-request', 'Nothing is created where there is an id', 'http.mode');
  if (mode === 'profile' && profile === undefined)
    throw refuse('bad-request', 'The canonical of a profile is required', 'http.profile');
  const needed = mode === 'create' || mode === 'update' || id === undefined;
  if (needed && resource === undefined) throw refuse('bad-request', 'A resource is required', 'resource');
  const withoutBytes = type !== 'DocumentReference' && type !== 'Binary';
  if (withoutBytes && Buffer.byteLength(JSON.stringify(resource ?? {})) > longestText)
    throw refuse('too-large', 'A resource without its attachments takes 15 MB at most');
}

/** Those of the profile that is asked for, else those of a write. */
function rulesOf(context: Context, subject: Subject): Rules {
  const { type, profile } = subject;
  if (profile === undefined) return (resource) => ofType(type, resource) ?? accepted(context, subject, resource);
  const found = context.conformance.profile(profile.url.replace(/\|.*$/, ''));
  if (found === undefined || found.type !== type)
    throw refuse('bad-parameter', `No profile of ${type} here is ${quoted(profile.url)}`, profile.at);
  return (resource) => ofType(type, resource) ?? found.validate(resource);
}

/** As the caller sent it, within bounds. */
function quoted(profile: string): string {
  return profile.slice(0, 256).replaceAll(/[^\x21-\x7e]/g, '?');
}

function ofType(type: string, { resourceType }: JsonObject): readonly Fault[] | undefined {
  return resourceType === type
    ? undefined
    : [{ code: 'structure', text: `A ${type} is expected at this address`, expression: 'resourceType' }];
}

function accepted(context: Context, { type, mode }: Subject, resource: JsonObject): readonly Fault[] {
  try {
    const isDeposit = type === 'DocumentReference' && mode !== 'update';
    accept(context, isDeposit ? asDeposited(context, resource) : resource);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return faultsOf(error);
  }
}

/** With the code that the refusal would have had. */
function faultsOf(refusal: Refusal): readonly Fault[] {
  const { issue } = toOutcome(refusal);
  return refusal.faults.map((fault, index) => ({ code: issue[index]?.code ?? 'invalid', ...fault }));
}

async function judge(
  context: Context,
  subject: Subject,
  reading: Reading,
  touched: Touched[],
  rules: Rules,
): Promise<readonly Fault[]> {
  const { type, id, mode, resource } = subject;
  if (mode === 'delete' && id !== undefined) return await judgeAt(context, 'd', type, id, touched);
  if (resource === undefined) return rules(await stored(context, type, id ?? '', reading, touched));
  if (mode !== 'update') return rules(resource);
  const target = id ?? (typeof resource.id === 'string' ? resource.id : undefined);
  if (target === undefined || resource.id !== target)
    return [{ code: 'value', text: 'The id of the resource must be that of the address', expression: `${type}.id` }];
  const atTarget = await judgeAt(context, 'u', type, target, touched);
  return atTarget.length > 0 ? atTarget : rules(resource);
}

/** The text that a read would have delivered: 404 or 410 as there. */
async function stored(context: Context, type: string, id: string, reading: Reading, touched: Touched[]): Promise<JsonObject> {
  const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
  const permission = await permissionFor(context, 'r', type, keys);
  context.trail.record = await knownRecord(context, keys);
  const row = await findOne(reading, type, id, permission);
  touched.push(touchedBy(type, row));
  return resourceOfRow(row);
}

/** What stands in the way of an update or delete of the id: what is hidden is as absent as there. */
async function judgeAt(
  context: Context,
  letter: 'u' | 'd',
  type: string,
  id: string,
  touched: Touched[],
): Promise<readonly Fault[]> {
  try {
    const found = await writable(context, letter, type, id);
    if (!('absent' in found)) {
      touched.push(touchedBy(type, found.row));
      if (letter === 'd') await judgeDeletion(context, type, found);
    } else if (!isTester(context) && !(letter === 'u' && isDirectory(type) && context.caller.who.kind === 'operator')) {
      throw absence(found);
    }
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error;
    return faultsOf(error);
  }
}

async function judgeDeletion(context: Context, type: string, { row, record }: Writable): Promise<void> {
  const isGuardian = type === 'RelatedPerson' && isGuardianship(resourceOfRow(row), guardianship(context));
  judgeDelete(await askingFor(context, 'd', type), record, type, row, isGuardian);
}

function outcomeOf(faults: readonly Fault[]): ReturnType<typeof toOutcome> {
  if (faults.length > 0) return toOutcome(new Refusal('invalid', faults));
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: 'All OK' }],
  };
}
