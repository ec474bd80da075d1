// FHIRPath Patch: operations on the elements that paths lead to, applied in order or not at all.
// https://hl7.org/fhir/R4/fhirpatch.html
import type { Conformance } from '../../conformance/conformance.ts';
import type { ElementStep } from '../../fhir/fhirpath.ts';
import { isObject, type JsonObject, typeOf } from '../../fhir/json.ts';
import { type Refusal, refuse } from '../../fhir/outcome.ts';
import { type Item, itemsIn, presentIn, type Slot, slotOf, withItems } from './element-slot.ts';
import type { FhirPathOperation, PatchValue } from './fhirpath-operation.ts';
import { onePlace, placeAt } from './patch-place.ts';

type Definitions = Pick<Conformance, 'elementsOf'>;
type Operation<T extends FhirPathOperation['type']> = Extract<FhirPathOperation, { type: T }>;
/** Changes the object that holds the elements of an element of the type or backbone path `node`. */
type Edit = (holder: JsonObject, node: string) => JsonObject;
type Standing = { readonly slot: Slot; readonly from: string };

/** Characters of the paths times those of the resource. */
const mostWork = 50_000_000;
const wrongType = 'The element takes no value of this type';

/** The resource as the operations leave it; `resource` is not changed. Values are not judged: the outcome is to be validated. */
export function applyFhirPathPatch(
  resource: JsonObject,
  operations: readonly FhirPathOperation[],
  definitions: Definitions,
): JsonObject {
  // None of the operations makes the resource larger than by what it brings.
  const size = JSON.stringify([resource, operations]).length;
  const length = operations.reduce((sum, { path }) => sum + path.length, 0);
  if (size * length > mostWork)
    throw refuse('too-costly', 'Fewer or shorter paths for a resource of this size', 'Parameters.parameter');
  return operations.reduce((before, operation) => applied(definitions, before, operation), resource);
}

function applied(definitions: Definitions, resource: JsonObject, operation: FhirPathOperation): JsonObject {
  switch (operation.type) {
    case 'add':
      return added(definitions, resource, operation);
    case 'insert':
    case 'move':
      return rearranged(definitions, resource, operation);
    case 'replace':
      return exchanged(definitions, resource, operation, operation.value);
    case 'delete':
      return placeAt(resource, operation) === undefined ? resource : exchanged(definitions, resource, operation);
  }
}

function inapplicable({ at }: FhirPathOperation, part: string, text: string): Refusal {
  return refuse('business-rule', text, at.get(part));
}

function added(definitions: Definitions, resource: JsonObject, operation: Operation<'add'>): JsonObject {
  const { name, value, at } = operation;
  const place = onePlace(resource, operation);
  return edited(definitions, resource, place.steps, place.path, (holder, node) =>
    withAdded(definitions, holder, node, { name, value, at: at.get('name') ?? '' }),
  );
}

type Addition = { readonly name: string; readonly value: PatchValue; readonly at: string };

function withAdded(definitions: Definitions, holder: JsonObject, node: string, { name, value, at }: Addition): JsonObject {
  const slot = slotOf(definitions, node, name);
  if (slot === undefined) throw refuse('business-rule', 'There is no such element', at);
  const present = presentIn(holder, slot)?.name;
  if (present !== undefined && !slot.many) throw refuse('business-rule', 'The element is there and does not repeat', at);
  const { to, item } = itemOf(definitions, slot, value);
  if (name !== to && slot.forms.some((form) => form.name === name)) throw refuse('business-rule', wrongType, value.at);
  return withItems(holder, { from: to, many: slot.many }, [...itemsIn(holder, to), item]);
}

/** The value and the JSON name of the element that takes it: that of its type, for a choice. */
function itemOf(
  definitions: Definitions,
  { isChoice, forms }: Slot,
  value: PatchValue,
): { readonly to: string; readonly item: Item } {
  const typed = 'parts' in value ? '' : value.type;
  const form = isChoice ? forms.find(({ type }) => type.toLowerCase() === typed.toLowerCase()) : forms[0];
  if (form === undefined) throw refuse('business-rule', wrongType, value.at);
  if (!('parts' in value)) return { to: form.name, item: value };
  const parts = value.parts.reduce<JsonObject>((holder, part) => withAdded(definitions, holder, form.node, part), {});
  return { to: form.name, item: { value: parts, companion: undefined } };
}

/** The one element that the path leads to gives way to the value, or to nothing. */
function exchanged(definitions: Definitions, resource: JsonObject, operation: FhirPathOperation, value?: PatchValue): JsonObject {
  const { steps } = onePlace(resource, operation);
  const last = steps.at(-1);
  if (last === undefined) throw inapplicable(operation, 'path', 'A resource can be neither replaced nor deleted by a patch');
  return edited(definitions, resource, steps.slice(0, -1), last.from, (holder) => {
    const { slot, from } = standing(definitions, holder, last);
    const { to, item } = value === undefined ? { to: from } : itemOf(definitions, slot, value);
    const items = itemsIn(holder, from).toSpliced(last.index ?? 0, 1, ...(item === undefined ? [] : [item]));
    return withItems(holder, { from, to, many: slot.many }, items);
  });
}

/** The path of a list is that of its holder and a name: so it leads to a list without items too. */
function rearranged(definitions: Definitions, resource: JsonObject, operation: Operation<'insert' | 'move'>): JsonObject {
  const [, path = typeOf(resource), name] = /^(?:(.+)\.)?\s*([A-Za-z]\w*)\s*$/s.exec(operation.path) ?? [];
  if (name === undefined) throw inapplicable(operation, 'path', 'The path must lead to a list');
  const place = onePlace(resource, { ...operation, path });
  return edited(definitions, resource, place.steps, place.path, (holder, node) => {
    const slot = slotOf(definitions, node, name);
    if (slot?.many !== true) throw inapplicable(operation, 'path', 'The path must lead to a list');
    const items = itemsIn(holder, name);
    return withItems(holder, { from: name, many: true }, arranged(definitions, slot, items, operation));
  });
}

function arranged(
  definitions: Definitions,
  slot: Slot,
  items: readonly Item[],
  operation: Operation<'insert' | 'move'>,
): readonly Item[] {
  if (operation.type === 'insert') {
    if (operation.index > items.length) throw inapplicable(operation, 'index', 'The index is beyond the end of the list');
    return items.toSpliced(operation.index, 0, itemOf(definitions, slot, operation.value).item);
  }
  const { source, destination } = operation;
  const item = items[source];
  if (item === undefined) throw inapplicable(operation, 'source', 'The list has no such index');
  if (destination >= items.length) throw inapplicable(operation, 'destination', 'The list has no such index');
  return items.toSpliced(source, 1).toSpliced(destination, 0, item);
}

/** Each object on the way is made anew; what the change leaves empty goes with it. */
function edited(
  definitions: Definitions,
  holder: JsonObject,
  [step, ...rest]: readonly ElementStep[],
  node: string,
  edit: Edit,
): JsonObject {
  if (step === undefined) return edit(holder, node);
  const { slot, from } = standing(definitions, holder, step);
  const items = itemsIn(holder, from);
  const index = step.index ?? 0;
  const { value, companion } = items[index] ?? { value: undefined, companion: undefined };
  const inner = (part: unknown): JsonObject => edited(definitions, isObject(part) ? part : {}, rest, node, edit);
  const item = isObject(value) ? { value: inner(value), companion } : { value, companion: inner(companion) };
  return withItems(holder, { from, many: slot.many }, items.with(index, item));
}

/** The element that a step of a path found, with the JSON name that it has there. */
function standing(definitions: Definitions, holder: JsonObject, { from: node, name }: ElementStep): Standing {
  const slot = slotOf(definitions, node, name);
  const form = slot === undefined ? undefined : presentIn(holder, slot);
  if (slot === undefined || form === undefined) throw refuse('business-rule', 'The resource has what R4 does not know');
  return { slot, from: form.name };
}
