// What a depositor has published before under the master identifiers that he sends again, as far as it is still his to change.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { depositorOf } from '../../access/standing.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { type Fault, Refusal } from '../../fhir/outcome.ts';
import { oneOf } from '../../filter/filter.ts';
import type { Found } from '../../store/reading.ts';
import type { Submission } from '../../store/submission.ts';
import type { Context } from '../context.ts';
import { keysOfId, permissionFor } from '../reach.ts';
import { masterIdentifierOf } from './document.ts';
import type { Submitted } from './submission.ts';

export type Known = { readonly submitted: Submitted; readonly kept: Submission; readonly row: Found };

/** Every holder deposits under one name, in a record of his own. */
export function nameIn(context: Context, key: string, masterIdentifier: string): string {
  const depositor = depositorOf(context.caller);
  return `DocumentReference|${depositor === 'h' ? `h:${key}` : depositor}|${masterIdentifier}`;
}

/** Whoever publishes the same at the same time waits, or begins again. */
export function claimsOf({ caller }: Context, documents: readonly JsonObject[]): readonly string[] {
  return documents.flatMap((document) => {
    const masterIdentifier = masterIdentifierOf(document);
    return masterIdentifier === undefined ? [] : [`DocumentReference|${depositorOf(caller)}|${masterIdentifier}`];
  });
}

/** What was deleted, or is out of the caller's reach, is not known. */
export async function knownOf(context: Context, key: string, submitted: readonly Submitted[]): Promise<readonly Known[]> {
  const named = new Map(submitted.map((one) => [nameIn(context, key, one.masterIdentifier), one]));
  const kept = await context.store.submissions.find([...named.keys()]);
  const rows = await documentsOf(
    context,
    kept.flatMap(({ ids }) => ids ?? []),
  );
  const byName = new Map(kept.map((one) => [one.name, one]));
  return [...named].flatMap(([name, again]) => {
    const found = byName.get(name);
    const row = rows.get(found?.ids?.[0] ?? '');
    return row === undefined || found === undefined ? [] : [{ submitted: again, kept: found, row }];
  });
}

async function documentsOf(context: Context, ids: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  if (ids.length === 0) return new Map();
  const keys = new Set(ids.flatMap((id) => keysOfId(context, 'DocumentReference', id) ?? []));
  const permission = await permissionFor(context, 'c', 'DocumentReference', [...keys]);
  const asked = { filter: oneOf('_id', ids), limit: ids.length, under: 'write' } as const;
  const rows = await context.store.reading(context.moments).find('DocumentReference', permission, asked);
  return new Map(rows.map((row) => [row._id, row]));
}

/** 422 where one of them says something else now. */
export function judgeSame(known: readonly Known[], of: (at: string) => string): void {
  const text = 'You deposited another document under this masterIdentifier: give this one its own, and let it replace the other';
  refuseFor(
    known.filter(({ submitted, kept }) => submitted.digest !== kept.digest),
    of,
    text,
  );
}

export function refuseFor(known: readonly Pick<Known, 'submitted'>[], of: (at: string) => string, text: string): void {
  const faults = known.map(({ submitted: { at } }): Fault => ({ code: 'duplicate', expression: of(at), text }));
  if (faults.length > 0) throw new Refusal('business-rule', faults);
}
