// What every write shares: the resource accepted, the record that takes it, and one traced transaction.
// https://hl7.org/fhir/R4/http.html#transaction
import { withClosing } from '../access/closing.ts';
import { judgeDeposit, judgeDepositor } from '../access/deposit.ts';
import { hasUnknownLabel } from '../access/label.ts';
import { noDeposits } from '../access/opening.ts';
import type { AccessRecord } from '../access/record.ts';
import { depositorOf } from '../access/standing.ts';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { matches } from '../filter/matches.ts';
import type { Interaction } from '../identity/scope.ts';
import { noticeSystem } from '../identity/systems.ts';
import { Taken, type Work } from '../store/commit.ts';
import { Stale } from '../store/reading.ts';
import { accountOf, delivered, nothingKept } from './account.ts';
import { touchedBy } from './answer.ts';
import { identifierClaims } from './claim.ts';
import { type Context, codingsOf, isTester } from './context.ts';
import { askingFor, beyondScopes, delegatedBy, narrowingFor } from './reach.ts';
import { recordNamedBy } from './record.ts';

/** What is to be created. `id`: made before; `version`: later than 1 where what was deleted comes back. */
export type Draft = {
  readonly type: string;
  readonly resource: JsonObject;
  readonly id?: string;
  readonly version?: number;
};

/** A write made ready: everything but its trace. */
export type Ready = Omit<Work, 'traces' | 'notices'> & {
  readonly id: string;
  readonly taken?: Refusal;
  /** Made by the server with what the caller sent, whose trace stands for both. */
  readonly alongside?: NonNullable<Work['insert']>;
  /** Delivered as it is: traced, not written. */
  readonly seen?: NonNullable<Work['insert']>;
};

export async function commitTraced(
  context: Context,
  { id: _id, taken, seen, alongside = [], ...work }: Ready,
  status: number,
): Promise<void> {
  const written = [...(work.insert ?? []), ...(work.replace ?? []), ...(work.remove ?? []), ...(seen ?? [])].flatMap(
    ({ type, row }) => {
      const touched = [touchedBy(type, row)];
      // What somebody else deposited is read where its labels are changed.
      return row.dep === depositorOf(context.caller) ? touched : delivered(context, touched);
    },
  );
  await judgeScopes(context, 'c', _id, work.insert ?? []);
  await judgeScopes(context, 'u', _id, work.replace ?? []);
  try {
    const claims = identifiersOf(context, work.insert ?? []);
    const insert = [...(work.insert ?? []), ...alongside];
    await context.store.commit({
      ...work,
      ...(work.record && { record: await closing(context, work.record) }),
      insert,
      claims,
      ...(context.gather ? nothingKept : accountOf(context, { status, touched: written })),
    });
    context.gather?.(written);
  } catch (error) {
    if (!(error instanceof Taken)) throw error;
    throw taken ?? new Stale([...work.expects.keys()]);
  }
}

/** Whatever changes the access state, it says since when the record is closed. */
async function closing({ store, statute, moments: { now } }: Context, record: AccessRecord): Promise<AccessRecord> {
  if (record.version === 1) return record;
  const before = await store.records.get(record.key);
  if (before?.version !== record.version - 1) throw new Stale([record.key]);
  return withClosing(before, record, { statute, now });
}

/** What the caller asked to write must be what narrowed scopes are about; what follows from it need not. */
async function judgeScopes(
  context: Context,
  interaction: Interaction,
  id: string,
  rows: NonNullable<Work['insert']>,
): Promise<void> {
  for (const { type, row } of rows.filter((one) => one.row._id === id)) {
    if (!matches(await narrowingFor(context, interaction, type), { ...row }, context.moments))
      throw beyondScopes(context, interaction, type, 'No scope of the token is about a resource that says this');
  }
}

/** A conditional create that asks for one of these identifiers at the same time begins again. */
function identifiersOf({ caller }: Context, insert: NonNullable<Work['insert']>): readonly string[] {
  return insert.flatMap(({ type, row }) => identifierClaims(caller, type, row.idx));
}

/** What is refused for what it says, before what depends on the record. */
export function accept(context: Context, resource: JsonObject): void {
  const faults = context.conformance.validate(resource, isTester(context) ? 'base' : 'national');
  if (faults.length > 0) throw new Refusal('invalid', faults);
  if (!isTester(context) && hasUnknownLabel(resource))
    throw refuse('invalid', 'A visibility label must be one of ValueSet visibility', `${resource.resourceType}.meta.security`);
  if (!isTester(context) && resource.resourceType === 'Communication' && isNotice(resource))
    throw refuse('forbidden', 'A notice is written by the server alone', 'Communication.category');
}

function isNotice({ category }: JsonObject): boolean {
  return codingsOf(category).some(({ system }) => system === noticeSystem);
}

export type Into = { readonly record: AccessRecord; readonly expects: ReadonlyMap<string, number> };

/** The record that takes the deposit, with the versions of the rules that say so. */
export async function depositInto(context: Context, type: string, resource: JsonObject, named?: string): Promise<Into> {
  const { statute, store, trail } = context;
  const asking = await askingFor(context, 'c', type);
  const what = { type, resource, category: statute.categoryOf(resource) };
  judgeDepositor(asking, what);
  const key = named ?? recordNamedBy(context, type, resource);
  const record = key === undefined ? undefined : await store.records.current(key);
  if (!record) throw noDeposits();
  trail.record = record.key;
  const practice = await delegatedBy(context);
  judgeDeposit(asking, record, practice, what);
  return { record, expects: new Map([record, ...(practice ? [practice] : [])].map(({ key: of, version }) => [of, version])) };
}
