// Who may write which Consent: the holder rules; a professional, only a narrow permit for himself with the card in the reader.

import { addMonths } from '../fhir/instant.ts';
import type { JsonObject } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import type { Asking } from './asking.ts';
import { kindOf } from './consent.ts';
import { forbidden, judgeOpen, judgeOpening, judgeReach, noDeposits, rules } from './opening.ts';
import type { AccessRecord, ConsentKind, ConsentRule, Provision } from './record.ts';
import { isBlock } from './record.ts';
import { doctor, hasCard, inForce, isBlocked, mayBeMedecinTraitant, namesOf, standingIn } from './standing.ts';

/** Kinds that never write such a Consent, whatever the record. */
export function judgeAuthor({ caller }: Asking, kind: ConsentKind): void {
  const { who } = caller;
  const allowed: Readonly<Record<ConsentKind, readonly string[]>> = {
    opening: ['holder', 'related', 'agent', 'professional', 'structure'],
    sharing: ['holder', 'related', 'professional'],
    mandate: ['holder'],
    delegation: ['professional'],
  };
  if (!allowed[kind].includes(who.kind)) throw forbidden();
  const isDoctor = who.kind === 'professional' && `${who.profession.system}|${who.profession.code}` === doctor;
  if (kind === 'delegation' && !isDoctor) throw forbidden('A delegation is given by a doctor');
}

/** Whether the record takes a wish of the caller at all: before anything that the wish names is looked up. */
export function judgePlace(asking: Asking, record: AccessRecord, kind: ConsentKind): void {
  const { caller, now, statute, bound } = asking;
  if (kind === 'delegation') {
    if (bound !== undefined || caller.mode !== 'TREAT') throw forbidden();
    return;
  }
  judgeReach(asking, record);
  if (kind === 'opening') return;
  if (!record.opened && statute.regime.opening === 'express') throw noDeposits();
  // What is refused by what the record holds would tell a representative what of the closed record he does not see.
  if (caller.who.kind === 'related') judgeOpen(asking, record);
  if (rules(asking, record)) return;
  if (caller.who.kind !== 'professional' || !hasCard(record, caller)) throw noDeposits();
  judgeOpen(asking, record);
  if (isBlocked(record, namesOf(caller.who), now)) throw noDeposits();
}

export function judgeConsent(asking: Asking, record: AccessRecord, kind: ConsentKind, rule: ConsentRule | undefined): void {
  judgePlace(asking, record, kind);
  if (kind === 'delegation') judgeDelegation(rule);
  else if (kind === 'opening') judgeOpening(asking, record, rule?.root.type === 'permit');
  else judgeWish(asking, record, kind, rule);
}

function judgeWish(asking: Asking, record: AccessRecord, kind: ConsentKind, rule: ConsentRule | undefined): void {
  if (!rules(asking, record)) judgePermitOfHisOwn(asking, record, rule);
  if (kind === 'mandate') judgeMandate(rule);
  if (rule !== undefined) judgeSharing(asking, record, rule);
}

function judgeDelegation(rule: ConsentRule | undefined): void {
  if (rule !== undefined && (rule.root.type !== 'permit' || rule.root.actors?.length !== 1)) {
    throw refuse('business-rule', 'A delegation permits one secretary', 'Consent.provision.actor');
  }
}

function judgeMandate(rule: ConsentRule | undefined): void {
  if (rule !== undefined && (rule.root.type !== 'permit' || !rule.root.actors?.every((actor) => actor.startsWith('r:')))) {
    throw refuse('business-rule', 'A mandate permits a related person', 'Consent.provision.actor');
  }
}

function judgeSharing({ now }: Asking, record: AccessRecord, rule: ConsentRule): void {
  const { root, role } = rule;
  const [actor, second] = root.actors ?? [];
  if (role !== undefined && (second !== undefined || !actor?.startsWith('p:') || root.type !== 'permit')) {
    throw refuse('business-rule', 'A declaration permits one professional', 'Consent.provision.actor');
  }
  if (role !== undefined && !isPlain(root)) {
    throw refuse('business-rule', 'A declaration has a period and a purpose at most', 'Consent.provision');
  }
  if (
    rule.kind === 'sharing' &&
    root.type === 'permit' &&
    root.actors === undefined &&
    !(root.purposes?.every((purpose) => purpose !== 'TREAT') ?? false)
  ) {
    throw refuse('business-rule', 'A permit without actor is for emergencies only', 'Consent.provision.actor');
  }
  const treating = inForce(record, 'sharing', 'permit')
    .filter((other) => other.role === 'PCP' && (other.root.period?.high ?? now) >= now)
    .flatMap((other) => other.root.actors ?? []);
  if (isBlock(rule) && root.actors?.some((one) => treating.includes(one))) {
    throw refuse('business-rule', 'The médecin traitant cannot be blocked', 'Consent.provision.actor');
  }
}

function isPlain({ types, classes, codes, labels, dataPeriod, data, provisions }: Provision): boolean {
  return (
    provisions.length === 0 && [types, classes, codes, labels, dataPeriod, data].every((restriction) => restriction === undefined)
  );
}

/** One root permit, purpose TREAT, an end within a year, one actor: himself, his structure, or a care team he is in. */
function judgePermitOfHisOwn(asking: Asking, record: AccessRecord, rule: ConsentRule | undefined): void {
  const { caller, now } = asking;
  const { who } = caller;
  if (who.kind !== 'professional') throw noDeposits();
  const [actor, second] = rule?.root.actors ?? [];
  const root = rule?.root;
  const narrow =
    root?.type === 'permit' &&
    root.provisions.length === 0 &&
    (root.purposes === undefined || root.purposes.every((purpose) => purpose === 'TREAT')) &&
    root.period !== undefined &&
    root.period.high <= addMonths(now, 12) &&
    actor !== undefined &&
    second === undefined &&
    standingIn(record, caller, now).actors.has(actor);
  if (!narrow) throw forbidden('With the holder present: one permit for yourself, to treat, ending within a year');
  if (rule?.role === 'ATTPHYS' || (rule?.role === 'PCP' && !(mayBeMedecinTraitant(who) && actor === `p:${who.rpps}`)))
    throw forbidden();
}

/** What a change of status may be: anything by whoever rules the record, `inactive` by the professional who wrote it. */
export function judgeConsentStatus(asking: Asking, record: AccessRecord, consent: JsonObject): void {
  if (rules(asking, record)) return;
  const isHisOwn = asking.caller.who.kind === 'professional' && kindOf(consent) !== 'opening';
  if (!isHisOwn || consent.status !== 'inactive') throw forbidden();
}
