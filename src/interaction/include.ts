// What resources refer to and what refers to them, each under the caller's Permission of its own type.
// https://hl7.org/fhir/R4/search.html#include
import type { Permission } from '../access/permission.ts';
import { hasDirectory, isDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { isObject, parseJson } from '../fhir/json.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import type { LiteralReference } from '../fhir/reference.ts';
import { and, equals, type Filter, oneOf, or } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import { type Include, type IncludeKind, includedReferences, revincludeFilter } from '../search/include.ts';
import type { Query } from '../search/query.ts';
import type { Found, Reading } from '../store/reading.ts';
import type { Context } from './context.ts';
import { idsNamed, lawfulFor, permissionFor } from './reach.ts';
import { idsWithin } from './within-scopes.ts';

export type Included = { readonly type: string; readonly row: Found };
type Includes = Pick<Query, 'includes' | 'revincludes'>;
/** A look-up of what belongs to the answer: `keys` are the only records where it can be. */
type Wanted = {
  readonly kind: IncludeKind | 'version';
  readonly type: string;
  readonly keys: readonly string[] | undefined;
  readonly filter: Filter;
};

const mostIncluded = 1000;
/** How often what is included is looked at for more. */
const mostRounds = 8;

/** Each resource once, and none that is a match itself. */
export async function includedRows(
  context: Context,
  reading: Reading,
  includes: Includes,
  matches: readonly Included[],
): Promise<readonly Included[]> {
  const seen = new Set(matches.flatMap((one) => [nameOf(one), versionOf(one)]));
  const found: Included[] = [];
  let fresh = matches;
  for (let round = 0; round < mostRounds && fresh.length > 0; round += 1) {
    const next: Included[] = [];
    for (const wanted of wantedBy(context, round === 0 ? includes : iterating(includes), fresh, seen)) {
      for (const one of await lookUp(context, reading, wanted)) {
        const name = wanted.kind === 'version' ? versionOf(one) : nameOf(one);
        if (!seen.has(name)) next.push(one);
        for (const known of wanted.kind === 'version' ? [name] : [name, versionOf(one)]) seen.add(known);
      }
      if (found.length + next.length > mostIncluded) throw tooMany(wanted);
    }
    found.push(...next);
    fresh = next;
  }
  return found;
}

function nameOf({ type, row }: Included): string {
  return `${type}/${row._id}`;
}

function versionOf(one: Included): string {
  return `${nameOf(one)}/_history/${one.row.v}`;
}

function iterating({ includes, revincludes }: Includes): Includes {
  return { includes: includes.filter(({ iterate }) => iterate), revincludes: revincludes.filter(({ iterate }) => iterate) };
}

function wantedBy(
  context: Context,
  { includes, revincludes }: Includes,
  fresh: readonly Included[],
  seen: ReadonlySet<string>,
): readonly Wanted[] {
  const byType = Map.groupBy(fresh, ({ type }) => type);
  return [...referred(context, includes, byType, seen), ...referring(revincludes, byType)];
}

type ByType = ReadonlyMap<string, readonly Included[]>;

/** One look-up for each type that is referred to, and one for each of whose resources certain versions are. */
function referred(
  { baseUrl }: Context,
  includes: readonly Include[],
  byType: ByType,
  seen: ReadonlySet<string>,
): readonly Wanted[] {
  const references = [...byType].flatMap(([type, rows]) => {
    const here = includes.filter((include) => include.type === type);
    const resources = here.length === 0 ? [] : rows.map(({ row }) => parseJson(row.j)).filter(isObject);
    return here.flatMap((include) => resources.flatMap((resource) => includedReferences(include, resource, baseUrl)));
  });
  const named = new Map(references.map((one) => [nameOfReference(one), one]));
  const fresh = [...named].flatMap(([name, one]) => (seen.has(name) ? [] : [one]));
  const groups = Map.groupBy(fresh, ({ type, version }) => `${version === undefined} ${type}`);
  return [...groups.values()].flatMap((group) => wantedOf(group));
}

function nameOfReference({ type, id, version }: LiteralReference): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
}

/** `group`: of one type, all with their version or none. */
function wantedOf(group: readonly LiteralReference[]): readonly Wanted[] {
  const [first] = group;
  if (first === undefined) return [];
  const ids = group.map(({ id }) => id);
  const keys = ids.flatMap((id) => keyOfId(id) ?? []);
  if (first.version === undefined) return [{ kind: '_include', type: first.type, keys, filter: oneOf('_id', ids) }];
  // Versions are counted: another id of a version never was one.
  const counted = group.filter(({ version = '' }) => /^[1-9]\d{0,8}$/.test(version));
  const versions = or(...counted.map(({ id, version }) => and(equals('_id', id), equals('v', Number(version)))));
  return [{ kind: 'version', type: first.type, keys, filter: and(oneOf('_id', ids), versions) }];
}

/** One look-up for each type that refers, two where some of its references lead out of the record and others do not. */
function referring(revincludes: readonly Include[], byType: ByType): readonly Wanted[] {
  const all = revincludes.flatMap((include) => {
    const { type, target = 'Patient' } = include;
    const rows = byType.get(target) ?? [];
    const filter = revincludeFilter(
      include,
      rows.map(({ row }) => row._id),
    );
    return filter.op === 'none'
      ? []
      : [{ kind: '_revinclude' as const, type, keys: keysReferring(target, include, rows), filter }];
  });
  const groups = Map.groupBy(all, ({ type, keys }) => `${type} ${keys === undefined}`);
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const group = [first, ...others];
    const keys = first.keys && [...new Set(group.flatMap((one) => one.keys ?? []))];
    return [{ ...first, keys, filter: or(...group.map(({ filter }) => filter)) }];
  });
}

/** People and places are referred to from any record, everything else from its own. */
function keysReferring(type: string, { record }: Include, rows: readonly Included[]): readonly string[] | undefined {
  if (hasDirectory(type) || (type === 'Patient' && !record)) return undefined;
  return rows.flatMap(({ row: { rec, _id } }) => rec ?? keyOfId(_id) ?? []);
}

async function lookUp(context: Context, reading: Reading, wanted: Wanted): Promise<readonly Included[]> {
  const { type, keys, filter } = wanted;
  if (!context.conformance.types.has(type) || scopeOf(context.caller, 's', type) === 'none') return [];
  const within = isDirectory(type) ? undefined : keys;
  const rows =
    wanted.kind === 'version'
      ? await versionsAt(context, reading, type, within, filter)
      : await rowsAt(reading, type, await permissionFor(context, 's', type, within), filter);
  if (rows.length > mostIncluded) throw tooMany(wanted);
  return rows.map((row) => ({ type, row }));
}

async function rowsAt(reading: Reading, type: string, permission: Permission, filter: Filter): Promise<readonly Found[]> {
  return await reading.find(type, permission, { filter, limit: mostIncluded + 1 });
}

async function versionsAt(
  context: Context,
  reading: Reading,
  type: string,
  keys: readonly string[] | undefined,
  filter: Filter,
): Promise<readonly Found[]> {
  const permission = await lawfulFor(context, 's', type, keys);
  const current = await idsWithin(context, reading, 's', type, oneOf('_id', idsNamed(filter) ?? []));
  const versions = await reading.history([{ type, permission }], { filter: and(filter, current), limit: mostIncluded + 1 });
  return versions.flatMap(({ deleted, ...row }) => (deleted ? [] : [{ ...row, _id: row.id, s: {} }]));
}

function tooMany({ kind }: Wanted): Refusal {
  const name = kind === '_revinclude' ? kind : '_include';
  return refuse('too-costly', 'Too many resources to include: ask for smaller pages', `http.${name}`);
}
