// Create: the caller's right to deposit, the resource itself, then one transaction with its trace.
// https://hl7.org/fhir/R4/http.html#create
import { judgeCareTeam, judgeDeposit, judgeDepositor, judgeRelatedPerson } from '../access/deposit.ts';
import { forbidden, judgeNewRecord, noDeposits } from '../access/opening.ts';
import type { AccessRecord } from '../access/record.ts';
import { depositorOf } from '../access/standing.ts';
import { newRecord, withGuardian, withTeam } from '../access/state.ts';
import { isDirectory } from '../access/type.ts';
import { newId } from '../fhir/id.ts';
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { insSystems } from '../identity/systems.ts';
import { Taken, type Work } from '../store/commit.ts';
import { Stale } from '../store/reading.ts';
import { touchedBy } from './answer.ts';
import { consentWork } from './consent.ts';
import { type Answer, type Context, capabilityOf, isTester, traces } from './context.ts';
import { depositDocument } from './document.ts';
import { askingFor, mayAsk, practiceOf } from './reach.ts';
import { guardianOf, guardianship, teamOf } from './relation.ts';
import { newRow, recordNamedBy } from './row.ts';
import { type Preference, shown } from './shown.ts';

export type Draft = { readonly type: string; readonly resource: JsonObject; readonly prefer: Preference };
/** A write made ready: everything but its trace. */
export type Ready = Omit<Work, 'traces'> & { readonly id: string; readonly taken?: Refusal };

export async function create(context: Context, { type, resource, prefer }: Draft): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'c', type);
  if (resource.resourceType !== type) throw refuse('bad-request', `A ${type} is expected at this address`, 'resourceType');
  return await context.store.steady(async () => {
    const ready = await prepare(context, type, resource);
    await commitTraced(context, ready, 201);
    return await shown(context, type, ready.id, 201, prefer);
  });
}

export async function commitTraced(context: Context, { id: _id, taken, ...work }: Ready, status: number): Promise<void> {
  const written = [...(work.insert ?? []), ...(work.replace ?? []), ...(work.remove ?? [])].map(({ type, row }) =>
    touchedBy(type, row),
  );
  try {
    await context.store.commit({ ...work, traces: traces(context, { status, touched: written }) });
  } catch (error) {
    if (!(error instanceof Taken)) throw error;
    throw taken ?? new Stale([...work.expects.keys()]);
  }
}

/** What is refused for what it says, before what depends on the record. */
export function accept(context: Context, resource: JsonObject): void {
  const faults = context.conformance.validate(resource, isTester(context) ? 'base' : 'national');
  if (faults.length > 0) throw new Refusal('invalid', faults);
}

async function prepare(context: Context, type: string, resource: JsonObject): Promise<Ready> {
  if (type === 'DocumentReference') return await depositDocument(context, resource);
  accept(context, resource);
  if (isTester(context)) return plain(context, type, resource);
  if (isDirectory(type)) {
    if (context.caller.who.kind !== 'operator') throw forbidden();
    return plain(context, type, resource);
  }
  switch (type) {
    case 'Patient':
      return await openRecord(context, resource);
    case 'Consent':
      return await consentWork(context, resource);
    case 'CareTeam':
    case 'RelatedPerson':
      return await relate(context, type, resource);
    default:
      return await deposit(context, type, resource);
  }
}

function plain(context: Context, type: string, resource: JsonObject): Ready {
  const id = newId(context.ids, undefined);
  return { id, expects: new Map(), insert: [{ type, row: newRow(context, { type, id, resource }) }] };
}

async function deposit(context: Context, type: string, resource: JsonObject): Promise<Ready> {
  const { record, expects } = await depositInto(context, type, resource);
  const id = newId(context.ids, record.key);
  return { id, expects, insert: [{ type, row: newRow(context, { type, id, resource, rec: record.key }) }] };
}

export type Into = { readonly record: AccessRecord; readonly expects: ReadonlyMap<string, number> };

/** The record that takes the deposit, with the versions of the rules that say so. */
export async function depositInto(context: Context, type: string, resource: JsonObject, named?: string): Promise<Into> {
  const { statute, store, trail } = context;
  const asking = await askingFor(context, 'c', type);
  const what = { type, resource, category: statute.categoryOf(resource) };
  judgeDepositor(asking, what);
  const key = named ?? recordNamedBy(context, type, resource);
  const record = key === undefined ? undefined : await store.records.get(key);
  if (!record) throw noDeposits();
  trail.record = record.key;
  const practice = context.caller.who.kind === 'delegate' ? await practiceOf(context) : undefined;
  judgeDeposit(asking, record, practice, what);
  return { record, expects: new Map([record, ...(practice ? [practice] : [])].map(({ key: of, version }) => [of, version])) };
}

/** The first of the two writes of an opening: the record, in the state `new`. */
async function openRecord(context: Context, patient: JsonObject): Promise<Ready> {
  const asking = await askingFor(context, 'c', 'Patient');
  const found = objectsOf(patient.identifier).find(({ system }) => insSystems.some((one) => one === system));
  const ins = { system: textOf(found?.system) ?? '', value: textOf(found?.value) ?? '' };
  judgeNewRecord(asking, ins);
  const key = context.ids.key();
  context.trail.record = key;
  const record = newRecord(key, depositorOf(context.caller), ins, textOf(patient.birthDate));
  const row = newRow(context, { type: 'Patient', id: key, resource: patient, rec: key });
  const taken = refuse('duplicate', 'A record of this identifier exists', 'Patient.identifier');
  return { id: key, expects: new Map(), ins, record, insert: [{ type: 'Patient', row }], taken };
}

async function relate(context: Context, type: 'CareTeam' | 'RelatedPerson', resource: JsonObject): Promise<Ready> {
  const asking = await askingFor(context, 'c', type);
  const key = recordNamedBy(context, type, resource);
  const record = key === undefined ? undefined : await context.store.records.get(key);
  if (record) context.trail.record = record.key;
  if (type === 'CareTeam') judgeCareTeam(asking, record);
  else judgeRelatedPerson(asking, record, resource, guardianship(context));
  if (!record || (asking.bound !== undefined && asking.bound !== record.key)) throw noDeposits();
  const id = newId(context.ids, record.key);
  const row = newRow(context, { type, id, resource, rec: record.key });
  const next =
    type === 'CareTeam'
      ? withTeam(record, id, await teamOf(context, id, resource))
      : withGuardian(record, id, guardianOf(context, id, resource));
  return { id, expects: new Map([[record.key, record.version]]), record: next, insert: [{ type, row }] };
}
