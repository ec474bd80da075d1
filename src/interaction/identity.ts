// Minimal identity: whoever knows the exact INS may know that the record exists and whether it is open, no more.

import { reaches } from '../access/opening.ts';
import type { AccessRecord } from '../access/record.ts';
import { isOpen } from '../access/standing.ts';
import { all } from '../filter/filter.ts';
import type { Ins } from '../identity/caller.ts';
import { isInsSystem } from '../identity/identifiers.ts';
import { isNarrowed, scopeOf } from '../identity/scope.ts';
import type { Query } from '../search/query.ts';
import { leave, touchedBy } from './answer.ts';
import { type Context, isTester } from './context.ts';
import { askingFor, beyondScopes, permissionFor } from './reach.ts';
import type { Searched } from './search.ts';
import { queryText, searchset } from './searchset.ts';
import { cutDown, subsetted } from './subset.ts';

const knowing = new Set(['professional', 'structure', 'feeder', 'agent', 'delegate']);

export function mayKnowIdentity(context: Context): boolean {
  return knowing.has(context.caller.who.kind) && !isTester(context);
}

/** Narrowed scopes are about rows, and it is none. */
export function knowsIdentity(context: Context): boolean {
  return mayKnowIdentity(context) && !isNarrowed(context.caller, 's', 'Patient');
}

/** Undefined where the full rule answers: another kind of caller, or an identifier that is no INS. */
export async function identitySearch(context: Context, query: Query, identity: Ins): Promise<Searched | undefined> {
  if (!knowsIdentity(context) || !isInsSystem(identity.system)) return undefined;
  if (scopeOf(context.caller, 's', 'Patient') === 'none') throw beyondScopes(context, 's', 'Patient');
  return await context.store.steady(async () => await find(context, query, identity));
}

async function find(context: Context, query: Query, identity: Ins): Promise<Searched> {
  const { store, moments, trail, baseUrl } = context;
  const reading = store.reading(moments);
  const key = await store.records.keyOf(identity);
  const known = key === undefined ? undefined : await store.records.get(key);
  const record = known && reaches(await askingFor(context, 's', 'Patient'), known) ? known : undefined;
  const self = `${baseUrl}/Patient?${queryText(query.applied)}`;
  const permission = await permissionFor(context, 's', 'Patient', record ? [record.key] : []);
  // Also the guard: what is said of the record is what it is now.
  const [full] = await reading.find('Patient', permission, { filter: all, limit: 1 });
  if (record) trail.record = record.key;
  const text = record && cutDown(context.conformance, query.subset, 'Patient', full?.j ?? minimal(context, record, identity));
  const entries =
    text === undefined || query.totalOnly ? [] : [{ fullUrl: `${baseUrl}/Patient/${record?.key}`, text, mode: 'match' as const }];
  const body = searchset([{ relation: 'self', url: self }], entries, query.total ? Number(record !== undefined) : undefined);
  const answer = await leave(context, reading, full ? [touchedBy('Patient', full)] : [], { status: 200, body, headers: {} });
  return { answer, quiet: record === undefined };
}

function minimal({ statute, moments }: Context, record: AccessRecord, identity: Ins): string {
  return JSON.stringify({
    resourceType: 'Patient',
    id: record.key,
    meta: { tag: [subsetted] },
    identifier: [identity],
    active: isOpen(record, statute, moments.now),
  });
}
