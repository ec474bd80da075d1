// What each type of search parameter knows: how a resource is indexed, and what a condition asks of the index.
// https://hl7.org/fhir/R4/search.html#ptypes
import type { SearchParameter, Terminology } from '../conformance/conformance.ts';
import type { Filter } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';

export type SortKey = string | number | Date;

/** What one parameter puts into a row. `keys` is empty where the resource has no value for it: `:missing`. */
export type Entries = {
  readonly idx: readonly string[];
  readonly p: Row['p'];
  readonly keys: readonly { readonly min: SortKey; readonly max: SortKey }[];
  readonly w?: NonNullable<Row['w']>;
};

export type Asked = {
  readonly parameter: SearchParameter;
  /** As it was sent, for the texts of refusals. */
  readonly name: string;
  readonly modifier: string | undefined;
  /** Alternatives, escapes still in them. */
  readonly values: readonly string[];
  readonly base: string | undefined;
  readonly now: Date;
  readonly terminology: Terminology;
  /** Whether what attachments say may be asked for. */
  readonly attachments: boolean;
};

export type ParameterType = {
  /** `base` is the server's own address: an absolute reference below it is a relative one. */
  readonly index: (parameter: SearchParameter, nodes: readonly unknown[], base: string | undefined) => Entries;
  /** Beside `missing`, which every parameter has. */
  readonly modifiers: (parameter: SearchParameter) => readonly string[];
  /** Undefined where the parameter has no such modifier. */
  readonly condition: (asked: Asked) => Filter | undefined;
};

/** A sort key stands in cursors too, so it is kept short. */
export function key(text: string): { readonly min: string; readonly max: string } {
  const short = text.slice(0, 128).toWellFormed();
  return { min: short, max: short };
}
