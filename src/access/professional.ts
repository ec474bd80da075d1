// The professionals' line: everything to the médecin traitant, else own deposits and what permits, denies, matrix and labels leave.
import { pointingTypes } from '../filter/envelope.ts';
import { and, equals, type Filter, known, none, not, oneOf, or, within } from '../filter/filter.ts';
import type { Who } from '../identity/caller.ts';
import type { Asking } from './asking.ts';
import { denied, isPermitted, permitted } from './emergency.ts';
import { closed, labelled, ownDeposits, type Rules } from './formula.ts';
import { isInForce, type Standing } from './provision.ts';
import type { AccessRecord } from './record.ts';
import { depositorOf, hasCard, isBlocked, isDeclared, isShutOut, namesOf, standingIn, teamsOf } from './standing.ts';
import type { Statute } from './statute.ts';
import { isDirectory, ruling } from './type.ts';

type Professional = Extract<Who, { kind: 'professional' }>;

export function ofProfessional(asking: Asking, record: AccessRecord, who: Professional): Rules {
  if (isShutOut(asking, record)) return closed;
  const view = viewOf(asking, record, who);
  return {
    read: (type) => (view.treating === undefined ? readSome(view, type) : readAll(view, type)),
    write: (type) => writable(view, type),
  };
}

export type View = Asking & {
  readonly record: AccessRecord;
  readonly who: Professional;
  readonly standing: Standing;
  readonly blocked: boolean;
  readonly treating: 'PCP' | 'ATTPHYS' | undefined;
};

/** How he stands to the record. */
export function viewOf(asking: Asking, record: AccessRecord, who: Professional): View {
  const { caller, now } = asking;
  const standing = standingIn(record, caller, now);
  const blocked = isBlocked(record, namesOf(who), now);
  const declared = (role: 'PCP' | 'ATTPHYS'): boolean => isDeclared(record, caller, standing, role);
  const treating = declared('PCP') ? 'PCP' : !blocked && declared('ATTPHYS') ? 'ATTPHYS' : undefined;
  return { ...asking, record, who, standing, blocked, treating };
}

/** His own bytes that no document has taken yet are labelled for their depositor alone; a notice of his own access is not for him. */
function readAll({ caller, who }: View, type: string): Filter {
  if (isDirectory(type)) return none;
  if (type === 'Communication') return and(labelled('PCP'), not(equals('by', `p:${who.rpps}`)));
  return or(labelled('PCP'), type === 'Binary' ? ownDeposits(caller) : none);
}

function readSome(view: View, type: string): Filter {
  const { record, who, standing, blocked, statute, now } = view;
  switch (ruling(type)) {
    case 'clinical':
      return blocked ? none : or(ownDeposits(view.caller), byPermit(view, type));
    case 'identity':
      return and(known(!blocked && isPermitted(view)), unmasked(view));
    case 'consent':
      return and(blocked ? none : oneOf('_id', consentsAbout(record, standing)), unmasked(view));
    case 'team':
      return and(blocked ? none : oneOf('_id', teamsOf(record, namesOf(who), now)), unmasked(view));
    case 'trace':
      return ownActs(who, statute);
    case 'directory':
      return none;
  }
}

/** What a mask hides from professionals it leaves to who wrote it and to his structure. */
function unmasked({ caller, who }: View): Filter {
  return oneOf('rd', ['PS', depositorOf(caller), ...(who.finess === undefined ? [] : [`s:${who.finess}`])]);
}

export function byPermit(view: View, type: string): Filter {
  const { card, permit, deny, habilitation, label } = permitLine(view, type);
  return and(card, permit, not(deny), habilitation, label);
}

/** The conditions of the permits' line, each by its name. */
export function permitLine(
  view: View,
  type: string,
): Readonly<Record<'card' | 'permit' | 'deny' | 'habilitation' | 'label', Filter>> {
  const { record, who, caller, statute } = view;
  return {
    card: known(!needsCard(view) || hasCard(record, caller)),
    permit: permitted(view, type),
    deny: denied(view, type),
    habilitation: habilitationOf(who, statute),
    label: who.finess === undefined ? labelled('PS') : oneOf('rd', ['PS', `s:${who.finess}`]),
  };
}

export function needsCard({ caller, statute }: View): boolean {
  return caller.mode === 'TREAT' && statute.regime.professionalAccess === 'consent+vitale';
}

/** What the matrix lets a profession read. */
export function habilitationOf(who: Pick<Professional, 'profession'>, statute: Statute): Filter {
  const allowed = habilitated(who, statute);
  return allowed.length === 0 ? none : or(oneOf('tc', allowed), within('tcs', [...pointingTypes, ...allowed]));
}

export function ownActs(who: Professional, statute: Statute): Filter {
  return and(equals('by', `p:${who.rpps}`), within('tcs', [...pointingTypes, ...habilitated(who, statute)]), labelled('PS'));
}

/** Consents that permit him now, have no nested provision and name no other person or document. */
function consentsAbout({ consents }: AccessRecord, standing: Standing): readonly string[] {
  return consents
    .filter(
      ({ kind, root }) => kind === 'sharing' && root.type === 'permit' && root.provisions.length === 0 && root.data === undefined,
    )
    .filter(({ root }) => isInForce(root, standing.now))
    .filter(({ root }) => root.actors?.every((actor) => standing.actors.has(actor)))
    .map(({ id }) => id);
}

function writable(view: View, type: string): Filter {
  const { record, caller, blocked } = view;
  if (caller.mode === 'ETREAT') return none;
  const sees = view.treating === undefined ? readSome(view, type) : readAll(view, type);
  switch (ruling(type)) {
    case 'clinical':
      return blocked && view.treating === undefined ? none : sees;
    case 'consent':
      return and(sees, equals('dep', depositorOf(caller)));
    case 'team':
      return hasCard(record, caller) ? sees : none;
    default:
      return none;
  }
}

function habilitated({ profession }: Pick<Professional, 'profession'>, { habilitation }: Statute): readonly string[] {
  return habilitation.get(`${profession.system}|${profession.code}`) ?? [];
}
