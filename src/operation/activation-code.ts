// $activation-code: the code with which a person makes his account, for the agent who has the card in the reader.
// Its definition: profiles/OperationDefinition-activation-code.json
import { forbidden, judgeActivationCode } from '../access/opening.ts';
import { isObject, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { digestOf, endOfValidity, newActivationCode, validDays, writtenActivationCode } from '../identity/activation-code.ts';
import type { Ins } from '../identity/caller.ts';
import { insOf } from '../identity/identifiers.ts';
import { accountOf } from '../interaction/account.ts';
import { type Answer, type Context, capabilityOf } from '../interaction/context.ts';
import { askingFor, mayAskWhole } from '../interaction/reach.ts';
import { firstOf, type Given, inputOf } from './input.ts';
import { type Call, parametersOf } from './operation.ts';

export async function activationCode(context: Context, call: Call): Promise<Answer> {
  const { caller, store, moments, ids, trail } = context;
  capabilityOf(context, call.type);
  if (caller.who.kind !== 'agent') throw forbidden('Only a reception agent may ask this');
  mayAskWhole(context, 'c', call.type);
  const ins = insIn(firstOf(inputOf(context.conformance, 'activation-code', call), 'identifier'));
  trail.query += ` identifier=${ins.system}|${ins.value}`;
  judgeActivationCode(await askingFor(context, 'c', call.type), ins);
  const code = newActivationCode(ids);
  const issued = { ins, digest: digestOf(ins, code), end: endOfValidity(moments.now, validDays) };
  trail.record = await store.records.keyOf(ins);
  const account = accountOf(context, { status: 200, touched: [] });
  await store.steady(async () => {
    await store.transaction(async (inside) => {
      await inside.activations.issue([issued]);
      await inside.trace(account);
    });
  });
  return parametersOf([
    { name: 'code', valueString: writtenActivationCode(code) },
    { name: 'end', valueInstant: issued.end.toISOString() },
  ]);
}

function insIn(given: Given | undefined): Ins {
  const { system, value } = isObject(given?.value) ? given.value : {};
  const ins = insOf(textOf(system) ?? '', textOf(value) ?? '');
  // An OID alone is no system of FHIR.
  if (ins === undefined || ins.system !== system)
    throw refuse('bad-parameter', 'An INS is expected: its system and value', given?.at);
  return ins;
}
