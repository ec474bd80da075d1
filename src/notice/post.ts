// The outbox emptied: an e-mail leaves once its reader sees the notice, is tried again for days, and never says what is new.
// https://www.rfc-editor.org/rfc/rfc5321#section-4.5.4.1
import { createHash } from 'node:crypto';
import { authorize } from '../access/authorize.ts';
import type { AccessRecord } from '../access/record.ts';
import { isInCharge } from '../access/standing.ts';
import { startOfDay } from '../fhir/instant.ts';
import { isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { equals } from '../filter/filter.ts';
import type { Caller, Who } from '../identity/caller.ts';
import type { Mail } from '../store/outbox.ts';
import { emailOf } from './address.ts';
import type { Relay } from './smtp.ts';
import type { World } from './world.ts';

/** How many of each; `refused`: for good, or tried for days in vain; `why`: codes of the relay, each once. */
export type Posted = {
  readonly sent: number;
  readonly refused: number;
  readonly failed: number;
  /** Nobody to send it to, or he does not see the notice. */
  readonly dropped: number;
  readonly why: readonly string[];
};

const minute = 60_000;
const hour = 60 * minute;
const longestWait = 12 * hour;
/** Four days: each wait is twice the one before, up to half a day. */
const mostTries = 17;
const mostAtOnce = 200;

/** All that is due, up to a bound. */
export async function post(world: World, relay: Relay): Promise<Posted> {
  const counts = { sent: 0, refused: 0, failed: 0, dropped: 0 };
  const why = new Set<string>();
  for (let done = 0; done < mostAtOnce; done += 1) {
    const taken = world.clock();
    const mail = await world.store.outbox.take(taken);
    if (mail === undefined) break;
    // Whatever else fails, another attempt follows once it is nobody's any more.
    const { as, reason } = await attempt(world, relay, mail, taken).catch((error: unknown): Attempt => failed(error));
    counts[as] += 1;
    if (reason !== undefined) why.add(reason);
  }
  return { ...counts, why: [...why] };
}

type Attempt = { readonly as: 'sent' | 'refused' | 'failed' | 'dropped'; readonly reason?: string };

async function attempt(world: World, relay: Relay, mail: Mail, now: Date): Promise<Attempt> {
  const { outbox } = world.store;
  const to = await addressOf(world, mail, now);
  if (to === undefined) {
    await outbox.drop(mail);
    return { as: 'dropped' };
  }
  const sending = await relay.send({ id: createHash('sha256').update(mail._id).digest('hex').slice(0, 32), to });
  if (sending.as === 'sent') {
    await outbox.sent(mail, now);
    return { as: 'sent' };
  }
  const next = new Date(now.getTime() + Math.min(2 ** (mail.tries - 1) * minute, longestWait));
  const isOver = sending.as === 'refused' || mail.tries >= mostTries;
  await (isOver ? outbox.drop(mail) : outbox.postpone(mail, next));
  return { as: isOver ? 'refused' : 'failed', reason: sending.why };
}

function failed(error: unknown): Attempt {
  return { as: 'failed', reason: error instanceof Error ? error.name : 'unknown' };
}

/** Undefined where he may not see the notice now, or has no address. */
async function addressOf(world: World, { rec, to, notice }: Mail, now: Date): Promise<string | undefined> {
  const record = await world.store.records.current(rec);
  if (record === undefined) return undefined;
  const guardians = record.guardians.map(({ id }) => id).filter((id) => isInCharge(record, id, now));
  const readers = to === 'h' ? guardians.map(related) : [];
  const reader: Who = to === 'h' ? { kind: 'holder', patient: rec } : related(to.slice(2));
  // The address of a minor may be his parents'.
  for (const one of [reader, ...readers])
    if ((await seen(world, record, one, now, 'Communication', notice)) === undefined) return undefined;
  const [type, id] = to === 'h' ? ['Patient', rec] : ['RelatedPerson', to.slice(2)];
  const person = await seen(world, record, reader, now, type ?? '', id ?? '');
  return person && emailOf(person, now);
}

const related = (id: string): Who => ({ kind: 'related', related: id });

/** What he would read himself. */
async function seen(
  { store, statute }: World,
  record: AccessRecord,
  who: Who,
  now: Date,
  type: string,
  id: string,
): Promise<JsonObject | undefined> {
  const caller: Caller = { who, issuer: '', subject: '', scopes: [], mode: 'TREAT', vitale: [], id: '' };
  const permission = authorize({ caller, now, statute }, [record]);
  const reading = store.reading({ now, today: startOfDay(now) });
  const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1 });
  const resource = row === undefined ? undefined : parseJson(row.j);
  return isObject(resource) ? resource : undefined;
}
