// The rows at the other end of a link: looked up under the caller's Permission of their own type, before anything is counted.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has
import { hasDirectory, isDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { refuse } from '../fhir/outcome.ts';
import { all, and, type Filter, oneOf } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import { referenceEntry, referringTo } from '../search/reference.ts';
import type { AskedOfLink, AskedOfRows, Links } from '../search/resolve.ts';
import type { Reading } from '../store/reading.ts';
import type { Referred, Referring } from '../store/referred.ts';
import { type Context, isTester } from './context.ts';
import { knowsIdentity } from './identity.ts';
import { idsNamed, keysNamed, permissionFor } from './reach.ts';

const mostFound = 2000;
/** What one record refers to is more than what is found of it. */
const mostAhead = 10_000;

export function linksFor(context: Context, reading: Reading): Links {
  return {
    rows: async (asked) => await rowsOf(context, reading, asked),
    targets: async (asked) => {
      const found = await referredBy(context, reading, asked, mostFound);
      const here = staysInRecord(context, asked.link.target) ? found.filter(({ rec, id }) => keyOfId(id) === rec) : found;
      return idsOf(here);
    },
    ahead: async (asked) => {
      const { link, filter } = asked;
      const keys = keysOf(context, link.type, filter);
      if (link.record && keys !== undefined) return oneOf('_id', keys);
      if (keys === undefined && idsNamed(filter) === undefined) return all;
      return oneOf('_id', idsOf(await referredBy(context, reading, asked, mostAhead)));
    },
    behind: (link, filter) => {
      const keys = keysOf(context, link.target, filter);
      const inRecords = keys === undefined || !(link.record || staysInRecord(context, link.target)) ? all : oneOf('rec', keys);
      const ids = link.record ? undefined : idsNamed(filter);
      return ids === undefined ? inRecords : and(inRecords, referringTo(link.code, link.target, ids));
    },
  };
}

async function rowsOf(
  context: Context,
  reading: Reading,
  { type, filter, name, identity }: AskedOfRows,
): Promise<readonly string[]> {
  // The second place of minimal identity: whoever knows the exact INS knows the record.
  if (identity && knowsIdentity(context)) {
    const key = await context.store.records.keyOf(identity);
    return key === undefined ? [] : [key];
  }
  const asked = { type, filter, name, of: 'itself', most: mostFound } as const;
  return idsOf(await lookUp(context, reading, asked));
}

async function referredBy(
  context: Context,
  reading: Reading,
  { link: { type, code, target, record }, filter, name }: AskedOfLink,
  most: number,
): Promise<readonly Referred[]> {
  const of = record ? 'record' : { start: referenceEntry(code, target, '') };
  return await lookUp(context, reading, { type, filter, name, of, most });
}

type Wanted = AskedOfRows & { readonly of: Referring; readonly most: number };

async function lookUp(context: Context, reading: Reading, wanted: Wanted): Promise<readonly Referred[]> {
  const { type, filter, name, of, most } = wanted;
  // No scope lets the caller search the type.
  if (scopeOf(context.caller, 's', type) === 'none') return [];
  const permission = await permissionFor(context, 's', type, keysOf(context, type, filter));
  const found = await reading.ids(type, permission, { filter, of, limit: most + 1 });
  if (found.length > most) throw refuse('too-costly', `Parameter ${name} leads to too many resources: narrow it`, `http.${name}`);
  return found;
}

function idsOf(found: readonly Referred[]): readonly string[] {
  return [...new Set(found.map(({ id }) => id))];
}

function keysOf(context: Context, type: string, filter: Filter): readonly string[] | undefined {
  return isTester(context) || isDirectory(type) ? undefined : keysNamed(type, {}, filter);
}

/** People and places are referred to from any record, everything else from its own. */
function staysInRecord(context: Context, type: string): boolean {
  return !isTester(context) && !hasDirectory(type) && type !== 'Patient';
}
