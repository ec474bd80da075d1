// The rows at the other end of a link: looked up under the caller's Permission of their own type, before anything is counted.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has
import type { Permission } from '../access/permission.ts';
import { hasDirectory, isDirectory } from '../access/type.ts';
import { keyOfId } from '../fhir/id.ts';
import { type Refusal, refuse } from '../fhir/outcome.ts';
import { all, and, type Filter, oneOf } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import { referenceEntry, referringTo } from '../search/reference.ts';
import type { AskedOfLink, AskedOfRows, Links } from '../search/resolve.ts';
import type { Reading } from '../store/reading.ts';
import type { Referred } from '../store/referred.ts';
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
  const permission = await permissionOn(context, type, filter);
  const rows = permission ? await reading.find(type, permission, { filter, limit: mostFound + 1 }) : [];
  if (rows.length > mostFound) throw tooMany(name);
  return rows.map(({ _id }) => _id);
}

async function referredBy(
  context: Context,
  reading: Reading,
  { link, filter, name }: AskedOfLink,
  most: number,
): Promise<readonly Referred[]> {
  const { type, code, target, record } = link;
  const permission = await permissionOn(context, type, filter);
  const asked = { filter, limit: most + 1, ...(record ? {} : { start: referenceEntry(code, target, '') }) };
  const found = permission ? await reading.referred(type, permission, asked) : [];
  if (found.length > most) throw tooMany(name);
  return found;
}

function idsOf(found: readonly Referred[]): readonly string[] {
  return [...new Set(found.map(({ id }) => id))];
}

function tooMany(name: string): Refusal {
  return refuse('too-costly', `Parameter ${name} leads to too many resources: narrow it`, `http.${name}`);
}

/** Undefined where no scope lets the caller search the type. */
async function permissionOn(context: Context, type: string, filter: Filter): Promise<Permission | undefined> {
  if (scopeOf(context.caller, 's', type) === 'none') return undefined;
  return await permissionFor(context, 's', type, keysOf(context, type, filter));
}

function keysOf(context: Context, type: string, filter: Filter): readonly string[] | undefined {
  return isTester(context) || isDirectory(type) ? undefined : keysNamed(type, {}, filter);
}

/** People and places are referred to from any record, everything else from its own. */
function staysInRecord(context: Context, type: string): boolean {
  return !isTester(context) && !hasDirectory(type) && type !== 'Patient';
}
