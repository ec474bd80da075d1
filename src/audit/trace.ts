// The traces of one request: one AuditEvent per record, set of labels and hold, and day in the claims window of what was delivered or written.

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
  /** The day with which it leaves the claims window. */
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
  /** It asked what there is, by itself, as an operation or in a transaction. */
  readonly searched: boolean;
};

export type TraceContext = {
  readonly baseUrl: string;
  readonly statute: string;
  readonly newId: (record: string | undefined) => string;
  readonly index: (resource: JsonObject) => Pick<Row, 'idx' | 'p' | 's' | 'c'>;
};

/**
 * Each has the question, as far as whoever sees the trace may know it (`questionOf`). Where all that a search delivered is hidden from its
 * holder or a representative, there is the trace of a search without result beside: as if it were not there, they read that he searched.
 * Where it leaves the claims window, that trace is there afterwards.
 */
export function tracesOf(context: TraceContext, act: Act): readonly Traced[] {
  const groups: (readonly Touched[])[] = [...Map.groupBy(act.touched, groupName).values()];
  const traced = groups.map((group) => ({ row: traceOf(context, act, group), of: group }));
  if (groups.length > 0 && !isOnceWithout(act)) return traced;
  const after = act.touched.filter((one) => !isHidden(act, one)).flatMap(({ feed }) => feed ?? []);
  const row = { ...traceOf(context, act, []), ...(after.length === 0 ? {} : { after: latest(after) }) };
  return [...traced, { row, of: [] }];
}

/** A search that is without result to somebody of the record, now or later. */
function isOnceWithout(act: Act): boolean {
  const ofRecords = act.touched.filter(({ rec }) => rec !== undefined);
  const isGone = (one: Touched): boolean => one.rec === act.record && (one.feed !== undefined || isHidden(act, one));
  return act.searched && ofRecords.length > 0 && ofRecords.every(isGone);
}

function isHidden({ now }: Act, { rd, hold }: Touched): boolean {
  return (hold !== undefined && hold > now) || !rd.includes('REP');
}

function latest(days: readonly Date[]): Date {
  return new Date(Math.max(...days.map(Number)));
}

/** What leaves the claims window takes its traces along, and no other: those of each day. */
function groupName({ rec, rd, hold, feed }: Touched): string {
  return JSON.stringify([rec, ['PS', 'REP', 'REL'].map((reader) => rd.includes(reader)), hold, feed]);
}

function traceOf(context: TraceContext, act: Act, group: readonly Touched[]): Row {
  const { caller, now, interaction, status, requested } = act;
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
    query: questionOf(act, group),
  });
  const by = caller.who.kind === 'professional' || caller.who.kind === 'delegate' ? `p:${caller.who.rpps}` : undefined;
  const feed = group[0]?.feed;
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

const idInRecord = /[a-km-np-z2-9]{13}-[a-km-np-z2-9]{13}/g;

/**
 * As it was sent, but for ids of records that this trace does not list: whether there is such a thing, and it was delivered, is told by
 * another trace, if by any. An id of nothing at all goes as well, so that it is no sign. A refusal names what was refused.
 */
function questionOf({ query, status }: Act, group: readonly Touched[]): string {
  if (status >= 400) return query;
  const told = new Set(group.map(({ id }) => id));
  return query.replaceAll(idInRecord, (id) => (told.has(id) ? id : '…'));
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
