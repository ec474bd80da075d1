// The narrow waist: a small closed algebra of conditions on a stored row, to which access and search both compile.
export type Scalar = string | number | boolean | Date;
/** Bound at each query, so that a compiled Filter may be kept: `now`, and `today` = 00:00 of today in Paris. */
export type Moment = { readonly moment: 'now' | 'today'; readonly months?: number };
export type Bound = Scalar | Moment;

/**
 * `field` is a path in the row (`rec`, `idx`, `p.date`). On an array field every condition means "some element does".
 * A missing field meets no condition but `not`.
 */
export type Filter =
  | { readonly op: 'all' }
  | { readonly op: 'none' }
  | { readonly op: 'and'; readonly of: readonly Filter[] }
  | { readonly op: 'or'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'equals'; readonly field: string; readonly value: Scalar }
  | { readonly op: 'in'; readonly field: string; readonly values: readonly Scalar[] }
  /** A string that begins with `start` and, after it, holds `part` somewhere (`part` absent: any rest). */
  | { readonly op: 'prefix'; readonly field: string; readonly start: string; readonly part?: string }
  | {
      readonly op: 'range';
      readonly field: string;
      readonly gt?: Bound;
      readonly gte?: Bound;
      readonly lt?: Bound;
      readonly lte?: Bound;
    }
  | { readonly op: 'exists'; readonly field: string }
  /** An array that is not empty and whose every element is one of `values`. */
  | { readonly op: 'within'; readonly field: string; readonly values: readonly Scalar[] }
  /** An array of sub-rows of which one meets `of` as a whole; fields of `of` are relative to it. */
  | { readonly op: 'element'; readonly field: string; readonly of: Filter };

export const all: Filter = { op: 'all' };
export const none: Filter = { op: 'none' };

export function and(...filters: readonly Filter[]): Filter {
  const parts = filters.flatMap((filter) => (filter.op === 'and' ? filter.of : [filter])).filter(({ op }) => op !== 'all');
  if (parts.some(({ op }) => op === 'none')) return none;
  const [only] = parts;
  if (only === undefined) return all;
  return parts.length === 1 ? only : { op: 'and', of: parts };
}

export function or(...filters: readonly Filter[]): Filter {
  const parts = together(filters.flatMap((filter) => (filter.op === 'or' ? filter.of : [filter]))).filter(
    ({ op }) => op !== 'none',
  );
  if (parts.some(({ op }) => op === 'all')) return all;
  const [only] = parts;
  if (only === undefined) return none;
  return parts.length === 1 ? only : { op: 'or', of: parts };
}

/** Equals of one field are one list, which an index serves as such. */
function together(filters: readonly Filter[]): readonly Filter[] {
  const groups = Map.groupBy(filters, (filter) => (isList(filter) ? filter.field : filter));
  return [...groups].flatMap(([field, group]) =>
    typeof field === 'string' ? [oneOf(field, [...new Set(group.flatMap(valuesOf))])] : [field],
  );
}

function isList(filter: Filter): filter is Extract<Filter, { op: 'equals' | 'in' }> {
  return filter.op === 'equals' || filter.op === 'in';
}

function valuesOf(filter: Filter): readonly Scalar[] {
  return filter.op === 'equals' ? [filter.value] : filter.op === 'in' ? filter.values : [];
}

export function not(filter: Filter): Filter {
  if (filter.op === 'all') return none;
  if (filter.op === 'none') return all;
  return filter.op === 'not' ? filter.of : { op: 'not', of: filter };
}

export function equals(field: string, value: Scalar): Filter {
  return { op: 'equals', field, value };
}

/** An empty list matches nothing: never a missing clause. */
export function oneOf(field: string, values: readonly Scalar[]): Filter {
  const [only] = values;
  if (only === undefined) return none;
  return values.length === 1 ? equals(field, only) : { op: 'in', field, values };
}

export function within(field: string, values: readonly Scalar[]): Filter {
  return values.length === 0 ? none : { op: 'within', field, values };
}

export function prefix(field: string, start: string, part?: string): Filter {
  return part === undefined ? { op: 'prefix', field, start } : { op: 'prefix', field, start, part };
}

export function range(
  field: string,
  bounds: { readonly gt?: Bound; readonly gte?: Bound; readonly lt?: Bound; readonly lte?: Bound },
): Filter {
  return { op: 'range', field, ...bounds };
}

export function exists(field: string): Filter {
  return { op: 'exists', field };
}

export function element(field: string, of: Filter): Filter {
  return of.op === 'none' ? none : { op: 'element', field, of };
}

/** `true` as all, `false` as none: what is known when the Filter is built. */
export function known(condition: boolean): Filter {
  return condition ? all : none;
}
