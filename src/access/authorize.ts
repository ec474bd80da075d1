// The formula of access: caller, now, statute and the record's access state in, what may be read and written out.
// Every line names the readers' list `rd`: a row without it is seen by nobody.
import { all, and, equals, type Filter, known, none, not, oneOf, or, prefix, range, within } from '../filter/filter.ts';
import type { Caller, Who } from '../identity/caller.ts';
import { denied, isPermitted, permitted } from './emergency.ts';
import { reaches } from './opening.ts';
import { type Clause, type Elsewhere, nothingAt, type Permission, permissionOf } from './permission.ts';
import { concerns, provisionFilter, type Standing } from './provision.ts';
import type { AccessRecord } from './record.ts';
import {
  blockFilter,
  depositorOf,
  hasCard,
  inForce,
  isBlocked,
  isDeclared,
  isDelegated,
  isInCharge,
  isOpen,
  isOwn,
  namesOf,
  occupational,
  openFilter,
  standingIn,
  teamsOf,
} from './standing.ts';
import type { Statute } from './statute.ts';
import { isDirectory, ruling } from './type.ts';

/** `bound`: the key of the one record that the token's scopes are bound to, if they are. */
export type Asking = { readonly caller: Caller; readonly now: Date; readonly statute: Statute; readonly bound?: string };
type Professional = Extract<Who, { kind: 'professional' }>;

const labelled = (reader: string): Filter => equals('rd', reader);
const held = range('hold', { gt: { moment: 'now' } });

/** Directory and conformance resources: read by every recognised caller, written by the operator. */
export function authorizeDirectory({ caller }: Asking): Permission {
  const write = caller.who.kind === 'operator' ? all : none;
  return permissionOf([{ read: (type) => known(isDirectory(type)), write: (type) => (isDirectory(type) ? write : none) }]);
}

/** The testers' own database, where R4 alone is enforced. */
export function authorizeTester({ caller }: Asking): Permission {
  const everything = caller.who.kind === 'tester' ? all : none;
  return permissionOf([{ read: () => everything, write: () => everything }]);
}

/** `practice`: the row of the doctor's delegations, for a delegate. */
export function authorize(asking: Asking, records: readonly AccessRecord[], practice?: AccessRecord): Permission {
  const clauses = records.map((record) => clauseFor(asking, record, practice));
  return permissionOf(practice === undefined ? clauses : [...clauses, nothingAt(practice.key, practice.version)]);
}

/** The records that name the caller, and whatever he deposited or did elsewhere. */
export function authorizeEverywhere(asking: Asking, records: readonly AccessRecord[]): Permission {
  return permissionOf(
    records.map((record) => clauseFor(asking, record, undefined)),
    (type) => elsewhere(asking, type),
  );
}

function elsewhere({ caller, now, statute, bound }: Asking, type: string): Elsewhere | undefined {
  const { who } = caller;
  if (caller.mode !== 'TREAT' || bound !== undefined || isDirectory(type)) return undefined;
  if (who.kind === 'professional' && isShutOut(who, statute)) return undefined;
  const open = openFilter(statute, now);
  if (type === 'AuditEvent' && who.kind === 'professional') return { own: ownActs(who, statute), record: open, orphans: true };
  if (ruling(type) !== 'clinical' || (who.kind !== 'professional' && who.kind !== 'structure')) return undefined;
  const depositor = depositorOf(caller);
  return {
    own: and(equals('dep', depositor), labelled(depositor)),
    record: and(open, not(blockFilter(namesOf(who), now))),
    orphans: false,
  };
}

function clauseFor(asking: Asking, record: AccessRecord, practice: AccessRecord | undefined): Clause {
  const { caller } = asking;
  const { key, version } = record;
  if (!reaches(asking, record)) return nothingAt(key, version);
  const inWindow = or(
    not(prefix('dep', 'f:')),
    range('date', { gte: { moment: 'today', months: -asking.statute.regime.claimsMonths } }),
  );
  const { read, write } = rules(asking, record, practice);
  return {
    key,
    version,
    read: (type) => and(inWindow, read(type)),
    write: (type) => (caller.who.kind === 'feeder' ? write(type) : and(inWindow, write(type))),
  };
}

type Rules = Pick<Clause, 'read' | 'write'>;
const closed: Rules = { read: () => none, write: () => none };

function rules(asking: Asking, record: AccessRecord, practice: AccessRecord | undefined): Rules {
  const { caller, now, statute } = asking;
  const { who } = caller;
  if (who.kind === 'holder') return isOwn(record, caller) ? ofHolder() : closed;
  if (who.kind === 'professional' && record.key === `p:${who.rpps}`) return ofPractice(caller);
  const open = isOpen(record, statute, now);
  if (who.kind === 'related') return ofRelated(asking, record, who.related, open);
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

function ofPractice(caller: Caller): Rules {
  const own = (type: string): Filter => (type === 'Consent' ? equals('dep', depositorOf(caller)) : none);
  return { read: own, write: own };
}

function ofRelated({ caller, now }: Asking, record: AccessRecord, related: string, open: boolean): Rules {
  if (isInCharge(record, related, now)) {
    const sees = and(labelled('REP'), not(held));
    const read = (type: string): Filter => (open && !isDirectory(type) ? sees : none);
    // A closed record may be reopened by whoever closed it.
    const write = (type: string): Filter => (type === 'Consent' ? sees : ruling(type) === 'trace' ? none : read(type));
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
  const depositor = depositorOf(caller);
  const own = (type: string): Filter => (ruling(type) === 'clinical' ? and(equals('dep', depositor), labelled(depositor)) : none);
  return { read: own, write: own };
}

function ofDelegate(
  { caller, now }: Asking,
  record: AccessRecord,
  practice: AccessRecord | undefined,
  who: Extract<Who, { kind: 'delegate' }>,
): Filter {
  if (!isDelegated(practice, who, now) || isBlocked(record, namesOf(who), now)) return none;
  return and(equals('ent', `d:${who.secretary.issuer}|${who.secretary.subject}`), equals('dep', depositorOf(caller)));
}

function ofProfessional(asking: Asking, record: AccessRecord, who: Professional): Rules {
  const { caller, now, statute } = asking;
  if (isShutOut(who, statute)) return closed;
  const standing = standingIn(record, caller, now);
  const blocked = isBlocked(record, namesOf(who), now);
  const treating = isDeclared(record, caller, standing, 'PCP') || (!blocked && isDeclared(record, caller, standing, 'ATTPHYS'));
  const view: View = { ...asking, record, who, standing, blocked, treating };
  return {
    read: (type) => (treating ? readAll(type) : readSome(view, type)),
    write: (type) => writable(view, type),
  };
}

type View = Asking & {
  readonly record: AccessRecord;
  readonly who: Professional;
  readonly standing: Standing;
  readonly blocked: boolean;
  readonly treating: boolean;
};

function readAll(type: string): Filter {
  return isDirectory(type) ? none : labelled('PCP');
}

function readSome(view: View, type: string): Filter {
  const { record, who, standing, blocked, statute, now } = view;
  switch (ruling(type)) {
    case 'clinical':
      return blocked ? none : or(ownDeposits(view), byPermit(view, type));
    case 'identity':
      return and(known(!blocked && isPermitted(view)), labelled('PS'));
    case 'consent':
      return blocked ? none : oneOf('_id', consentsAbout(record, standing));
    case 'team':
      return oneOf('_id', teamsOf(record, namesOf(who), now));
    case 'trace':
      return ownActs(who, statute);
    case 'directory':
      return none;
  }
}

function byPermit(view: View, type: string): Filter {
  const { record, who, caller, statute } = view;
  if (caller.mode === 'TREAT' && statute.regime.professionalAccess === 'consent+vitale' && !hasCard(record, caller)) return none;
  const allowed = habilitated(who, statute);
  const reader = who.finess === undefined ? labelled('PS') : oneOf('rd', ['PS', `s:${who.finess}`]);
  return and(permitted(view, type), not(denied(view, type)), or(oneOf('tc', allowed), within('tcs', allowed)), reader);
}

function ownDeposits({ caller }: View): Filter {
  const depositor = depositorOf(caller);
  return and(equals('dep', depositor), labelled(depositor));
}

function ownActs(who: Professional, statute: Statute): Filter {
  return and(equals('by', `p:${who.rpps}`), within('tcs', ['AuditEvent', ...habilitated(who, statute)]), labelled('PS'));
}

/** Consents that permit him, have no nested provision and name no other person or document. */
function consentsAbout({ consents }: AccessRecord, standing: Standing): readonly string[] {
  return consents
    .filter(
      ({ kind, root }) => kind === 'sharing' && root.type === 'permit' && root.provisions.length === 0 && root.data === undefined,
    )
    .filter(({ root }) => root.actors?.every((actor) => standing.actors.has(actor)))
    .map(({ id }) => id);
}

function writable(view: View, type: string): Filter {
  const { record, caller, blocked } = view;
  const sees = view.treating ? readAll(type) : readSome(view, type);
  switch (ruling(type)) {
    case 'clinical':
      return blocked && !view.treating ? none : sees;
    case 'consent':
      return and(sees, equals('dep', depositorOf(caller)));
    case 'team':
      return hasCard(record, caller) ? sees : none;
    default:
      return none;
  }
}

function isShutOut({ specialities }: Professional, { regime }: Statute): boolean {
  return specialities.includes(occupational) && regime.occupationalPhysician === 'never';
}

export function habilitated({ profession }: Professional, { habilitation }: Statute): readonly string[] {
  return habilitation.get(`${profession.system}|${profession.code}`) ?? [];
}
