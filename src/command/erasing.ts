// Erases the records whose ten years are over and those whose erasure was asked for, while servers run; says how many, never which.
// Code de la santé publique, R. 1111-36: https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665
import { type Due, dueOf } from '../access/closing.ts';
import { openFilter } from '../access/standing.ts';
import type { Statute } from '../access/statute.ts';
import { erasureTrace } from '../audit/erasure-event.ts';
import type { Conformance } from '../conformance/conformance.ts';
import { newId, randomIds } from '../fhir/id.ts';
import { startOfDay } from '../fhir/instant.ts';
import { isObject, parseJson } from '../fhir/json.ts';
import { not } from '../filter/filter.ts';
import { claimsOfDepositor } from '../interaction/claim.ts';
import { indexed } from '../interaction/context.ts';
import type { Database, Erasure } from '../store/database.ts';
import {
  beginErasure,
  type Candidate,
  type ClaimsOf,
  emptyRecord,
  erasuresUnderWay,
  finishErasure,
  forgetSubmissions,
  type Judge,
  openingRuleSince,
  recordsDue,
} from '../store/erasure.ts';

/** What an erasure works with. */
export type Work = {
  readonly database: Database;
  readonly conformance: Conformance;
  readonly statute: Statute;
  readonly baseUrl: string;
  readonly clock: () => Date;
  /** Waits so many ms: for what servers have under way. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly log: (line: string) => void;
};

/** MongoDB ends a transaction after a minute, the server a read after twenty seconds. */
const longestUnderWay = 90_000;
const day = 24 * 3600 * 1000;

/** Records that another law closed are closed since it is in force, as far as this command has seen: it runs every night. */
async function judgeFor({ database, statute, clock }: Work, isDry: boolean): Promise<Judge> {
  const floor = await openingRuleSince(database, statute.regime.opening, clock(), isDry);
  return (record) => dueOf(record, { statute, now: clock(), ...(floor && { floor }) });
}

function candidates({ database, statute, clock }: Work, judge: Judge): AsyncGenerator<Candidate, void> {
  const now = clock();
  return recordsDue(database, not(openFilter(statute, now)), { now, today: startOfDay(now) }, judge);
}

/** Says what would go, and changes nothing. */
export async function countDue(work: Work): Promise<void> {
  const { database, clock, log } = work;
  const due: Due[] = [];
  let unreadable = 0;
  for await (const found of candidates(work, await judgeFor(work, true))) {
    if (found.due === undefined) unreadable += 1;
    else due.push(found.due);
  }
  const now = clock().getTime();
  const of = (reason: Due['reason']): readonly number[] =>
    due.filter((one) => one.reason === reason).map(({ limit }) => (limit.getTime() - now) / day);
  const [asked, kept] = [of('request'), of('retention')];
  const ahead = asked.filter((days) => days >= 0);
  const nearest = ahead.length === 0 ? '' : `, the nearest limit in ${Math.floor(Math.min(...ahead))} days`;
  log(`On request: ${asked.length} (${asked.length - ahead.length} overdue${nearest})`);
  const longest = kept.length === 0 ? '' : ` (the first ${Math.floor(-Math.min(...kept))} days ago)`;
  log(`Ten years after closure: ${kept.length}${longest}`);
  log(`Under way: ${(await erasuresUnderWay(database)).length}`);
  sayUnreadable(unreadable, log);
  log('Nothing was changed.');
}

export async function eraseDue(work: Work): Promise<void> {
  const { database, clock, log } = work;
  const claimsOf = claimsFrom(work);
  const judge = await judgeFor(work, false);
  let unreadable = 0;
  const underWay = (await erasuresUnderWay(database)).length;
  if (underWay > 0) log(`${underWay} were under way.`);
  for await (const { key, due } of candidates(work, judge)) {
    if (due === undefined) unreadable += 1;
    else await beginErasure(database, key, judge, clock());
  }
  sayUnreadable(unreadable, log);
  const listed = await erasuresUnderWay(database);
  await emptyAll(work, listed, claimsOf);
  await settle(work, listed);
  // What was under way at the first step has written what it will.
  await emptyAll(work, listed, claimsOf);
  const keys = listed.map(({ _id }) => _id);
  if (keys.length > 0) await forgetSubmissions(database, new Set(keys));
  const done: Erasure[] = [];
  for (const key of keys) {
    const erased = await finishErasure(database, key, traceOf(work));
    if (erased) done.push(erased);
  }
  sayDone(done, log);
}

/** Nobody finds any of them already. */
async function emptyAll({ database, log }: Work, listed: readonly Erasure[], claimsOf: ClaimsOf): Promise<void> {
  let said = performance.now();
  for (const [at, { _id }] of listed.entries()) {
    await emptyRecord(database, _id, claimsOf);
    if (performance.now() - said < 1000) continue;
    said = performance.now();
    log(`${at + 1} of ${listed.length} are empty`);
  }
}

async function settle({ clock, pause, log }: Work, listed: readonly Erasure[]): Promise<void> {
  const last = Math.max(...listed.map(({ at }) => at.getTime()));
  const left = Math.min(longestUnderWay, last + longestUnderWay - clock().getTime());
  if (listed.length === 0 || left <= 0) return;
  if (left > 1000) log(`Waiting ${Math.ceil(left / 1000)} seconds for what was under way.`);
  await pause(left);
}

function claimsFrom({ conformance, baseUrl }: Work): ClaimsOf {
  const caller = { who: { kind: 'operator' } };
  return (type, { dep, j, idx }) => {
    if (idx !== undefined) return claimsOfDepositor(dep, type, idx);
    const resource = j === '' ? undefined : parseJson(j);
    if (!isObject(resource) || !conformance.types.has(type)) return [];
    return claimsOfDepositor(dep, type, indexed({ conformance, baseUrl, caller }, type, resource).idx);
  };
}

function traceOf({ conformance, statute, clock, baseUrl }: Work): Parameters<typeof finishErasure>[2] {
  const caller = { who: { kind: 'operator' } };
  return ({ _id, reason, at, ...counts }) =>
    erasureTrace(
      {
        baseUrl,
        statute: statute.hash,
        newId: (record) => newId(randomIds, record),
        index: (resource) => indexed({ conformance, baseUrl, caller }, 'AuditEvent', resource),
      },
      { record: _id, reason, begun: at, ended: clock(), counts },
    );
}

function sayUnreadable(unreadable: number, log: Work['log']): void {
  if (unreadable > 0) log(`${unreadable} have an access state that cannot be read: they stay.`);
}

function sayDone(done: readonly Erasure[], log: Work['log']): void {
  const asked = done.filter(({ reason }) => reason === 'request').length;
  const sum = (name: 'resources' | 'versions' | 'traces' | 'files'): number => done.reduce((all, one) => all + one[name], 0);
  log(`Erased: ${done.length} records, ${asked} on request, ${done.length - asked} ten years after closure.`);
  if (done.length > 0)
    log(
      `With them went ${sum('resources')} resources, ${sum('versions')} old versions, ${sum('traces')} traces, ${sum('files')} files.`,
    );
}
