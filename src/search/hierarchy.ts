// `:above` and `:below` of a reference: to something, and to all that it is a part of or that is a part of it.
// https://hl7.org/fhir/R4/search.html#recursive
import type { Conformance, Direction, SearchParameter } from '../conformance/conformance.ts';
import { parseReference } from '../fhir/reference.ts';
import { type Filter, oneOf } from '../filter/filter.ts';
import type { Head, Sent } from './condition.ts';
import { referencesMeant } from './reference.ts';
import { valuesOf } from './value.ts';

/** `part`: the reference from a resource of `target` to the one that it is a part of. */
export type Tree = { readonly target: string; readonly part: string; readonly ids: readonly string[] };

/** The rows whose reference `code` leads to one of the ids, or to what is above or below them and visible. */
export type Hierarchy = {
  readonly op: 'hierarchy';
  readonly name: string;
  readonly direction: Direction;
  readonly code: string;
  /** The references as they were named. */
  readonly named: Filter;
  readonly trees: readonly Tree[];
};

/** Undefined where the parameter leads to nothing that is part of its like. */
export function hierarchyOf({ context, name, text }: Sent, { parameter, modifier }: Head): Hierarchy | undefined {
  if (parameter.type !== 'reference' || (modifier !== 'above' && modifier !== 'below')) return undefined;
  const parts = partsOf(context.conformance, parameter);
  if (parts.size === 0) return undefined;
  const references = valuesOf(name, text).flatMap((value) =>
    referencesMeant({ name, base: context.base, modifier: undefined, types: [...parts.keys()] }, value),
  );
  const { code } = parameter;
  const trees = [...parts].map(([target, part]) => ({ target, part, ids: idsOf(target, references) }));
  return {
    op: 'hierarchy',
    name,
    direction: modifier,
    code,
    named: oneOf(
      'idx',
      references.map((reference) => `${code}|${reference}`),
    ),
    trees: trees.filter(({ ids }) => ids.length > 0),
  };
}

/** Target → the parameter by which it is a part of another of its type. */
function partsOf({ types }: Conformance, { target }: SearchParameter): ReadonlyMap<string, string> {
  const parts = target.flatMap((type) =>
    [...(types.get(type)?.search.values() ?? [])]
      .filter((one) => /^part-?of$/.test(one.code) && one.target.length === 1 && one.target[0] === type)
      .map(({ code }) => [type, code] as const),
  );
  return new Map(parts);
}

function idsOf(target: string, references: readonly string[]): readonly string[] {
  return references.flatMap((text) => {
    const literal = parseReference(text);
    return literal?.base === undefined && literal?.type === target ? [literal.id] : [];
  });
}
