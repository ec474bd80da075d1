// Create: the caller's right to deposit, the resource itself, then one transaction with its trace.
// https://hl7.org/fhir/R4/http.html#create
import { judgeCareTeam, judgeRelatedPerson, judgeRuleLabels } from '../access/deposit.ts';
import { forbidden, judgeNewRecord, judgeReach, noDeposits } from '../access/opening.ts';
import { depositorOf } from '../access/standing.ts';
import { newRecord, withGuardian, withTeam } from '../access/state.ts';
import { isDirectory } from '../access/type.ts';
import { newId } from '../fhir/id.ts';
import { type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { insSystems } from '../identity/systems.ts';
import { consentWork } from './consent.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { depositDocument } from './document.ts';
import { askingFor, mayAsk } from './reach.ts';
import { guardianOf, guardianship, teamOf } from './relation.ts';
import { newRow, recordNamedBy } from './row.ts';
import { type Preference, shown } from './shown.ts';
import { accept, commitTraced, depositInto, type Ready } from './write.ts';

export type Draft = { readonly type: string; readonly resource: JsonObject; readonly prefer: Preference };

export async function create(context: Context, { type, resource, prefer }: Draft): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'c', type);
  if (resource.resourceType !== type) throw refuse('bad-request', `A ${type} is expected at this address`, 'resourceType');
  const id = await context.store.steady(async () => {
    const ready = await prepare(context, type, resource);
    await commitTraced(context, ready, 201);
    return ready.id;
  });
  return await shown(context, type, id, 201, prefer);
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

/** The first of the two writes of an opening: the record, in the state `new`. */
async function openRecord(context: Context, patient: JsonObject): Promise<Ready> {
  const asking = await askingFor(context, 'c', 'Patient');
  const found = objectsOf(patient.identifier).find(({ system }) => insSystems.some((one) => one === system));
  const ins = { system: textOf(found?.system) ?? '', value: textOf(found?.value) ?? '' };
  judgeNewRecord(asking, ins);
  judgeRuleLabels(asking, undefined, patient);
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
  const record = key === undefined ? undefined : await context.store.records.current(key);
  if (record) context.trail.record = record.key;
  if (type === 'CareTeam') judgeCareTeam(asking, record);
  else judgeRelatedPerson(asking, record, resource, guardianship(context));
  if (!record) throw noDeposits();
  judgeReach(asking, record);
  judgeRuleLabels(asking, record, resource);
  const id = newId(context.ids, record.key);
  const row = newRow(context, { type, id, resource, rec: record.key });
  const next =
    type === 'CareTeam'
      ? withTeam(record, id, await teamOf(context, id, resource))
      : withGuardian(record, id, guardianOf(context, id, resource));
  return { id, expects: new Map([[record.key, record.version]]), record: next, insert: [{ type, row }] };
}
