// Create: the caller's right to deposit, the resource itself, then one transaction with its trace.
// https://hl7.org/fhir/R4/http.html#create

import { judgeCareTeam, judgeRelatedPerson, judgeRuleLabels } from '../access/deposit.ts';
import { forbidden, judgeNewRecord, judgeReach, noDeposits } from '../access/opening.ts';
import { depositorOf } from '../access/standing.ts';
import { newRecord, withGuardian, withTeam } from '../access/state.ts';
import { isInDirectory } from '../access/type.ts';
import { newId } from '../fhir/id.ts';
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { isInsSystem } from '../identity/identifiers.ts';
import type { Parameters } from '../search/query.ts';
import { consentWork } from './consent.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { claimsOf, existingOf } from './criteria.ts';
import { depositDocument } from './document.ts';
import { publishOnce } from './mhd/publish.ts';
import { pointed } from './pointing.ts';
import { askingFor, mayAsk } from './reach.ts';
import { recordNamedBy } from './record.ts';
import { guardianOf, guardianship, teamOf } from './relation.ts';
import { newRow } from './row.ts';
import { type Preference, shown } from './shown.ts';
import { readAhead } from './understood.ts';
import { accept, commitTraced, type Draft, depositInto, type Ready } from './write.ts';

export type CreateRequest = {
  readonly type: string;
  readonly resource: JsonObject;
  readonly prefer: Preference;
  /** Criteria of If-None-Exist. */
  readonly ifNoneExist?: Parameters;
  /** Made before, where a Bundle refers to it. */
  readonly newId?: string;
};

export async function create(context: Context, asked: CreateRequest): Promise<Answer> {
  const { type, resource, prefer, ifNoneExist } = asked;
  capabilityOf(context, type);
  mayAsk(context, 'c', type);
  if (resource.resourceType !== type) throw refuse('bad-request', `A ${type} is expected at this address`, 'resourceType');
  const { store } = context;
  await readAhead(context, [resource]);
  const { id, status, version } = await store.steady(async () => {
    if (isPublication(context, asked))
      return await publishOnce(context, resource, async (inside) => await createNow(inside, draftOf(asked)));
    if (ifNoneExist === undefined) return { id: await createNow(context, draftOf(asked)), status: 201, version: 1 };
    return await store.transaction(
      async (inside) => await createUnless({ ...context, store: inside }, asked, ifNoneExist),
      claimsOf(context, type, ifNoneExist),
    );
  });
  return await shown(context, { type, id, status, version, located: true, found: status === 200 }, prefer);
}

/** A document sent by itself, with the name that its source gave it (ITI-105). */
function isPublication(context: Context, { type, resource, ifNoneExist, newId }: CreateRequest): boolean {
  const isAlone = ifNoneExist === undefined && newId === undefined;
  return isAlone && type === 'DocumentReference' && resource.masterIdentifier !== undefined && !isTester(context);
}

type Done = { readonly id: string; readonly status: number; readonly version: number };

/** Race-free: whoever asks the same, or creates the same identifier, at the same time waits or begins again. */
async function createUnless(context: Context, asked: CreateRequest, criteria: Parameters): Promise<Done> {
  const { type, resource } = asked;
  const [existing, second] = await existingOf(context, type, criteria, resource);
  if (second) throw refuse('precondition-failed', 'More than one resource meets the criteria', 'http.If-None-Exist');
  if (existing) return { id: existing._id, status: 200, version: existing.v };
  return { id: await createNow(context, draftOf(asked)), status: 201, version: 1 };
}

function draftOf({ type, resource, newId: id }: CreateRequest): Draft {
  return { type, resource, ...(id === undefined ? {} : { id }) };
}

/** Gives the id. */
export async function createNow(context: Context, draft: Draft): Promise<string> {
  const ready = await prepare(context, draft);
  await commitTraced(context, ready, 201);
  return ready.id;
}

export async function prepare(context: Context, draft: Draft): Promise<Ready> {
  const { type, resource } = draft;
  if (type === 'DocumentReference') return await depositDocument(context, draft);
  accept(context, resource);
  if (isTester(context)) return plain(context, draft);
  if (isInDirectory(type, resource)) {
    if (context.caller.who.kind !== 'operator') throw forbidden();
    return plain(context, draft);
  }
  switch (type) {
    case 'Patient':
      return await openRecord(context, draft);
    case 'Consent':
      return await consentWork(context, draft);
    case 'CareTeam':
    case 'RelatedPerson':
      return await relate(context, type, draft);
    default:
      return await deposit(context, draft);
  }
}

function plain(context: Context, draft: Draft): Ready {
  const id = draft.id ?? newId(context.ids, undefined);
  return { id, expects: new Map(), insert: [{ type: draft.type, row: newRow(context, { ...draft, id }) }] };
}

async function deposit(context: Context, { type, resource, id: given }: Draft): Promise<Ready> {
  const { record, expects } = await depositInto(context, type, resource);
  const id = given ?? newId(context.ids, record.key);
  const row = await pointed(context, type, newRow(context, { type, id, resource, rec: record.key }));
  return { id, expects, insert: [{ type, row }] };
}

/** The first of the two writes of an opening: the record, in the state `new`. */
async function openRecord(context: Context, { resource: patient, id: given }: Draft): Promise<Ready> {
  const asking = await askingFor(context, 'c', 'Patient');
  const found = objectsOf(patient.identifier).find(({ system }) => isInsSystem(system));
  const ins = { system: textOf(found?.system) ?? '', value: textOf(found?.value) ?? '' };
  judgeNewRecord(asking, ins);
  judgeRuleLabels(asking, undefined, patient);
  const key = given ?? context.ids.key();
  context.trail.record = key;
  const record = newRecord(key, depositorOf(context.caller), ins, textOf(patient.birthDate));
  const row = newRow(context, { type: 'Patient', id: key, resource: patient, rec: key });
  const taken = refuse('duplicate', 'A record of this identifier exists', 'Patient.identifier');
  return { id: key, expects: new Map(), ins, record, insert: [{ type: 'Patient', row }], taken };
}

async function relate(context: Context, type: 'CareTeam' | 'RelatedPerson', { resource, id: given }: Draft): Promise<Ready> {
  const asking = await askingFor(context, 'c', type);
  const key = recordNamedBy(context, type, resource);
  const record = key === undefined ? undefined : await context.store.records.current(key);
  if (record) context.trail.record = record.key;
  if (type === 'CareTeam') judgeCareTeam(asking, record);
  else judgeRelatedPerson(asking, record, resource, guardianship(context));
  if (!record) throw noDeposits();
  judgeReach(asking, record);
  judgeRuleLabels(asking, record, resource);
  const id = given ?? newId(context.ids, record.key);
  const row = newRow(context, { type, id, resource, rec: record.key });
  const next =
    type === 'CareTeam'
      ? withTeam(record, id, await teamOf(context, id, resource))
      : withGuardian(record, id, guardianOf(context, id, resource));
  return { id, expects: new Map([[record.key, record.version]]), record: next, insert: [{ type, row }] };
}
