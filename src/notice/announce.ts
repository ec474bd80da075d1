// The notice after two weeks: something that was deposited then is still held, and the holder is invited to see a professional.
// https://www.legifrance.gouv.fr/codes/section_lc/LEGITEXT000006072665/LEGISCTA000006190235 (code de la santé publique, R1111-53)
import { awaitingNotice } from '../audit/notice.ts';
import { newId } from '../fhir/id.ts';
import { addDays } from '../fhir/instant.ts';
import { indexed } from '../interaction/context.ts';
import { mailsFor } from '../interaction/mail.ts';
import type { Made } from '../store/notice.ts';
import { Stale } from '../store/reading.ts';
import type { World } from './world.ts';

const fortnight = 14;

/** Of each record, whichever process is first. Gives in how many there was something to say. */
export async function announce(world: World): Promise<number> {
  const { store, clock } = world;
  const now = clock();
  const since = addDays(now, -fortnight);
  const term = { now, deposited: since, again: since };
  let told = 0;
  for await (const rec of store.awaiting.records(term)) {
    try {
      await store.awaiting.tell(rec, term, async (what) => await made(world, { ...what, now }));
      told += 1;
    } catch (error) {
      // Another process tells of it at this moment.
      if (!(error instanceof Stale)) throw error;
    }
  }
  return told;
}

async function made(world: World, what: Parameters<typeof awaitingNotice>[1]): Promise<Made> {
  const { ids, store, mailing } = world;
  const index = { ...world, caller: { who: { kind: 'holder' } } };
  const row = awaitingNotice(
    { newId: (record) => newId(ids, record), index: (resource) => indexed(index, 'Communication', resource) },
    what,
  );
  const record = mailing ? await store.records.get(what.rec) : undefined;
  return { row, mails: record === undefined ? [] : mailsFor(record, row, what.now) };
}
