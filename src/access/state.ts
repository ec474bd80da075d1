// Changes of a record's access state, as values: each gives the next version with what is derived from it.
import { isDeepStrictEqual } from 'node:util';
import { beginningOfTime, endOfTime, type Interval } from '../fhir/instant.ts';
import type { Ins } from '../identity/caller.ts';
import {
  type AccessRecord,
  type Actor,
  type ConsentRule,
  type Derived,
  type Guardian,
  isBlock,
  type Provision,
  type Team,
} from './record.ts';

type Stated = Omit<AccessRecord, keyof Derived>;

const always: Interval = { low: beginningOfTime, high: endOfTime };

export function newRecord(key: string, maker: string, ins?: Ins, birthDate?: string): AccessRecord {
  return derive({
    key,
    version: 1,
    maker,
    opened: false,
    consents: [],
    teams: [],
    guardians: [],
    ...(ins === undefined ? {} : { ins }),
    ...(birthDate === undefined ? {} : { birthDate }),
  });
}

/** The Consent as it now is: `rule` absent where it says nothing any more. */
export function withConsent(record: AccessRecord, id: string, rule: ConsentRule | undefined): AccessRecord {
  return next(record, { consents: replaced(record.consents, id, rule) });
}

export function withTeam(record: AccessRecord, id: string, team: Team | undefined): AccessRecord {
  return next(record, { teams: replaced(record.teams, id, team) });
}

export function withGuardian(record: AccessRecord, id: string, guardian: Guardian | undefined): AccessRecord {
  return next(record, { guardians: replaced(record.guardians, id, guardian) });
}

/** Its erasure asked for. */
export function withErasure(record: AccessRecord, asked: Date): AccessRecord {
  return next(record, { erasure: asked });
}

/** The consents that a new declaration of the médecin traitant ends: the previous declaration, and blocks that name him. */
export function endedBy(record: AccessRecord, declaration: ConsentRule): readonly string[] {
  if (declaration.role !== 'PCP') return [];
  const named = new Set(declaration.root.actors);
  return record.consents
    .filter(
      (rule) =>
        rule.id !== declaration.id &&
        (rule.role === 'PCP' || (isBlock(rule) && rule.root.actors?.some((actor) => named.has(actor)))),
    )
    .map(({ id }) => id);
}

/** The rules that have not ended and say the same; `exact`: for the very same period, else now and as long at least. */
export function sayingSo({ consents }: AccessRecord, wanted: ConsentRule, now: Date, exact: boolean): readonly string[] {
  const asked = periodOf(wanted.root);
  const isSoLong = (period: Interval): boolean =>
    exact ? isDeepStrictEqual(period, asked) : period.low <= now && period.high >= asked.high;
  return consents
    .filter(({ root }) => periodOf(root).high >= now && isSoLong(periodOf(root)))
    .filter((rule) => isDeepStrictEqual(timeless(rule), timeless(wanted)))
    .map(({ id }) => id);
}

function timeless({ id: _id, root: { period: _period, ...root }, ...rule }: ConsentRule): unknown {
  return { ...rule, root };
}

function replaced<T extends { readonly id: string }>(list: readonly T[], id: string, item: T | undefined): readonly T[] {
  const others = list.filter((one) => one.id !== id);
  return item === undefined ? others : [...others, item];
}

function next(record: AccessRecord, change: Partial<Stated>): AccessRecord {
  return derive({ ...record, ...change, version: record.version + 1 });
}

function derive(stated: Stated): AccessRecord {
  const sharing = stated.consents.filter(({ kind }) => kind === 'sharing');
  const openings = stated.consents.filter(({ kind }) => kind === 'opening');
  const permitted = sharing.filter(({ root }) => root.type === 'permit').flatMap(({ root }) => root.actors ?? []);
  const members = stated.teams.flatMap((team) => team.members.map(({ actor }) => actor));
  return {
    ...stated,
    opened: stated.opened || openings.some(({ root }) => root.type === 'permit'),
    actors: [...new Set<Actor>([...permitted, ...members])].filter((actor) => /^[ps]:/.test(actor)),
    openings: openings.filter(({ root }) => root.type === 'permit').map(({ root }) => periodOf(root)),
    closings: openings.filter(({ root }) => root.type === 'deny').map(({ root }) => periodOf(root)),
    blocks: sharing
      .filter(isBlock)
      .flatMap(({ root }) => (root.actors ?? []).flatMap((actor) => blocked(actor, root, stated.teams))),
  };
}

/** Of a care team: its members, while they are. */
function blocked(actor: Actor, root: Provision, teams: readonly Team[]): AccessRecord['blocks'] {
  const during = periodOf(root);
  const team = teams.find(({ id }) => actor === `t:${id}`);
  if (team === undefined) return [{ actor, ...during }];
  return team.members.map((member) => ({ actor: member.actor, ...common(during, common(team.period, member.period)) }));
}

function common(one: Interval, other: Interval): Interval {
  const low = Math.max(one.low.getTime(), other.low.getTime());
  const high = Math.min(one.high.getTime(), other.high.getTime());
  return { low: new Date(low), high: new Date(high) };
}

function periodOf(root: Provision): Interval {
  return root.period ?? always;
}
