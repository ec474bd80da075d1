// Since when a record is closed, and when what it holds goes: ten years after, or within three months where its holder has asked for it.
// Code de la santé publique, R. 1111-36: https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665
import { addMonths, beginningOfTime } from '../fhir/instant.ts';
import type { AccessRecord } from './record.ts';
import { isOpen } from './standing.ts';
import type { Statute } from './statute.ts';

type At = { readonly statute: Statute; readonly now: Date };
/** `floor`: since when the law of opening is what it is. Another may have had the record open until then. */
type Erasing = At & { readonly floor?: Date };

const retention = 120;
const untilErased = 3;

/** Undefined: it is open now, or never was. The later of the write that closed it and the end of its last open moment. */
export function closedSince(record: AccessRecord, { statute, now }: At): Date | undefined {
  if (isOpen(record, statute, now)) return undefined;
  return latest([record.closed, lastOpen(record, { statute, now })]);
}

/** The periods of the consents alone: what ended by itself, without a write. */
function lastOpen(record: AccessRecord, { statute, now }: At): Date | undefined {
  const beginnings = record.closings.map(({ low }) => new Date(low.getTime() - 1)).filter((at) => at > beginningOfTime);
  const ends = [...record.openings.map(({ high }) => high), ...beginnings];
  return latest(ends.filter((at) => at < now && isOpen(record, statute, at)));
}

function latest(instants: readonly (Date | undefined)[]): Date | undefined {
  return instants.filter((at) => at !== undefined).toSorted((a, b) => b.getTime() - a.getTime())[0];
}

/** Open, or never opened yet: nothing to keep for ten years. */
function isClosed(record: AccessRecord, { statute, now }: At): boolean {
  return !isOpen(record, statute, now) && (record.opened || statute.regime.opening === 'opt-out');
}

/** The state that a write makes, with since when it is closed; a record that is open has neither that nor a request of erasure. */
export function withClosing(before: AccessRecord, after: AccessRecord, at: At): AccessRecord {
  const { closed: _closed, erasure, ...rest } = after;
  if (isOpen(after, at.statute, at.now)) return rest;
  const since = closedSince(before, at);
  const asked = erasure === undefined || (since !== undefined && erasure < since) ? {} : { erasure };
  return isClosed(after, at) ? { ...rest, ...asked, closed: since ?? at.now } : { ...rest, ...asked };
}

export type Due = {
  readonly reason: 'retention' | 'request';
  /** When it was due; asked for, when it is too late. */
  readonly limit: Date;
};

/** What is erased now, and why. */
export function dueOf(record: AccessRecord, at: Erasing): Due | undefined {
  const asked = erasureAsked(record, at);
  if (asked !== undefined) return { reason: 'request', limit: erasedBy(asked) };
  const closed = closedSince(record, at);
  const since = closed && latest([closed, at.floor]);
  const limit = since && keptUntil(since);
  return limit === undefined || limit > at.now ? undefined : { reason: 'retention', limit };
}

/** Reopening withdraws it, by whatever opened the record. */
export function erasureAsked(record: AccessRecord, at: At): Date | undefined {
  const { erasure } = record;
  if (erasure === undefined || isOpen(record, at.statute, at.now)) return undefined;
  const since = closedSince(record, at);
  return since !== undefined && since > erasure ? undefined : erasure;
}

export function keptUntil(closed: Date): Date {
  return addMonths(closed, retention);
}

export function erasedBy(asked: Date): Date {
  return addMonths(asked, untilErased);
}
