// How a caller stands to one record now: open, in charge, médecin traitant, blocked, permitted.

import { addMonths, endOfTime, holds, intervalOf } from '../fhir/instant.ts';
import { and, element, type Filter, not, oneOf, range } from '../filter/filter.ts';
import type { Caller, Ins, Who } from '../identity/caller.ts';
import { isSameIns } from '../identity/identifiers.ts';
import type { Asking } from './asking.ts';
import { concerns, isInForce, type Standing } from './provision.ts';
import type { AccessRecord, Actor, ConsentRule, Guardian } from './record.ts';
import type { Statute } from './statute.ts';

export const doctor = 'https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante|10';
export const occupational = 'SM25';

/** Who deposits when this caller does. */
export function depositorOf({ who, issuer, subject }: Caller): string {
  switch (who.kind) {
    case 'professional':
    case 'delegate':
      return `p:${who.rpps}`;
    case 'structure':
      return `s:${who.finess}`;
    case 'feeder':
      return `f:${issuer}`;
    case 'holder':
      return 'h';
    case 'related':
      return `r:${who.related}`;
    case 'agent':
      return `a:${issuer}|${subject}`;
    case 'operator':
      return 'o';
    case 'tester':
      return 't';
  }
}

/** Who enters what is deposited in another's name: the delegate. */
export function entererOf({ who }: Pick<Caller, 'who'>): Actor | undefined {
  return who.kind === 'delegate' ? `d:${who.secretary.issuer}|${who.secretary.subject}` : undefined;
}

/** The structure of a deposit: the depositing one, or that which the person's token names. */
export function structureOf(who: Who): string | undefined {
  return who.kind === 'structure' || who.kind === 'professional' || who.kind === 'delegate' ? who.finess : undefined;
}

/** The business identifiers that a consent may name him by, care teams aside. */
export function namesOf(who: Who): readonly Actor[] {
  switch (who.kind) {
    case 'professional':
    case 'delegate':
      return who.finess === undefined ? [`p:${who.rpps}`] : [`p:${who.rpps}`, `s:${who.finess}`];
    case 'structure':
      return [`s:${who.finess}`];
    case 'related':
      return [`r:${who.related}`];
    default:
      return [];
  }
}

export function standingIn(record: AccessRecord, caller: Caller, now: Date): Standing {
  const names = namesOf(caller.who);
  return { actors: new Set([...names, ...teamsOf(record, names, now).map((id) => `t:${id}`)]), mode: caller.mode, now };
}

/** Care teams in period of which one of the names is a member in period. */
export function teamsOf({ teams }: AccessRecord, names: readonly Actor[], now: Date): readonly string[] {
  return teams
    .filter(
      ({ period, members }) =>
        holds(period, now) && members.some((member) => names.includes(member.actor) && holds(member.period, now)),
    )
    .map(({ id }) => id);
}

export function isOwn(record: AccessRecord, { who }: Caller): boolean {
  if (who.kind !== 'holder' || (who.patient === undefined && who.ins === undefined)) return false;
  const byIns = who.ins === undefined || isSameIns(record.ins, who.ins);
  return byIns && (who.patient === undefined || who.patient === record.key);
}

/** About the row of `records`, so that many records can be asked at once. */
export function openFilter({ regime }: Statute, now: Date): Filter {
  const current = and(range('low', { lte: now }), range('high', { gte: now }));
  const unopposed = not(element('closings', current));
  return regime.opening === 'express' ? and(element('openings', current), unopposed) : unopposed;
}

export function blockFilter(names: readonly Actor[], now: Date): Filter {
  return element('blocks', and(oneOf('actor', names), range('low', { lte: now }), range('high', { gte: now })));
}

export function isOpen({ openings, closings }: AccessRecord, { regime }: Statute, now: Date): boolean {
  if (closings.some((period) => holds(period, now))) return false;
  return regime.opening === 'opt-out' || openings.some((period) => holds(period, now));
}

export function isBlocked({ blocks }: AccessRecord, names: readonly Actor[], now: Date): boolean {
  return blocks.some((block) => names.includes(block.actor) && holds(block, now));
}

/** A block keeps his deposits out as well, or his structure's; never those of the médecin traitant, and of his secretary for him. */
export function isKeptOut(record: AccessRecord, caller: Caller, now: Date): boolean {
  return isBlocked(record, namesOf(caller.who), now) && !isDeclared(record, caller, standingIn(record, caller, now), 'PCP');
}

export function isInCharge({ guardians, birthDate }: AccessRecord, related: string, now: Date): boolean {
  return guardians.some(
    (guardian) => guardian.id === related && holds(guardian.period, now) && now < endOfCharge(guardian, birthDate),
  );
}

/** A parent's charge ends at midnight of the eighteenth birthday; without a readable birth date it never began. */
function endOfCharge({ minor }: Guardian, birthDate: string | undefined): Date {
  return minor ? (majority(birthDate) ?? new Date(0)) : endOfTime;
}

export function majority(birthDate: string | undefined): Date | undefined {
  const born = birthDate === undefined ? undefined : intervalOf(birthDate);
  return born && addMonths(born.low, 18 * 12);
}

export function isMinor({ birthDate }: AccessRecord, now: Date): boolean {
  const adult = majority(birthDate);
  return adult !== undefined && now < adult;
}

export function inForce(record: AccessRecord, kind: ConsentRule['kind'], type: 'permit' | 'deny'): readonly ConsentRule[] {
  return record.consents.filter((rule) => rule.kind === kind && rule.root.type === type);
}

export function isOccupational(who: Who): boolean {
  return (who.kind === 'professional' || who.kind === 'delegate') && who.specialities.includes(occupational);
}

/** An occupational physician neither reads nor deposits: ever, or unless a permit names him. */
export function isShutOut({ caller, now, statute }: Asking, record: AccessRecord): boolean {
  const { who } = caller;
  if (!isOccupational(who)) return false;
  if (statute.regime.occupationalPhysician === 'never') return true;
  const standing = standingIn(record, caller, now);
  const [me = ''] = namesOf(who);
  return !inForce(record, 'sharing', 'permit').some(({ root }) => root.actors?.includes(me) && concerns(root, standing));
}

/** A doctor declared as such, or given the same rights, with purpose TREAT. */
export function isDeclared(record: AccessRecord, caller: Caller, standing: Standing, role: 'PCP' | 'ATTPHYS'): boolean {
  return declarationsOf(record, caller, standing, role).length > 0;
}

export function declarationsOf(
  record: AccessRecord,
  { who, mode }: Caller,
  standing: Standing,
  role: 'PCP' | 'ATTPHYS',
): readonly ConsentRule[] {
  if ((who.kind !== 'professional' && who.kind !== 'delegate') || mode !== 'TREAT' || !mayBeMedecinTraitant(who)) return [];
  const me = `p:${who.rpps}`;
  return inForce(record, 'sharing', 'permit').filter(
    (rule) => rule.role === role && rule.root.actors?.includes(me) && concerns(rule.root, standing),
  );
}

/** RPPS of those declared as such, each once. */
export function medecinsTraitants(record: AccessRecord, now: Date): readonly string[] {
  const declared = inForce(record, 'sharing', 'permit').filter(({ role, root }) => role === 'PCP' && isInForce(root, now));
  const actors = declared.flatMap(({ root }) => root.actors ?? []);
  return [...new Set(actors.filter((actor) => actor.startsWith('p:')).map((actor) => actor.slice(2)))];
}

export function mayBeMedecinTraitant(who: Pick<Extract<Who, { kind: 'professional' }>, 'profession' | 'specialities'>): boolean {
  return `${who.profession.system}|${who.profession.code}` === doctor && !who.specialities.includes(occupational);
}

/** The delegations of a doctor stand in his own row: is the secretary named by one in force? */
export function isDelegated(practice: AccessRecord | undefined, who: Extract<Who, { kind: 'delegate' }>, now: Date): boolean {
  const actors = new Set([entererOf({ who }) ?? '']);
  return (
    practice !== undefined &&
    inForce(practice, 'delegation', 'permit').some(({ root }) => concerns(root, { actors, mode: 'TREAT', now }))
  );
}

export function isReachable(record: AccessRecord, caller: Caller): boolean {
  if (caller.mode === 'TREAT') return true;
  const byKey = caller.patient === undefined || caller.patient === record.key;
  const byIns = caller.person === undefined || isSameIns(record.ins, caller.person);
  return byKey && byIns && (caller.patient !== undefined || caller.person !== undefined);
}

export function hasCard({ ins }: AccessRecord, caller: Caller): boolean {
  return isOnCard(ins, caller);
}

/** The Vitale card in the reader lists him: he is present and says what he wants; in an emergency his card says nothing for him. */
export function isOnCard(ins: Ins | undefined, { vitale, mode }: Caller): boolean {
  return mode === 'TREAT' && vitale.some((card) => isSameIns(card, ins));
}
