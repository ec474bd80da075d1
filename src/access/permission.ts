// What a caller may see and change now, as Filters. Only this folder makes one, and the store returns nothing without one.
import { and, type Filter, none, oneOf, or } from '../filter/filter.ts';

declare const granted: unique symbol;

export type Permission = {
  readonly [granted]: true;
  /** The records whose rules were used, with the version of those rules: the guard of every read. */
  readonly records: ReadonlyMap<string, number>;
  readonly read: (type: string) => Filter;
  readonly write: (type: string) => Filter;
  /** Rows of any record, by what the record's own row says (`records`); `orphans`: those of no record too. */
  readonly elsewhere: (type: string) => Elsewhere | undefined;
};

export type Elsewhere = { readonly own: Filter; readonly record: Filter; readonly orphans: boolean };

type Rule = (type: string) => Filter;
export type Clause = { readonly key?: string; readonly version?: number; readonly read: Rule; readonly write: Rule };

// The one place where a Permission comes into being.
function grant(permission: Omit<Permission, typeof granted>): Permission {
  return permission as Permission;
}

/** Of what it grants, the rows that meet the Filter. */
export function narrowed(permission: Permission, within: Filter): Permission {
  if (within.op === 'all') return permission;
  const { records, read, write, elsewhere } = permission;
  return grant({
    records,
    read: (type) => and(read(type), within),
    write: (type) => and(write(type), within),
    elsewhere: (type) => {
      const granted = elsewhere(type);
      return granted && { ...granted, own: and(granted.own, within) };
    },
  });
}

const nothing: Rule = () => none;

export function permissionOf(
  clauses: readonly Clause[],
  elsewhere: (type: string) => Elsewhere | undefined = () => undefined,
): Permission {
  const versions = clauses.flatMap(({ key, version }) => (key === undefined ? [] : [[key, version ?? 0] as const]));
  return grant({
    records: new Map(versions),
    read: (type) => union(clauses, (clause) => clause.read(type)),
    write: (type) => union(clauses, (clause) => clause.write(type)),
    elsewhere,
  });
}

/** Records of the same compiled rule share one clause. */
function union(clauses: readonly Clause[], filterOf: (clause: Clause) => Filter): Filter {
  const groups = new Map<string, { readonly filter: Filter; readonly keys: string[] }>();
  const free: Filter[] = [];
  for (const clause of clauses) {
    const filter = filterOf(clause);
    if (filter.op === 'none') continue;
    if (clause.key === undefined) {
      free.push(filter);
      continue;
    }
    const name = JSON.stringify(filter);
    const group = groups.get(name) ?? { filter, keys: [] };
    group.keys.push(clause.key);
    groups.set(name, group);
  }
  return or(...free, ...[...groups.values()].map(({ filter, keys }) => and(oneOf('rec', keys), filter)));
}

export const nothingAt = (key: string, version: number): Clause => ({ key, version, read: nothing, write: nothing });
