// The traces of one request: one AuditEvent per record and set of labels and hold of what was delivered or written.

import type { AuditEvent, Communication } from '@medplum/fhirtypes';
import type { JsonObject } from '../fhir/json.ts';
import { pointedAt, pointingAt } from '../filter/envelope.ts';
import { type Envelope, type Row, server } from '../filter/row.ts';
import type { Caller } from '../identity/caller.ts';
import { auditEvent } from './audit-event.ts';
import type { Interaction, Requested } from './told.ts';

/** What was delivered or written. */
export type Touched = Envelope & {
  readonly type: string;
  readonly id: string;
  readonly rec?: string;
  readonly feed?: Date;
  /** No access to the record: a trace or a notice, a deposit of his own that is answered back. */
  readonly aside?: true;
  /** The caller gets it to read. */
  readonly delivered?: true;
};

/** A trace, and what it tells of. */
export type Traced = { readonly row: Row; readonly of: readonly Touched[] };

export type Act = {
  readonly caller: Caller;
  readonly now: Date;
  readonly interaction: Interaction;
  readonly status: number;
  readonly requested: Requested;
  /** Of a request that touched nothing: the record that it named. */
  readonly record?: string;
  readonly touched: readonly Touched[];
  readonly query: string;
};

export type TraceContext = {
  readonly baseUrl: string;
  readonly statute: string;
  readonly newId: (record: string | undefined) => string;
  readonly index: (resource: JsonObject) => Pick<Row, 'idx' | 'p' | 's' | 'c'>;
};

export function tracesOf(context: TraceContext, act: Act): readonly Traced[] {
  const groups = [...Map.groupBy(act.touched, groupName).values()];
  if (groups.length === 0) return [{ row: traceOf(context, act, [], true), of: [] }];
  const most = groups.toSorted((a, b) => hiddenness(b[0]) - hiddenness(a[0]))[0];
  // The address of a transaction tells nothing: were it missing, that would tell of a group more hidden.
  return groups.map((group) => ({
    row: traceOf(context, act, group, group === most || act.interaction === 'transaction'),
    of: group,
  }));
}

/** What leaves the claims window takes its traces along, and no other. */
function groupName({ rec, rd, hold, feed }: Touched): string {
  return JSON.stringify([rec, ['PS', 'REP', 'REL'].map((reader) => rd.includes(reader)), hold, feed !== undefined]);
}

export function earliestFeed(touched: readonly Touched[]): Date | undefined {
  return touched.flatMap(({ feed }) => feed ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0];
}

/** Held from the holder comes first, then the fewer readers. */
function hiddenness(one: Touched | undefined): number {
  if (one === undefined) return 0;
  return (one.hold === undefined ? 0 : 10) + 3 - ['PS', 'REP', 'REL'].filter((reader) => one.rd.includes(reader)).length;
}

function traceOf(context: TraceContext, act: Act, group: readonly Touched[], withQuery: boolean): Row {
  const { caller, now, interaction, status, requested, query } = act;
  const rec = group[0]?.rec ?? (group.length === 0 ? act.record : undefined);
  const id = context.newId(rec);
  const listed = group.filter(({ type }) => type !== 'AuditEvent').map(({ type, id: of }) => `${type}/${of}`);
  const resource = auditEvent({
    id,
    recorded: now,
    caller,
    interaction,
    status,
    requested,
    baseUrl: context.baseUrl,
    statute: context.statute,
    resources: listed,
    ...(group[0]?.rec === undefined || group[0].rec.startsWith('p:') ? {} : { patient: group[0].rec }),
    ...(withQuery ? { query } : {}),
  });
  const by = caller.who.kind === 'professional' || caller.who.kind === 'delegate' ? `p:${caller.who.rpps}` : undefined;
  const feed = earliestFeed(group);
  const { tcs = [], ...envelope } = pointingAt(group.map(({ type, ...one }) => pointedAt(type, one)));
  return {
    ...serverRow(context, resource, { id, now, ...(rec === undefined ? {} : { rec }) }),
    ...envelope,
    tcs,
    ...(by === undefined ? {} : { by }),
    ...(feed === undefined ? {} : { feed }),
    refs: listed,
  };
}

/** The row of what the server itself writes; who may read it is said by what stands beside. */
export function serverRow(
  { index }: Pick<TraceContext, 'index'>,
  resource: AuditEvent | Communication,
  { id, rec, now }: { readonly id: string; readonly rec?: string; readonly now: Date },
): Omit<Row, 'rd'> {
  const json: JsonObject = { ...resource };
  return {
    _id: id,
    v: 1,
    lu: now,
    ...(rec === undefined ? {} : { rec }),
    date: now,
    dhi: now,
    made: now,
    dep: server,
    n: 0,
    line: [id],
    ...index(json),
    j: JSON.stringify(json),
  };
}
