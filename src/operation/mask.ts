// $mask and $unmask: a visibility label is set or taken off, as PATCH of meta.security does it.
// Their definitions: profiles/OperationDefinition-mask.json, profiles/OperationDefinition-unmask.json
import { visibilitySystem } from '../access/label.ts';
import { isObject, type JsonObject, objectsOf } from '../fhir/json.ts';
import { relocated } from '../fhir/outcome.ts';
import { capabilityOf } from '../interaction/context.ts';
import { patchBy } from '../interaction/patch.ts';
import { mayAsk } from '../interaction/reach.ts';
import { firstOf, inputOf } from './input.ts';
import { idOf, type Operation } from './operation.ts';

type Relabel = (labels: readonly JsonObject[], label: JsonObject) => readonly JsonObject[];

export const mask = labelling('mask', (labels, label) =>
  labels.some((one) => isSame(one, label)) ? labels : [...labels, label],
);

export const unmask = labelling('unmask', (labels, label) => labels.filter((one) => !isSame(one, label)));

function labelling(name: string, relabel: Relabel): Operation {
  return async (context, call) => {
    capabilityOf(context, call.type);
    mayAsk(context, 'u', call.type);
    const given = firstOf(inputOf(context.conformance, name, call), 'label');
    const label = { system: visibilitySystem, code: given?.value ?? 'MASQUE_PS' };
    const { type, ifMatch, prefer } = call;
    const change = { touched: [], apply: (resource: JsonObject) => relabelled(resource, label, relabel) };
    return await relocated(
      async () => await patchBy(context, { type, target: { id: idOf(call) }, ifMatch, prefer }, change),
      ({ expression }) => (isOf(type, expression) ? (given?.at ?? 'Parameters.parameter') : expression),
    );
  };
}

/** On a document securityLabel follows. */
function relabelled(resource: JsonObject, label: JsonObject, relabel: Relabel): JsonObject {
  const meta = isObject(resource.meta) ? resource.meta : {};
  return { ...resource, meta: { ...meta, security: relabel(objectsOf(meta.security), label) } };
}

function isSame(one: JsonObject, other: JsonObject): boolean {
  return one.system === other.system && one.code === other.code;
}

function isOf(type: string, expression: string | undefined): boolean {
  return expression === type || (expression?.startsWith(`${type}.`) ?? false);
}
