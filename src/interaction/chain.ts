// The rows that a chain leads to: looked up under the caller's Permission of their own type, before anything is counted.
// https://hl7.org/fhir/R4/search.html#chaining
import { isDirectory } from '../access/type.ts';
import { refuse } from '../fhir/outcome.ts';
import { scopeOf } from '../identity/scope.ts';
import type { Lookup } from '../search/resolve.ts';
import type { Reading } from '../store/reading.ts';
import type { Context } from './context.ts';
import { knowsIdentity } from './identity.ts';
import { keysNamed, permissionFor } from './reach.ts';

const mostLinks = 2000;

export function lookupFor(context: Context, reading: Reading): Lookup {
  return async (type, filter, { identity }) => {
    // The second place of minimal identity: whoever knows the exact INS knows the record.
    if (identity && knowsIdentity(context)) {
      const key = await context.store.records.keyOf(identity);
      return key === undefined ? [] : [key];
    }
    if (scopeOf(context.caller, 's', type) === 'none') return [];
    const keys = isDirectory(type) ? undefined : keysNamed(type, {}, filter);
    const permission = await permissionFor(context, 's', type, keys);
    const rows = await reading.find(type, permission, { filter, limit: mostLinks + 1 });
    if (rows.length > mostLinks) throw refuse('too-costly', 'The chain leads to too many resources: narrow it');
    return rows.map(({ _id }) => _id);
  };
}
