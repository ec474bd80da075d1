// The differential of a StructureDefinition as a tree: elements, their children and their slices.
// https://hl7.org/fhir/R4/elementdefinition.html#id
import type { JsonObject } from '../../fhir/json.ts';
import { isObject, objectsOf, textOf } from '../../fhir/json.ts';

export type Branch = {
  /** The name of the element, `value[x]` for a choice; the type at the root. */
  readonly key: string;
  /** `Type.element:slice`. */
  readonly id: string;
  readonly slice?: string;
  /** Absent where only something below it is said. */
  element?: JsonObject;
  readonly children: Branch[];
  readonly slices: Branch[];
};

const understood =
  /^(id|path|short|definition|comment|requirements|min|max|(fixed|pattern)[A-Z]\w*|binding|constraint|mustSupport|isModifier|isModifierReason|type|sliceName|slicing)$/;

/** Throws for what is not enforced: nothing is published that does not hold. */
export function treeOf(definition: JsonObject): Branch {
  const type = textOf(definition.type) ?? '';
  const root: Branch = { key: type, id: type, children: [], slices: [] };
  const elements = isObject(definition.differential) ? objectsOf(definition.differential.element) : [];
  if (elements.length === 0) throw new Error(`${definition.url}: a profile says what differs`);
  for (const element of elements) place(root, element);
  return root;
}

function place(root: Branch, element: JsonObject): void {
  const path = textOf(element.path) ?? '';
  const id = textOf(element.id) ?? path;
  const odd = Object.keys(element).find((name) => !understood.test(name));
  if (odd !== undefined) throw new Error(`${id}: ${odd} is not enforced, so it may not be published`);
  const [first, ...steps] = id.split('.');
  const slice = id.slice(id.lastIndexOf('.') + 1).split(':')[1];
  if (first !== root.key || withoutSlices(id) !== path || slice !== textOf(element.sliceName))
    throw new Error(`${id}: id, path and sliceName do not say the same`);
  const branch = steps.reduce(descend, root);
  if (branch.element !== undefined) throw new Error(`${id} is said twice`);
  branch.element = element;
}

function withoutSlices(id: string): string {
  return id.replaceAll(/:[^.]+/g, '');
}

function descend(parent: Branch, step: string): Branch {
  const [key = '', slice] = step.split(':');
  const child = found(parent.children, key, `${parent.id}.${key}`);
  if (slice === undefined) return child;
  if (slice.includes('/'))
    throw new Error(`${parent.id}.${step}: slices of slices are not enforced, so they may not be published`);
  const known = child.slices.find((one) => one.slice === slice);
  if (known) return known;
  const made: Branch = { key, id: `${child.id}:${slice}`, slice, children: [], slices: [] };
  child.slices.push(made);
  return made;
}

function found(children: Branch[], key: string, id: string): Branch {
  const known = children.find((child) => child.key === key);
  if (known) return known;
  const made: Branch = { key, id, children: [], slices: [] };
  children.push(made);
  return made;
}

/** Its `fixed[x]` or `pattern[x]`. */
export function wantedValue(element: JsonObject | undefined): { readonly value: unknown; readonly exact: boolean } | undefined {
  const name = Object.keys(element ?? {}).find((one) => /^(fixed|pattern)[A-Z]/.test(one));
  return name === undefined ? undefined : { value: element?.[name], exact: name.startsWith('fixed') };
}
