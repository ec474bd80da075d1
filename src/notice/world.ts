// What works without a request: the frozen rest, the store, and the clock.
import type { Statute } from '../access/statute.ts';
import type { Conformance } from '../conformance/conformance.ts';
import type { Ids } from '../fhir/id.ts';
import type { Store } from '../store/store.ts';

export type World = {
  readonly conformance: Conformance;
  readonly statute: Statute;
  readonly store: Store;
  readonly ids: Ids;
  readonly baseUrl: string;
  readonly clock: () => Date;
  readonly mailing: boolean;
};
