// $revoke and $unblock: what an actor was permitted or refused is taken back, each Consent as PATCH Consent/{id} changes it, all or none.
// Their definitions: profiles/OperationDefinition-revoke.json, profiles/OperationDefinition-unblock.json
import { type AccessRecord, type Actor, type ConsentRule, isBlock } from '../access/record.ts';
import type { Touched } from '../audit/trace.ts';
import { endOfTime } from '../fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { accountOf } from '../interaction/account.ts';
import { actorOf } from '../interaction/actor.ts';
import { coveredBy } from '../interaction/consent.ts';
import { type Answer, type Context, capabilityOf } from '../interaction/context.ts';
import { mayAsk } from '../interaction/reach.ts';
import { knownRecord } from '../interaction/read.ts';
import { revise } from '../interaction/revise.ts';
import { type Preference, shown, type Written } from '../interaction/shown.ts';
import { writable } from '../interaction/target.ts';
import { type Input, inputOf, valuesOf } from './input.ts';
import { idOf, type Operation } from './operation.ts';
import { actorIn } from './wish-text.ts';

/** `actor` undefined: rules that name nobody. */
type Sought = { readonly actor: Actor | undefined; readonly purposes: readonly unknown[]; readonly data: ReadonlySet<string> };
type Test = (rule: ConsentRule, sought: Sought) => boolean;

export const revoke = undoing('revoke', ({ root }, { actor, purposes }) => {
  const isForHim = actor === undefined ? root.actors === undefined : (root.actors?.includes(actor) ?? false);
  const isForThat = purposes.length === 0 || (root.purposes ?? ['TREAT']).some((purpose) => purposes.includes(purpose));
  return root.type === 'permit' && isForHim && isForThat;
});

export const unblock = undoing('unblock', (rule, { actor, data }) => {
  const { root } = rule;
  if (root.type !== 'deny' || actor === undefined || !root.actors?.includes(actor)) return false;
  return data.size === 0 ? isBlock(rule) : (root.data?.every((id) => data.has(id)) ?? false);
});

function undoing(name: string, test: Test): Operation {
  return async (context, call) => {
    capabilityOf(context, 'Consent');
    mayAsk(context, 'u', 'Consent');
    const input = inputOf(context.conformance, name, call);
    judgeData(input);
    const { store } = context;
    const key = idOf(call);
    context.trail.record = await knownRecord(context, [key]);
    const written = await store.steady(
      async () => await store.transaction(async (inside) => await undo({ ...context, store: inside }, key, input, test)),
    );
    return await told(context, written, call.prefer);
  };
}

/** Without one that can be read it would be taken for nothing said, which lifts the block itself. */
function judgeData(input: Input): void {
  const odd = input.get('data')?.find(({ value }) => literalOf(value) === undefined);
  if (odd) throw refuse('invalid', 'A literal reference is required', odd.at);
}

function literalOf(reference: unknown): string | undefined {
  return isObject(reference) ? textOf(reference.reference) : undefined;
}

/** What is hidden, what is another's and what never was is not found, one as the other. */
async function undo(context: Context, key: string, input: Input, test: Test): Promise<readonly Written[]> {
  const { store, moments } = context;
  const record = await store.records.current(key);
  const sought = record && (await soughtIn(context, record, input));
  if (record === undefined || sought === undefined) throw notFound();
  const touched: Touched[] = [];
  const gathering: Context = { ...context, gather: (more) => void touched.push(...more) };
  const written: Written[] = [];
  for (const rule of record.consents) {
    const hasEnded = (rule.root.period?.high ?? endOfTime) < moments.now;
    if (rule.kind !== 'sharing' || hasEnded || !test(rule, sought)) continue;
    const found = await writable(gathering, 'u', 'Consent', rule.id);
    if ('absent' in found) continue;
    const version = await revise(gathering, 'Consent', found, (before) => without(before, rule, sought.actor));
    written.push({ type: 'Consent', id: rule.id, status: 200, version, located: false });
  }
  if (written.length === 0) throw notFound();
  await store.trace(accountOf(context, { status: 200, touched }));
  return written;
}

/** Undefined where nobody can be meant. */
async function soughtIn(context: Context, record: AccessRecord, input: Input): Promise<Sought | undefined> {
  const reference = actorIn(context.caller, input);
  const actor = reference && (await actorOf(context, reference, record));
  if (reference !== undefined && actor === undefined) return undefined;
  const literals = valuesOf(input, 'data').flatMap((one) => literalOf(one) ?? []);
  const covered = await coveredBy(context, literals, record);
  const data = literals.flatMap((literal) => covered.get(literal) ?? [literal.slice(literal.lastIndexOf('/') + 1)]);
  return { actor, purposes: valuesOf(input, 'purpose'), data: new Set(data) };
}

/** Whom a Consent names beside him keeps it. */
function without(consent: JsonObject, { root }: ConsentRule, actor: Actor | undefined): JsonObject {
  const provision = isObject(consent.provision) ? consent.provision : {};
  const left = objectsOf(provision.actor).filter((_, at) => root.actors?.[at] !== actor);
  if (actor === undefined || left.length === 0) return { ...consent, status: 'inactive' };
  return { ...consent, provision: { ...provision, actor: left } };
}

async function told(context: Context, written: readonly Written[], prefer: Preference): Promise<Answer> {
  const bodies: string[] = [];
  for (const one of written) {
    const { body } = await shown(context, one, prefer);
    if (body !== undefined) bodies.push(body);
  }
  const [first] = bodies;
  if (first === undefined) return { status: 200, headers: {} };
  if (prefer === 'OperationOutcome') return { status: 200, headers: {}, body: first };
  const parameters = bodies.map((body) => `{"name":"consent","resource":${body}}`);
  return { status: 200, headers: {}, body: `{"resourceType":"Parameters","parameter":[${parameters.join(',')}]}` };
}
