// $authorise, $block and $declare-medecin-traitant: a wish in one call, written and judged as POST Consent.
// Their definitions: profiles/OperationDefinition-authorise.json, -block.json, -declare-medecin-traitant.json
import { sayingSo } from '../access/state.ts';
import type { JsonObject } from '../fhir/json.ts';
import { relocated } from '../fhir/outcome.ts';
import { oneOf } from '../filter/filter.ts';
import { type Answer, type Context, capabilityOf } from '../interaction/context.ts';
import { prepare } from '../interaction/create.ts';
import { isAskable, mayAsk, permissionFor } from '../interaction/reach.ts';
import { shown } from '../interaction/shown.ts';
import { commitTraced, type Ready } from '../interaction/write.ts';
import { type Found, Stale } from '../store/reading.ts';
import { firstOf, type Input, inputOf } from './input.ts';
import { type Call, idOf, type Operation } from './operation.ts';
import { consentOf, placeIn, type Said } from './wish-text.ts';

export const authorise = wishing('authorise', (input) => ({
  type: 'permit',
  role: firstOf(input, 'same-rights')?.value === true ? 'ATTPHYS' : 'IRCP',
}));

export const block = wishing('block', () => ({ type: 'deny', role: 'IRCP' }));

export const declareMedecinTraitant = wishing('declare-medecin-traitant', () => ({ type: 'permit', role: 'PCP' }));

function wishing(name: string, said: (input: Input) => Said): Operation {
  return async (context, call) => {
    capabilityOf(context, 'Consent');
    mayAsk(context, 'c', 'Consent');
    const input = inputOf(context.conformance, name, call);
    const { caller, moments } = context;
    return await wish(context, call, input, consentOf({ caller, now: moments.now }, idOf(call), input, said(input)));
  };
}

async function wish(context: Context, { prefer }: Call, input: Input, resource: JsonObject): Promise<Answer> {
  const exact = firstOf(input, 'period') !== undefined;
  const write = async (): Promise<Done> => await writeUnlessSaid(context, resource, exact);
  const done = await context.store.steady(async () => await relocated(write, (fault) => placeIn(input, fault)));
  return await shown(context, { ...done, type: 'Consent', located: true }, prefer);
}

type Done = { readonly id: string; readonly status: 200 | 201; readonly version: number };

/** What the caller sees to be in force already is not written again. */
async function writeUnlessSaid(context: Context, resource: JsonObject, exact: boolean): Promise<Done> {
  const ready = await prepare(context, { type: 'Consent', resource });
  const there = await saidAlready(context, ready, exact);
  if (there === undefined) {
    await commitTraced(context, ready, 201);
    return { id: ready.id, status: 201, version: 1 };
  }
  const seen = [{ type: 'Consent', row: { ...there, idx: [], p: {} } }];
  await commitTraced(context, { id: there._id, expects: ready.expects, seen }, 200);
  return { id: there._id, status: 200, version: there.v };
}

async function saidAlready(context: Context, { id, record: next, expects }: Ready, exact: boolean): Promise<Found | undefined> {
  const rule = next?.consents.find((one) => one.id === id);
  if (next === undefined || rule === undefined || !isAskable(context, 'r', 'Consent')) return undefined;
  const { store, moments } = context;
  const record = await store.records.get(next.key);
  if (record === undefined || record.version !== expects.get(next.key)) throw new Stale([next.key]);
  const same = sayingSo(record, rule, moments.now, exact);
  if (same.length === 0) return undefined;
  const permission = await permissionFor(context, 'r', 'Consent', [next.key]);
  const [row] = await store.reading(moments).find('Consent', permission, { filter: oneOf('_id', same), limit: 1 });
  return row;
}
