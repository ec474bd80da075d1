// What narrowed scopes are about, as ids: for versions, which are not searched themselves.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import { isDirectory } from '../access/type.ts';
import { refuse } from '../fhir/outcome.ts';
import { all, type Filter, oneOf } from '../filter/filter.ts';
import { type Interaction, isNarrowed } from '../identity/scope.ts';
import type { Reading } from '../store/reading.ts';
import type { Context } from './context.ts';
import { idsNamed, keysOfId, permissionFor } from './reach.ts';

const mostIds = 10_000;

/** The rows of today that narrowed scopes are about, by their ids: all where nothing narrows them, without what was deleted where something does. */
export async function idsWithin(
  context: Context,
  reading: Reading,
  interaction: Interaction,
  type: string,
  named: Filter,
): Promise<Filter> {
  if (!isNarrowed(context.caller, interaction, type)) return all;
  const ids = idsNamed(named);
  const keys = isDirectory(type) || ids === undefined ? undefined : ids.flatMap((one) => keysOfId(context, type, one) ?? []);
  const permission = await permissionFor(context, interaction, type, keys);
  const found = await reading.ids(type, permission, { filter: named, of: 'itself', limit: mostIds + 1 });
  if (found.length > mostIds) throw refuse('too-costly', 'The scopes of the token are about too many resources');
  return oneOf(
    '_id',
    found.map(({ id }) => id),
  );
}
