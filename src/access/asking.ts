// Who asks, when, and under which statute: what every decision of access starts from.
import type { Caller } from '../identity/caller.ts';
import type { Statute } from './statute.ts';

/** `bound`: the key of the one record that the token's scopes are bound to, if they are. */
export type Asking = { readonly caller: Caller; readonly now: Date; readonly statute: Statute; readonly bound?: string };
