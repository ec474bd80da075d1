// The elements that are open while XML is read, and what has been found in them so far.
// https://hl7.org/fhir/R4/json.html#primitive
import type { JsonObject } from '../../fhir/json.ts';
import type { Field, Layout } from './layout.ts';

/** The values of one element follow one another: they are kept until another element comes. */
type Run = { readonly field: Field; readonly values: unknown[]; readonly companions: (JsonObject | null)[] };

export type Holder = {
  readonly holds: 'elements';
  readonly layout: Layout;
  readonly object: Record<string, unknown>;
  run: Run | undefined;
  /** Of a primitive, whose `object` is what stands beside its value; null where it has none. */
  readonly primitive?: { readonly value: unknown };
};

export type Open =
  | Holder
  | { readonly holds: 'resource'; resource: JsonObject | undefined }
  /** `declared`: it names its namespace itself. */
  | { readonly holds: 'narrative'; readonly from: number; readonly declared: boolean }
  /** Of a type that is not known here: passed over, as the resource is refused when it is judged. */
  | { readonly holds: 'anything' };

/** Begins an element; or says why it may not stand here. */
export function begin(holder: Holder, field: Field): string | undefined {
  const before = holder.run?.field;
  if (before?.name === field.name) return field.many ? undefined : 'This element does not repeat';
  if (before?.key === field.key) return `Only one of ${field.key} may be present`;
  if (before !== undefined && field.turn < before.turn) return `This element stands before ${before.name}`;
  finish(holder);
  holder.run = { field, values: [], companions: [] };
  return undefined;
}

/** The end of the element that was begun last. */
export function give(holder: Open | undefined, value: unknown, companion: JsonObject | null = null): void {
  if (holder?.holds !== 'elements') return;
  holder.run?.values.push(value);
  holder.run?.companions.push(companion);
}

/** All values of the last element are found. */
export function finish({ object, run }: Holder): void {
  if (run === undefined) return;
  const { field, values, companions } = run;
  const put = (name: string, list: readonly unknown[]): void => {
    if (list.some((one) => one !== null)) object[name] = field.many ? list : list[0];
  };
  put(field.name, values);
  put(`_${field.name}`, companions);
}

/** To the element that was begun last in each: `Bundle.entry[3].resource.gender`. */
export function pathOf(open: readonly Open[]): string | undefined {
  let path: string | undefined;
  for (const one of open) {
    if (one.holds !== 'elements') continue;
    path ??= one.layout.node;
    const { field, values } = one.run ?? {};
    if (field !== undefined) path += `.${field.name}${field.many ? `[${values?.length}]` : ''}`;
  }
  return path;
}
