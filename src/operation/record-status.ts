// $record-status: whether a record exists, is open and is shared with the caller, for whoever knows the exact INS.
// Its definition: profiles/OperationDefinition-record-status.json
import { forbidden, reaches } from '../access/opening.ts';
import type { AccessRecord } from '../access/record.ts';
import { isOwn } from '../access/standing.ts';
import { refuse } from '../fhir/outcome.ts';
import { all } from '../filter/filter.ts';
import type { Ins } from '../identity/caller.ts';
import { isInsSystem, isSameIns } from '../identity/identifiers.ts';
import { isNarrowed, scopeOf } from '../identity/scope.ts';
import { leave, touchedBy } from '../interaction/answer.ts';
import { type Answer, type Context, isTester } from '../interaction/context.ts';
import { mayKnowIdentity } from '../interaction/identity.ts';
import { askingFor, beyondScopes, permissionFor } from '../interaction/reach.ts';
import { firstOf, type Given, inputOf } from './input.ts';
import { type Call, parametersOf } from './operation.ts';
import { closingOf, statusOf } from './record-life.ts';

export async function recordStatus(context: Context, call: Call): Promise<Answer> {
  const { caller, store } = context;
  const isHolder = caller.who.kind === 'holder';
  if (isTester(context) || (!isHolder && !mayKnowIdentity(context)))
    throw forbidden('Only who may open, feed or read a record may ask this');
  // It tells of the record, whatever its Patient says.
  if (scopeOf(caller, 's', 'Patient') === 'none' || isNarrowed(caller, 's', 'Patient'))
    throw beyondScopes(context, 's', 'Patient');
  const ins = insIn(firstOf(inputOf(context.conformance, 'record-status', call), 'identifier'));
  return await store.steady(async () => await find(context, ins));
}

function insIn(given: Given | undefined): Ins {
  const [system, value, ...more] = String(given?.value ?? '').split('|');
  if (system !== undefined && value !== undefined && value !== '' && more.length === 0 && isInsSystem(system))
    return { system, value };
  throw refuse('bad-parameter', 'identifier is an INS: system|value', given?.at);
}

async function find(context: Context, ins: Ins): Promise<Answer> {
  const { caller, store, moments, trail } = context;
  const key = await store.records.keyOf(ins);
  const record = key === undefined ? undefined : await store.records.get(key);
  await judgeOwn(context, ins, record);
  const reading = store.reading(moments);
  const permission = await permissionFor(context, 's', 'Patient', record ? [record.key] : []);
  // Also the guard: what is said of the record is what it is now.
  const [patient] = await reading.find('Patient', permission, { filter: all, limit: 1 });
  trail.record = record?.key;
  const answer = parametersOf(
    record === undefined
      ? [{ name: 'status', valueCode: 'none' }]
      : [
          statusOf(context, record),
          { name: 'shared', valueBoolean: patient !== undefined },
          ...(caller.who.kind === 'holder' ? closingOf(context, record) : []),
        ],
  );
  return await leave(context, reading, patient ? [touchedBy('Patient', patient)] : [], answer);
}

/** A holder asks about his own record, a token of one record or of an emergency about that: 403 whether or not there is another. */
async function judgeOwn(context: Context, ins: Ins, record: AccessRecord | undefined): Promise<void> {
  const { caller } = context;
  const { who } = caller;
  if (who.kind === 'holder') {
    const isHis = who.ins === undefined ? record !== undefined && isOwn(record, caller) : isSameIns(who.ins, ins);
    if (!isHis) throw forbidden('This is not your INS');
  }
  const asking = await askingFor(context, 's', 'Patient');
  const isFree = asking.bound === undefined && caller.mode === 'TREAT';
  const isNamed = caller.mode !== 'TREAT' && isSameIns(caller.person, ins);
  const isIts = record === undefined ? who.kind === 'holder' || isNamed : reaches(asking, record);
  if (!isFree && !isIts) throw forbidden('This token is for one record');
}
