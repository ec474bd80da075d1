// How an answer leaves: after its trace and the notice of it are durable, and only if one primary gave the rows, the rules and the trace's acknowledgement.

import type { Touched } from '../audit/trace.ts';
import { startOfDay } from '../fhir/instant.ts';
import { refuse } from '../fhir/outcome.ts';
import { server } from '../filter/row.ts';
import type { Found } from '../store/reading.ts';
import { type Reading, Stale } from '../store/reading.ts';
import { accountOf, delivered } from './account.ts';
import type { Answer, Context } from './context.ts';

/** What an operation adds to the texts of these rows, each as it was found. */
export type Telling = (reading: Reading, rows: readonly Found[]) => Promise<(text: string) => string>;

export function touchedBy(type: string, row: Pick<Found, '_id' | 'rd'> & Partial<Found>): Touched {
  const { _id, rec, rd, hold, tc, tcs, dep } = row;
  const feed = feedOf(type, row);
  return {
    type,
    id: _id,
    rd,
    ...(rec === undefined ? {} : { rec }),
    ...(hold === undefined ? {} : { hold }),
    ...(tc === undefined ? {} : { tc }),
    ...(tcs === undefined ? {} : { tcs }),
    ...(feed === undefined ? {} : { feed }),
    ...(dep === server ? { aside: true } : {}),
  };
}

/** The day with which it leaves the claims window. No trace lists a trace: it does not go with it. */
export function feedOf(type: string, { dep, date, feed }: Partial<Found>): Date | undefined {
  if (dep?.startsWith('f:')) return date && startOfDay(date);
  return type === 'AuditEvent' ? undefined : feed;
}

export async function leave(context: Context, reading: Reading, touched: readonly Touched[], answer: Answer): Promise<Answer> {
  const { store, gather } = context;
  const read = delivered(context, touched);
  if (gather) {
    gather(read);
    return answer;
  }
  try {
    await store.trace(accountOf(context, { status: answer.status, touched: read }));
  } catch {
    throw refuse('busy', 'The access could not be traced; try again');
  }
  if (store.term() !== reading.term) throw new Stale([]);
  return answer;
}

/** What delivers nothing, a refusal with a valid token, is traced too; a trace that cannot be written refuses the request all the same. */
export async function traceOnly(context: Context, status: number): Promise<void> {
  await context.store.trace(accountOf(context, { status, touched: [] }));
}

/** https://hl7.org/fhir/R4/http.html#versioning */
export function versionHeaders({ v, lu }: Pick<Found, 'v' | 'lu'>): Record<string, string> {
  return { ETag: `W/"${v}"`, 'Last-Modified': lu.toUTCString() };
}
