// What an interaction works with: one request's caller, clock and store, and the frozen rest.
import type { Readable } from 'node:stream';
import type { Statute } from '../access/statute.ts';
import type { Interaction, Requested } from '../audit/told.ts';
import type { Touched } from '../audit/trace.ts';
import type { Conformance, TypeCapability } from '../conformance/conformance.ts';
import type { Ids } from '../fhir/id.ts';
import { type JsonObject, objectsOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import type { Moments } from '../filter/bind.ts';
import type { Row } from '../filter/row.ts';
import type { Caller } from '../identity/caller.ts';
import type { Cursors } from '../search/cursor.ts';
import { indexOf } from '../search/index-of.ts';
import { recordParametersOf } from '../search/record.ts';
import type { ByteRange } from '../store/attachment.ts';
import type { Store } from '../store/store.ts';
import type { TextReader } from '../text/text-reader.ts';
import type { Remarks } from './understood.ts';

export type Context = {
  readonly conformance: Conformance;
  readonly statute: Statute;
  readonly store: Store;
  readonly cursors: Cursors;
  readonly caller: Caller;
  readonly moments: Moments;
  readonly ids: Ids;
  readonly baseUrl: string;
  /** Notices are sent by e-mail too. */
  readonly mailing: boolean;
  readonly requested: Requested;
  readonly trail: Trail;
  /** `_format` as it was sent: the links of a Bundle keep it. */
  readonly format?: string;
  /** Of one request. */
  readonly texts: Pick<TextReader, 'read'>;
  readonly remarks: Remarks;
  /** In a transaction: what is delivered or written, to be traced once, at its end. */
  readonly gather?: (touched: readonly Touched[]) => void;
};

/** What a refusal needs to be traced by: filled as the request becomes known. `searched`: it has asked what there is, by itself or in a Bundle. */
export type Trail = { interaction: Interaction; query: string; record: string | undefined; searched?: true };

export type Bytes = {
  readonly type: string;
  readonly size: number;
  /** Whether the resource shows them as its `data`. */
  readonly asData: boolean;
  /** Each call is a stream of its own. */
  readonly open: (range?: ByteRange) => Readable;
};

export type Answer = {
  readonly status: number;
  /** JSON text of one resource; absent: no body. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a Binary, whose `body` is without its data then. */
  readonly bytes?: Bytes;
  /** What its sender should know of what was accepted: an OperationOutcome beside the body. */
  readonly outcome?: string;
};

/** What decides by what a resource is found: the testers' database knows no records. */
export type Indexing = Pick<Context, 'conformance' | 'baseUrl'> & {
  readonly caller: { readonly who: { readonly kind: string } };
};

export function isTester({ caller }: Pick<Indexing, 'caller'>): boolean {
  return caller.who.kind === 'tester';
}

export function capabilityOf({ conformance }: Pick<Indexing, 'conformance'>, type: string): TypeCapability {
  const capability = conformance.types.get(type);
  if (capability === undefined) throw refuse('unknown-type', 'Resource type not supported');
  return capability;
}

/** A trace names its record by where it stands, whatever its text points at; in the testers' database nothing has a record. */
export function recordParameters(context: Indexing, type: string): ReadonlySet<string> {
  if (isTester(context)) return new Set();
  return type === 'AuditEvent' ? new Set(['patient']) : recordParametersOf(context.conformance, type);
}

export function indexed(context: Indexing, type: string, resource: JsonObject): Pick<Row, 'idx' | 'p' | 's' | 'c' | 'w'> {
  return indexOf(capabilityOf(context, type), resource, {
    recordParameters: recordParameters(context, type),
    base: context.baseUrl,
    types: context.conformance.types,
  });
}

/** Codings of a list of CodeableConcepts. */
export function codingsOf(concepts: unknown): readonly JsonObject[] {
  return objectsOf(concepts).flatMap(({ coding }) => objectsOf(coding));
}
