// Closing, reopening and the request of erasure by whoever rules the record: the Consents that say so, written as any other.
// https://hl7.org/fhir/R4/consent.html
import { erasureAsked } from '../access/closing.ts';
import { forbidden, reaches, rules } from '../access/opening.ts';
import type { AccessRecord } from '../access/record.ts';
import { inForce, isOpen } from '../access/standing.ts';
import { withErasure } from '../access/state.ts';
import type { Touched } from '../audit/trace.ts';
import { endOfTime } from '../fhir/instant.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import type { Interaction } from '../identity/scope.ts';
import { accountOf } from './account.ts';
import { consentText } from './consent-text.ts';
import type { Context } from './context.ts';
import { createNow } from './create.ts';
import { askingFor, mayAsk } from './reach.ts';
import { revise } from './revise.ts';
import { present } from './target.ts';
import { commitTraced } from './write.ts';

/** The permits of opening become inactive; where nobody needs one, an objection is written. */
export async function closeRecord(context: Context, key: string): Promise<AccessRecord> {
  return await ruled(context, key, ['c', 'u'], async (inside, record) => {
    for (const { id } of inForce(record, 'opening', 'permit')) await inactivate(inside, id);
    if (context.statute.regime.opening === 'opt-out' && !isClosedForGood(record, inside)) await declare(inside, key, 'deny');
  });
}

/** The objections become inactive; where nothing permits to open the record, a permit is written. */
export async function reopenRecord(context: Context, key: string): Promise<AccessRecord> {
  return await ruled(context, key, ['c', 'u'], async (inside, record) => {
    for (const { id } of inForce(record, 'opening', 'deny')) await inactivate(inside, id);
    const left = await inside.store.records.current(key);
    if (left !== undefined && !isOpen(left, context.statute, context.moments.now)) await declare(inside, key, 'permit');
  });
}

/** 409 where the record is open; asked for again, the first instant holds. */
export async function askErasure(context: Context, key: string): Promise<AccessRecord> {
  const { statute, moments } = context;
  const at = { statute, now: moments.now };
  return await ruled(context, key, ['u'], async (inside, record) => {
    if (isOpen(record, statute, moments.now))
      throw refuse('conflict', 'The record is open: close it first ($close), then ask for its erasure');
    if (erasureAsked(record, at) !== undefined) return;
    const expects = new Map([[key, record.version]]);
    await commitTraced(inside, { id: key, expects, record: withErasure(record, moments.now) }, 200);
  });
}

type Run = (inside: Context, record: AccessRecord) => Promise<void>;

/** One transaction and one trace; gives the record as it is then. To whoever does not rule it there is no record. */
async function ruled(context: Context, key: string, letters: readonly Interaction[], run: Run): Promise<AccessRecord> {
  const { kind } = context.caller.who;
  if (kind !== 'holder' && kind !== 'related')
    throw forbidden('Only the holder of the record, or who represents him, may do this');
  for (const letter of letters) mayAsk(context, letter, 'Consent');
  const asking = await askingFor(context, 'u', 'Consent');
  const { store } = context;
  return await store.steady(
    async () =>
      await store.transaction(async (within) => {
        const record = await within.records.current(key);
        context.trail.record = record?.key;
        if (record === undefined || !reaches(asking, record) || !rules(asking, record)) throw notFound();
        const touched: Touched[] = [];
        const inside = { ...context, store: within, gather: (more: readonly Touched[]) => void touched.push(...more) };
        await run(inside, record);
        await within.trace(accountOf(context, { status: 200, touched }));
        return (await within.records.current(key)) ?? record;
      }),
  );
}

/** As a PUT of the Consent. */
async function inactivate(context: Context, id: string): Promise<void> {
  const found = await present(context, 'u', 'Consent', id);
  await revise(context, 'Consent', found, (before) => ({ ...before, status: 'inactive' }));
}

/** As a POST of the Consent. */
async function declare(context: Context, key: string, type: 'permit' | 'deny'): Promise<void> {
  const { caller, moments } = context;
  const resource = consentText({ caller, now: moments.now }, 'opening', key, { type });
  await createNow(context, { type: 'Consent', resource });
}

function isClosedForGood({ closings }: AccessRecord, { moments: { now } }: Context): boolean {
  return closings.some(({ low, high }) => low <= now && high.getTime() === endOfTime.getTime());
}
