// Which records a request can be about for this caller, and his Permission there.
import type { Asking } from '../access/asking.ts';
import { authorize, authorizeDirectory, authorizeEverywhere, authorizeTester } from '../access/authorize.ts';
import { narrowed, type Permission } from '../access/permission.ts';
import type { AccessRecord } from '../access/record.ts';
import { namesOf } from '../access/standing.ts';
import { hasDirectory, isDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import { all, type Filter } from '../filter/filter.ts';
import type { Caller } from '../identity/caller.ts';
import { type Interaction, isNarrowed, narrowing, scopeFor, scopeOf, unusableFor } from '../identity/scope.ts';
import { insufficientScope } from '../identity/unauthorized.ts';
import { common, type Query } from '../search/query.ts';
import { type Context, isTester } from './context.ts';

const mostRecords = 2000;
/** The whole system, of which only scopes on every type let something be asked. */
export const everyType = '*';
const noScope = {
  none: 'No scope of the token allows this',
  context: 'No scope of the token allows this: system/ is for no person, user/ for no machine',
  parameters:
    'No scope of the token allows this: one that is narrowed carries token, reference and uri parameters of its type, without modifiers and chains',
};
const readsNothing = new Set(['delegate', 'feeder', 'agent']);

/** 403 before anything is looked up: the kind reads nothing of the sort, or no scope allows it. */
export function mayAsk(context: Context, interaction: Interaction, type: string): void {
  const text = unlawful(context, interaction, type);
  if (text !== undefined) throw refuse('forbidden', text);
  if (scopeOf(context.caller, interaction, type) === 'none') throw beyondScopes(context, interaction, type);
}

/** For what tells of the type otherwise than by its resources: scopes narrowed to some of them are not enough. */
export function mayAskWhole(context: Context, interaction: Interaction, type: string): void {
  mayAsk(context, interaction, type);
  if (isNarrowed(context.caller, interaction, type)) throw beyondScopes(context, interaction, type);
}

export function isAskable(context: Context, interaction: Interaction, type: string): boolean {
  return isLawful(context, interaction, type) && scopeOf(context.caller, interaction, type) !== 'none';
}

/** Whether it could be asked with scopes enough. */
export function isLawful(context: Context, interaction: Interaction, type: string): boolean {
  return unlawful(context, interaction, type) === undefined;
}

export function beyondScopes({ caller }: Context, interaction: Interaction, type: string, text?: string): Refusal {
  const why = text ?? noScope[unusableFor(caller, interaction, type) ?? 'none'];
  return insufficientScope(why, scopeFor(caller, interaction, type));
}

function unlawful({ caller }: Context, interaction: Interaction, type: string): string | undefined {
  const reads = interaction === 'r' || interaction === 's';
  if (!reads && caller.mode === 'ETREAT') return 'Centre 15 reads only';
  const isShut = reads && !hasDirectory(type) && (readsNothing.has(caller.who.kind) || caller.who.kind === 'operator');
  return isShut ? 'You may not read this' : undefined;
}

/** The record that the token's scopes are bound to, if they are: the holder's own, a relative's, else the launch context. */
export async function askingFor(context: Context, interaction: Interaction, type: string): Promise<Asking> {
  const { caller, moments, statute } = context;
  const asking = { caller, now: moments.now, statute };
  if (scopeOf(caller, interaction, type) !== 'patient') return asking;
  return { ...asking, bound: caller.patient ?? (await ownKey(context)) ?? '' };
}

/** The rows of the type that the token's scopes are about. */
export async function narrowingFor(context: Context, interaction: Interaction, type: string): Promise<Filter> {
  const { caller } = context;
  if (!isNarrowed(caller, interaction, type)) return all;
  return narrowing(caller, interaction, type, caller.patient ?? (await ownKey(context)) ?? '');
}

/** What the keys allow, as far as the scopes reach; absent keys: every record that the caller may see, and his own deposits. */
export async function permissionFor(
  context: Context,
  interaction: Interaction,
  type: string,
  keys: readonly string[] | undefined,
): Promise<Permission> {
  const permission = await lawfulFor(context, interaction, type, keys);
  return narrowed(permission, await narrowingFor(context, interaction, type));
}

/** The same, whatever resources of the type the scopes are about. */
export async function lawfulFor(
  context: Context,
  interaction: Interaction,
  type: string,
  keys: readonly string[] | undefined,
): Promise<Permission> {
  const asking = await askingFor(context, interaction, type);
  if (isTester(context)) return authorizeTester(asking);
  if (isDirectory(type)) return authorizeDirectory(asking);
  if (keys !== undefined) return authorize(asking, await recordsAt(context, keys), await delegatedBy(context));
  const { who } = context.caller;
  const own = await boundKey(context, asking);
  if (own !== undefined) return authorize(asking, await recordsAt(context, [own]));
  if (who.kind !== 'professional' && who.kind !== 'structure') return authorize(asking, []);
  const naming = who.kind === 'professional' ? await context.store.records.naming(namesOf(who), mostRecords + 1) : [];
  if (naming.length > mostRecords) throw refuse('too-costly', 'Too many records share with you: name a patient', 'http.patient');
  const practice = type === 'Consent' || type === everyType ? await practiceOf(context) : undefined;
  return authorizeEverywhere(asking, practice === undefined ? naming : [...naming, practice]);
}

async function boundKey(context: Context, { bound }: Asking): Promise<string | undefined> {
  const { caller, store } = context;
  if (bound !== undefined) return bound;
  if (caller.mode !== 'TREAT') return caller.patient ?? (caller.person && (await store.records.keyOf(caller.person))) ?? '';
  return await ownKey(context);
}

/** The one record of a holder or a related person. */
async function ownKey({ caller: { who }, store }: Context): Promise<string | undefined> {
  if (who.kind === 'holder') return who.patient ?? (who.ins && (await store.records.keyOf(who.ins))) ?? '';
  return who.kind === 'related' ? (keyOfId(who.related) ?? '') : undefined;
}

export async function recordsAt({ store }: Context, keys: readonly string[]): Promise<readonly AccessRecord[]> {
  if (keys.length > mostRecords) throw refuse('too-costly', 'Too many patients named at once', 'http.patient');
  return await store.records.several([...new Set(keys)]);
}

/** The row of a doctor's delegations: his own, or that of the doctor for whom a delegate acts. */
export async function practiceOf({
  caller: { who },
  store,
}: {
  readonly caller: Caller;
  readonly store: Context['store'];
}): Promise<AccessRecord | undefined> {
  return who.kind === 'professional' || who.kind === 'delegate' ? await store.records.current(`p:${who.rpps}`) : undefined;
}

/** A delegate's rights rest on the doctor's delegations. */
export async function delegatedBy(context: Context): Promise<AccessRecord | undefined> {
  return context.caller.who.kind === 'delegate' ? await practiceOf(context) : undefined;
}

/** Where a row of this id can be: the record that it carries, or the caller's own practice; undefined for a trace of no record. */
export function keysOfId(context: Context, type: string, id: string): readonly string[] | undefined {
  if (isOfNoRecord(type, id)) return undefined;
  const key = keyOfId(id);
  return withPractice(context, type, key === undefined ? [] : [key]);
}

function isOfNoRecord(type: string, id: string): boolean {
  return type === 'AuditEvent' && keyOfId(id) === id;
}

/** No id tells of a delegation whose it is. */
export function withPractice(
  { caller: { who } }: Context,
  type: string,
  keys: readonly string[] | undefined,
): readonly string[] | undefined {
  return keys !== undefined && type === 'Consent' && who.kind === 'professional' ? [...keys, `p:${who.rpps}`] : keys;
}

/** The only records in which something can be found, by `rec` conditions and by the form of ids. */
export function keysNamed(type: string, query: Pick<Query, 'records' | 'ids'>, filter: Filter): readonly string[] | undefined {
  const ids = common([query.ids, idsNamed(filter)]);
  const byId = ids === undefined || ids.some((id) => isOfNoRecord(type, id)) ? undefined : ids.flatMap((id) => keyOfId(id) ?? []);
  return common([valuesNamed('rec', filter), query.records, byId]);
}

/** The only ids that something found can have. */
export function idsNamed(filter: Filter): readonly string[] | undefined {
  return valuesNamed('_id', filter);
}

function valuesNamed(field: string, filter: Filter): readonly string[] | undefined {
  const lists = conjunctsOf(filter).map((part) => {
    if (part.op === 'none') return [];
    if (part.op === 'equals' && part.field === field) return [String(part.value)];
    return part.op === 'in' && part.field === field ? part.values.map(String) : undefined;
  });
  return common(lists);
}

function conjunctsOf(filter: Filter): readonly Filter[] {
  return filter.op === 'and' ? filter.of : [filter];
}
