// What is kept of a request: its traces, and the notices of what it delivered.
// https://profiles.ihe.net/ITI/BALP, https://hl7.org/fhir/R4/communication.html
import { medecinsTraitants } from '../access/standing.ts';
import { policyDisplays } from '../access/statute.ts';
import { type Access, accessesOf, accessNotice } from '../audit/notice.ts';
import { type Act, type Touched, type Traced, tracesOf } from '../audit/trace.ts';
import { newId } from '../fhir/id.ts';
import type { Made, Notice } from '../store/notice.ts';
import type { Account } from '../store/trace.ts';
import { type Context, indexed } from './context.ts';
import { mailsFor } from './mail.ts';

export const nothingKept: Account = { traces: [], notices: [] };

export function accountOf(context: Context, act: Pick<Act, 'status' | 'touched'>): Account {
  const { caller, moments, trail, ids, baseUrl, statute, requested } = context;
  const trace = {
    baseUrl,
    statute: statute.hash,
    newId: (record: string | undefined) => newId(ids, record),
    index: (resource: Parameters<typeof indexed>[2]) => indexed(context, 'AuditEvent', resource),
  };
  const { interaction, query, record, searched = false } = trail;
  const told = { ...act, caller, now: moments.now, interaction, requested, query, searched };
  const whole = { ...told, ...(record === undefined ? {} : { record }) };
  const traced = tracesOf(trace, whole);
  return { traces: traced.map(({ row }) => row), notices: noticesOf(context, traced) };
}

/** What he gets to read: of a professional, and but for what is kept of accesses, it is told of. */
export function delivered({ caller }: Context, touched: readonly Touched[]): readonly Touched[] {
  if (caller.who.kind !== 'professional') return touched;
  return touched.map((one) => (one.aside ? one : { ...one, delivered: true }));
}

/** Of the first access of a professional, and of each in an emergency. */
function noticesOf(context: Context, traced: readonly Traced[]): readonly Notice[] {
  const { caller, moments } = context;
  const { who, mode } = caller;
  if (who.kind !== 'professional') return [];
  return accessesOf(traced, moments.now).map((access) => ({
    rec: access.rec,
    by: `p:${who.rpps}`,
    now: moments.now,
    sight: access.sight,
    once: mode === 'TREAT',
    make: async () => await made(context, access),
  }));
}

async function made(context: Context, access: Access): Promise<Made> {
  const { caller, moments, store, mailing } = context;
  const record = await store.records.get(access.rec);
  const told = {
    caller,
    now: moments.now,
    profession: professionOf(context),
    treating: record === undefined || caller.mode === 'TREAT' ? [] : medecinsTraitants(record, moments.now),
  };
  const row = accessNotice({ index: (resource) => indexed(context, 'Communication', resource) }, access, told);
  return { row, mails: mailing && record !== undefined ? mailsFor(record, row, moments.now) : [] };
}

function professionOf({ caller: { who }, conformance }: Context): string | undefined {
  if (who.kind !== 'professional') return undefined;
  const { system, code } = who.profession;
  return policyDisplays(conformance).get(`${system}|${code}`)?.toLowerCase();
}
