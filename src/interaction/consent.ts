// Writing a Consent: compiled before it is accepted, and the record's access state replaced in the same transaction.
// https://hl7.org/fhir/R4/consent.html
import { actorKey, type CompiledConsent, compileConsent, kindOf, type Resolved, referencesOf } from '../access/consent.ts';
import { judgeRuleLabels } from '../access/deposit.ts';
import { targetsOf } from '../access/inherit.ts';
import { noDeposits } from '../access/opening.ts';
import type { AccessRecord, Actor, ConsentKind, ConsentRule } from '../access/record.ts';
import { depositorOf } from '../access/standing.ts';
import { endedBy, newRecord, withConsent, withGuardian } from '../access/state.ts';
import { judgeAuthor, judgeConsent, judgePlace } from '../access/wish.ts';
import { newId } from '../fhir/id.ts';
import type { JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import { oneOf } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';
import type { Amendment } from '../store/commit.ts';
import { actorOf, secretaryOf } from './actor.ts';
import type { Context } from './context.ts';
import { askingFor, lawfulFor } from './reach.ts';
import { recordNamedBy } from './record.ts';
import { newRow, nextRow, resourceOfRow } from './row.ts';
import type { Draft, Ready } from './write.ts';

export async function consentWork(context: Context, { resource: sent, id: given }: Draft): Promise<Ready> {
  const asking = await askingFor(context, 'c', 'Consent');
  const kind = kindOf(sent);
  if (kind === undefined) throw refuse('invalid', 'Exactly one category of consent-kind is required', 'Consent.category');
  judgeAuthor(asking, kind);
  const record = await recordOf(context, kind, sent);
  judgePlace(asking, record, kind);
  judgeRuleLabels(asking, record, sent);
  const id = given ?? newId(context.ids, record.key);
  const consent = { ...sent, id };
  const { rule, doubts } = await compiled(context, kind, consent, record);
  if (doubts.length > 0) throw new Refusal('invalid', doubts);
  judgeConsent(asking, record, kind, rule);
  return {
    id,
    expects: record.version === 0 ? new Map() : new Map([[record.key, record.version]]),
    insert: [{ type: 'Consent', row: newRow(context, { type: 'Consent', id, resource: consent, rec: record.key }) }],
    ...stateWith(context, record, id, rule),
  };
}

/** The record without a related person, and without the mandates that name her. */
export function stateWithout(context: Context, record: AccessRecord, related: string): Pick<Ready, 'record' | 'amend'> {
  const mandates = record.consents.filter(({ kind, root }) => kind === 'mandate' && root.actors?.includes(`r:${related}`));
  const without = mandates.reduce((state, { id }) => withConsent(state, id, undefined), withGuardian(record, related, undefined));
  return { record: { ...without, version: record.version + 1 }, amend: mandates.map(({ id }) => inactivated(context, id)) };
}

/** The record with the Consent as it now is, and without those that it ends. */
export function stateWith(
  context: Context,
  record: AccessRecord,
  id: string,
  rule: ConsentRule | undefined,
): Pick<Ready, 'record' | 'amend'> {
  const ended = rule ? endedBy(record, rule) : [];
  const without = ended.reduce((state, gone) => withConsent(state, gone, undefined), record);
  return {
    record: { ...withConsent(without, id, rule), version: record.version + 1 },
    amend: ended.map((gone) => inactivated(context, gone)),
  };
}

/** A delegation is of no patient: it stands in the row of the doctor's practice, made at his first. */
async function recordOf(context: Context, kind: ConsentKind, consent: JsonObject): Promise<AccessRecord> {
  const { store, caller, trail } = context;
  if (kind === 'delegation') {
    if (consent.patient !== undefined) throw refuse('invalid', 'A delegation names no patient', 'Consent.patient');
    const key = depositorOf(caller);
    return (await store.records.current(key)) ?? { ...newRecord(key, key), version: 0 };
  }
  const key = recordNamedBy(context, 'Consent', consent);
  const record = key === undefined ? undefined : await store.records.current(key);
  if (!record) throw noDeposits();
  trail.record = record.key;
  return record;
}

export async function compiled(
  context: Context,
  kind: ConsentKind,
  consent: JsonObject,
  record: AccessRecord,
): Promise<CompiledConsent> {
  return compileConsent(consent, await resolved(context, kind, consent, record), context.statute);
}

async function resolved(context: Context, kind: ConsentKind, consent: JsonObject, record: AccessRecord): Promise<Resolved> {
  const references = referencesOf(consent);
  const actors = new Map<string, Actor>();
  for (const reference of references.actors) {
    const actor = kind === 'delegation' ? secretaryOf(reference) : await actorOf(context, reference, record);
    if (actor !== undefined) actors.set(actorKey(reference), actor);
  }
  return { actors, covered: await coveredBy(context, references.data, record) };
}

/** The documents named that the writer sees, with what they superseded, which is no more visible than they; any other is taken as sent. */
export async function coveredBy(
  context: Context,
  literals: readonly string[],
  record: AccessRecord,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const covered = new Map<string, readonly string[]>();
  for (const literal of literals) {
    const { type, id, base } = parseReference(literal) ?? {};
    if (type !== 'DocumentReference' || id === undefined) continue;
    if (base !== undefined && base !== context.baseUrl) continue;
    covered.set(literal, await withSuperseded(context, id, record));
  }
  return covered;
}

async function withSuperseded(context: Context, id: string, { key }: AccessRecord): Promise<readonly string[]> {
  const found = new Set([id]);
  const permission = await lawfulFor(context, 'r', 'DocumentReference', [key]);
  const reading = context.store.reading(context.moments);
  for (let next: readonly string[] = [id]; next.length > 0; ) {
    const rows = await reading.find('DocumentReference', permission, { filter: oneOf('_id', next), limit: next.length });
    const targets = rows.flatMap((row) => targetsOf(resourceOfRow(row)));
    next = [...new Set(targets.flatMap((target) => (target.code === 'replaces' ? [target.id] : [])))].filter(
      (one) => !found.has(one),
    );
    for (const one of next) found.add(one);
  }
  return [...found];
}

function inactivated(context: Context, id: string): Amendment {
  return {
    type: 'Consent',
    id,
    change: (row: Row) => nextRow(context, 'Consent', row, { ...resourceOfRow(row), status: 'inactive' }),
  };
}
