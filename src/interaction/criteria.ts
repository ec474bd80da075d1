// The rows that the criteria of a conditional interaction find: its own, and what the caller may see or change, nothing else.
// https://hl7.org/fhir/R4/http.html#ccreate, https://hl7.org/fhir/R4/http.html#cond-update
import { createHash } from 'node:crypto';
import { reaches } from '../access/opening.ts';
import { depositorOf } from '../access/standing.ts';
import { isDirectory, isInDirectory } from '../access/type.ts';
import type { JsonObject } from '../fhir/json.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { and, equals, type Filter } from '../filter/filter.ts';
import { isInsSystem } from '../identity/identifiers.ts';
import { type Interaction, scopeOf } from '../identity/scope.ts';
import type { Parameters, Query } from '../search/query.ts';
import { resolveSearch } from '../search/resolve.ts';
import type { Found } from '../store/reading.ts';
import { linksFor } from './chain.ts';
import { identifierClaims } from './claim.ts';
import { type Context, isTester } from './context.ts';
import { knowsIdentity } from './identity.ts';
import { queryFor } from './query.ts';
import { askingFor, keysNamed, narrowingFor, permissionFor, withPractice } from './reach.ts';
import { recordNamedBy } from './record.ts';
import type { Target } from './target.ts';

type Criteria = {
  readonly type: string;
  readonly criteria: Parameters;
  readonly interaction: Interaction;
  readonly under: 'read' | 'write';
  /** The record in which to look where the criteria name none. */
  readonly key?: string | undefined;
  readonly and?: Filter;
};

/** At most two of the rows that the criteria find: one is an answer, two are too many. */
async function matching(context: Context, asked: Criteria): Promise<readonly Found[]> {
  const { type, criteria, interaction, under, key } = asked;
  const query = parse(context, type, criteria);
  const reading = context.store.reading(context.moments);
  const filter = await resolveSearch(query, linksFor(context, reading));
  const named = isDirectory(type) ? undefined : withPractice(context, type, keysNamed(type, query, filter));
  const keys = named ?? (key === undefined || readsAnywhere(context) ? undefined : [key]);
  const permission = await permissionFor(context, interaction, type, isTester(context) ? undefined : keys);
  return await reading.find(type, permission, { filter: asked.and ? and(filter, asked.and) : filter, limit: 2, under });
}

/** Whoever has a Permission over records that he does not name. */
function readsAnywhere({ caller: { who } }: Context): boolean {
  return who.kind !== 'feeder' && who.kind !== 'delegate' && who.kind !== 'agent';
}

function parse(context: Context, type: string, criteria: Parameters): Query {
  return queryFor(context, type, judgeCriteria(criteria), false);
}

/** The id of the one row that the criteria find; undefined where there is none, 412 where there are more. */
export async function oneMatching(context: Context, criteria: Criteria): Promise<string | undefined> {
  const [row, second] = await matching(context, criteria);
  if (second) throw refuse('precondition-failed', 'More than one resource meets the criteria');
  return row?._id;
}

/** Runs on the id, or on the one row that the criteria find: what holds when it is found holds when it is written. */
export async function onTarget<T>(
  context: Context,
  { type, target, interaction }: { readonly type: string; readonly target: Target; readonly interaction: 'u' | 'd' },
  run: (context: Context, id: string) => Promise<T>,
): Promise<T> {
  const { store } = context;
  return await store.steady(async () => {
    if ('id' in target) return await run(context, target.id);
    return await store.transaction(async (inside) => {
      const within = { ...context, store: inside };
      const criteria = { type, criteria: target.criteria, interaction, under: 'write' } as const;
      const id = await oneMatching(within, { ...criteria, and: await searchable(within, type) });
      if (id === undefined) throw notFound();
      return await run(within, id);
    });
  });
}

/** What the criteria of a change may find: what the token may search, or the caller's own deposits alone. */
export async function searchable(context: Context, type: string): Promise<Filter> {
  if (scopeOf(context.caller, 's', type) === 'none') return equals('dep', depositorOf(context.caller));
  return await narrowingFor(context, 's', type);
}

/** What a conditional create finds: the caller's own deposits, what he may see, and the record of an exact INS. */
export async function existingOf(
  context: Context,
  type: string,
  criteria: Parameters,
  resource: JsonObject,
): Promise<readonly Pick<Found, '_id' | 'v'>[]> {
  const known = type === 'Patient' ? await recordOfIns(context, criteria) : undefined;
  if (known !== undefined) return [{ _id: known, v: 1 }];
  const asked = { type, criteria, interaction: 'c', key: recordAround(context, type, resource) } as const;
  const own = equals('dep', depositorOf(context.caller));
  // A token that may not read finds its own deposits alone.
  const mayLook = scopeOf(context.caller, 's', type) !== 'none';
  const within = await narrowingFor(context, 's', type);
  const seen = mayLook ? await matching(context, { ...asked, under: 'read', and: within }) : [];
  const mine = await matching(context, { ...asked, under: 'write', and: own });
  return [...new Map([...seen, ...mine].map((row) => [row._id, row])).values()];
}

/** The record in which criteria look for what is to be, where they name none. */
export function recordAround(context: Context, type: string, resource: JsonObject): string | undefined {
  const isOfNone = isTester(context) || isInDirectory(type, resource) || type === 'Patient';
  return isOfNone ? undefined : recordNamedBy(context, type, resource);
}

/** What a conditional reference leads to: exactly one resource that the caller may see, or the record of an exact INS. */
export async function oneReferenced(context: Context, type: string, criteria: Parameters): Promise<string> {
  const known = type === 'Patient' ? await recordOfIns(context, criteria) : undefined;
  if (known !== undefined) return known;
  const mayLook = context.conformance.types.has(type) && scopeOf(context.caller, 's', type) !== 'none';
  const id = mayLook ? await oneMatching(context, { type, criteria, interaction: 's', under: 'read' }) : undefined;
  if (id === undefined) throw refuse('precondition-failed', 'No resource meets the criteria');
  return id;
}

/** The third place of minimal identity. */
async function recordOfIns(context: Context, criteria: Parameters): Promise<string | undefined> {
  const { identity } = parse(context, 'Patient', criteria);
  if (!identity || !knowsIdentity(context) || !isInsSystem(identity.system)) return undefined;
  const key = await context.store.records.keyOf(identity);
  const record = key === undefined ? undefined : await context.store.records.get(key);
  return record && reaches(await askingFor(context, 's', 'Patient'), record) ? record.key : undefined;
}

/** The same criteria, and the identifiers among them, as names that two writers may not have at once. */
export function claimsOf(context: Context, type: string, criteria: Parameters): readonly string[] {
  const { conditions } = parse(context, type, criteria);
  const tokens = conditions.flatMap((condition) =>
    condition.op === 'equals' && condition.field === 'idx'
      ? identifierClaims(context.caller, type, [String(condition.value)])
      : [],
  );
  const digest = createHash('sha256').update(JSON.stringify(criteria)).digest('base64url');
  return [...tokens, `${type}|${depositorOf(context.caller)}|${digest}`];
}

const ofTheAnswer = /^_(sort|count|total|summary|elements|include|revinclude|contained|containedType|format|pretty|page)(:|$)/;

/** Criteria select; they do not arrange an answer. */
function judgeCriteria(criteria: Parameters): Parameters {
  const odd = criteria.find(([name]) => ofTheAnswer.test(name));
  if (odd !== undefined) throw refuse('bad-parameter', 'This is no criterion', `http.${odd[0].slice(0, 64)}`);
  if (criteria.length === 0) throw refuse('bad-request', 'Criteria are required where no id is given');
  return criteria;
}
