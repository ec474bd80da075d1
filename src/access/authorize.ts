// The formula of access: caller, now, statute and the record's access state in, what may be read and written out.
import { all, and, equals, exists, type Filter, known, none, not, oneOf, or } from '../filter/filter.ts';
import type { Caller, Who } from '../identity/caller.ts';
import type { Asking } from './asking.ts';
import { consentKind } from './consent.ts';
import { closed, held, inWindow, labelled, ownDeposits, type Rules } from './formula.ts';
import { reaches } from './opening.ts';
import { type Clause, type Elsewhere, nothingAt, type Permission, permissionOf } from './permission.ts';
import { ofProfessional, ownActs } from './professional.ts';
import { concerns, provisionFilter } from './provision.ts';
import type { AccessRecord } from './record.ts';
import {
  blockFilter,
  depositorOf,
  entererOf,
  inForce,
  isBlocked,
  isDelegated,
  isInCharge,
  isKeptOut,
  isOccupational,
  isOpen,
  isOwn,
  namesOf,
  openFilter,
  standingIn,
} from './standing.ts';
import { hasDirectory, isDirectory, ruling } from './type.ts';

const ofNoRecord = not(exists('rec'));

/** Directory and conformance resources: read by every recognised caller, written by the operator. */
export function authorizeDirectory({ caller }: Asking): Permission {
  const write = caller.who.kind === 'operator' ? all : none;
  const rows = (type: string): Filter => (isDirectory(type) ? ofNoRecord : none);
  return permissionOf([{ read: rows, write: (type) => and(rows(type), write) }]);
}

/** What of a type that records have too is of the directory: it is of no record. */
function directoryBeside({ caller }: Asking): Clause {
  const rows = (type: string): Filter => (hasDirectory(type) && !isDirectory(type) ? ofNoRecord : none);
  return { read: rows, write: (type) => (caller.who.kind === 'operator' ? rows(type) : none) };
}

/** The testers' own database, where R4 alone is enforced. */
export function authorizeTester({ caller }: Asking): Permission {
  const everything = caller.who.kind === 'tester' ? all : none;
  return permissionOf([{ read: () => everything, write: () => everything }]);
}

/** `practice`: the row of the doctor's delegations, for a delegate. */
export function authorize(asking: Asking, records: readonly AccessRecord[], practice?: AccessRecord): Permission {
  const clauses = [...records.map((record) => clauseFor(asking, record, practice)), directoryBeside(asking)];
  return permissionOf(practice === undefined ? clauses : [...clauses, nothingAt(practice.key, practice.version)]);
}

/** The records that name the caller, and whatever he deposited or did elsewhere. */
export function authorizeEverywhere(asking: Asking, records: readonly AccessRecord[]): Permission {
  return permissionOf([...records.map((record) => clauseFor(asking, record, undefined)), directoryBeside(asking)], (type) =>
    elsewhere(asking, type),
  );
}

function elsewhere({ caller, now, statute, bound }: Asking, type: string): Elsewhere | undefined {
  const { who } = caller;
  if (caller.mode !== 'TREAT' || bound !== undefined || isDirectory(type)) return undefined;
  // What lets an occupational physician in names him in the record itself.
  if (isOccupational(who)) return undefined;
  const open = openFilter(statute, now);
  if (type === 'AuditEvent' && who.kind === 'professional')
    return { own: and(inWindow(type, statute), ownActs(who, statute)), record: open, orphans: true };
  if (ruling(type) !== 'clinical' || (who.kind !== 'professional' && who.kind !== 'structure')) return undefined;
  return {
    own: ownDeposits(caller),
    record: and(open, not(blockFilter(namesOf(who), now))),
    orphans: false,
  };
}

/** What the caller may read of one record: what `authorize` grants there. */
export function readableIn(asking: Asking, record: AccessRecord, type: string): Filter {
  return clauseFor(asking, record, undefined).read(type);
}

function clauseFor(asking: Asking, record: AccessRecord, practice: AccessRecord | undefined): Clause {
  const { caller } = asking;
  const { key, version } = record;
  if (!reaches(asking, record)) return nothingAt(key, version);
  const current = (type: string): Filter => inWindow(type, asking.statute);
  const { read, write } = rules(asking, record, practice);
  return {
    key,
    version,
    read: (type) => and(current(type), read(type)),
    write: (type) => (caller.who.kind === 'feeder' ? write(type) : and(current(type), write(type))),
  };
}

function rules(asking: Asking, record: AccessRecord, practice: AccessRecord | undefined): Rules {
  const { caller, now, statute } = asking;
  const { who } = caller;
  if (who.kind === 'holder') return isOwn(record, caller) ? ofHolder() : closed;
  if (who.kind === 'professional' && record.key === `p:${who.rpps}`) return ofPractice(caller);
  const open = isOpen(record, statute, now);
  if (who.kind === 'related') return ofRelated(asking, record, who.related, open);
  if (who.kind === 'agent' || who.kind === 'operator') return ofGuardianship(record);
  if (!open) return closed;
  switch (who.kind) {
    case 'structure':
      return ofStructure(asking, record);
    case 'professional':
      return ofProfessional(asking, record, who);
    case 'delegate':
      return {
        read: () => none,
        write: (type) => (ruling(type) === 'clinical' ? ofDelegate(asking, record, practice, who) : none),
      };
    case 'feeder':
      return { read: () => none, write: (type) => (ruling(type) === 'clinical' ? equals('dep', depositorOf(caller)) : none) };
    default:
      return closed;
  }
}

/** The same Filter finds what he reads and what he may try to change: what he may change there is judged on the text. */
function ofHolder(): Rules {
  const read = (type: string): Filter => (isDirectory(type) ? none : and(labelled('PAT'), not(held)));
  return { read, write: (type) => (ruling(type) === 'trace' ? none : read(type)) };
}

/** Whoever records guardianship ends it, whatever the record's state. */
function ofGuardianship({ guardians }: AccessRecord): Rules {
  const recorded = oneOf(
    '_id',
    guardians.map(({ id }) => id),
  );
  return { read: () => none, write: (type) => (type === 'RelatedPerson' ? recorded : none) };
}

function ofPractice(caller: Caller): Rules {
  const own = (type: string): Filter => (type === 'Consent' ? equals('dep', depositorOf(caller)) : none);
  return { read: own, write: own };
}

/** His own bytes that no document has taken yet are labelled for their depositor alone. */
function unbound(caller: Caller): Filter {
  return and(ownDeposits(caller), not(exists('of')));
}

/** A closed record may be reopened by whoever closed it. */
const ofOpening = equals('idx', `category|opening|${consentKind}`);

function ofRelated({ caller, now }: Asking, record: AccessRecord, related: string, open: boolean): Rules {
  if (isInCharge(record, related, now)) {
    const sees = and(labelled('REP'), not(held));
    const read = (type: string): Filter => {
      if (!open || isDirectory(type)) return none;
      return type === 'Binary' ? or(sees, unbound(caller)) : sees;
    };
    const write = (type: string): Filter => {
      if (type === 'Consent') return open ? sees : and(sees, ofOpening);
      return ruling(type) === 'trace' ? none : read(type);
    };
    return { read, write };
  }
  if (!open) return closed;
  const standing = standingIn(record, caller, now);
  const mandates = inForce(record, 'mandate', 'permit');
  return {
    write: () => none,
    read: (type) => {
      if (ruling(type) === 'clinical')
        return and(or(...mandates.map(({ root }) => provisionFilter(root, standing, type))), labelled('REL'), not(held));
      if (ruling(type) === 'identity')
        return and(known(mandates.some(({ root }) => concerns(root, standing))), labelled('REL'), not(held));
      return none;
    },
  };
}

function ofStructure({ caller, now }: Asking, record: AccessRecord): Rules {
  if (isBlocked(record, namesOf(caller.who), now)) return closed;
  const own = (type: string): Filter => (ruling(type) === 'clinical' ? ownDeposits(caller) : none);
  return { read: own, write: own };
}

function ofDelegate(
  { caller, now }: Asking,
  record: AccessRecord,
  practice: AccessRecord | undefined,
  who: Extract<Who, { kind: 'delegate' }>,
): Filter {
  if (!isDelegated(practice, who, now) || isKeptOut(record, caller, now)) return none;
  return and(equals('ent', entererOf(caller) ?? ''), equals('dep', depositorOf(caller)));
}
