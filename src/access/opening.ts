// Who may open a record, and what the record's state lets be written in it.
import { type Refusal, refuse } from '../fhir/outcome.ts';
import type { Ins } from '../identity/caller.ts';
import { isSameIns } from '../identity/identifiers.ts';
import type { Asking } from './asking.ts';
import type { AccessRecord } from './record.ts';
import { depositorOf, hasCard, isInCharge, isOnCard, isOpen, isOwn, isReachable } from './standing.ts';

/** One text for no record, a closed one and a block. */
export const noDeposits = (): Refusal => refuse('no-deposits', 'This record does not take deposits from you');

export const forbidden = (text = 'You may not do this'): Refusal => refuse('forbidden', text);

/** `POST Patient`: the holder from his account, or with the holder present. Depends on the request alone. */
export function judgeNewRecord({ caller, bound }: Asking, ins: Ins): void {
  const { who } = caller;
  if (who.kind === 'holder' && isSameIns(who.ins, ins)) return;
  // A token of one record, or of an emergency, is of a record that there is.
  if (bound !== undefined || caller.mode !== 'TREAT') throw forbidden();
  if ((who.kind === 'agent' || who.kind === 'professional' || who.kind === 'structure') && isOnCard(ins, caller)) return;
  throw forbidden('A record is opened by its holder, or with his card in the reader');
}

/** The account is of the person himself, with his card in the reader or that of a parent, which lists him. Depends on the request alone. */
export function judgeActivationCode({ caller, bound }: Asking, ins: Ins): void {
  // As for a new record: a token of one record is not about another person.
  if (caller.who.kind !== 'agent' || bound !== undefined || !isOnCard(ins, caller))
    throw forbidden('An activation code is given with the card of the person in the reader');
}

/** Holder or representative in charge: whoever rules the record, open or closed. */
export function rules({ caller, now }: Asking, record: AccessRecord): boolean {
  const { who } = caller;
  return isOwn(record, caller) || (who.kind === 'related' && isInCharge(record, who.related, now));
}

/** The opening Consent: ruled by the holder; by others only to open, with the card, or by the maker of a record not yet opened. */
export function judgeOpening(asking: Asking, record: AccessRecord, permits: boolean): void {
  const { caller } = asking;
  if (rules(asking, record)) return;
  if (!permits) throw forbidden('A record is closed by its holder');
  const withCard = (caller.who.kind === 'agent' || caller.who.kind === 'professional') && hasCard(record, caller);
  // Every holder deposits under one name.
  const isMaker = caller.who.kind !== 'holder' && record.maker === depositorOf(caller);
  if (!withCard && !(!record.opened && isMaker)) throw noDeposits();
}

/** The token's scopes and emergency reach this record. */
export function reaches({ caller, bound }: Asking, record: AccessRecord): boolean {
  return (bound === undefined || bound === record.key) && isReachable(record, caller);
}

export function judgeReach(asking: Asking, record: AccessRecord): void {
  if (!reaches(asking, record)) throw noDeposits();
}

export function judgeOpen({ statute, now }: Asking, record: AccessRecord): void {
  if (!isOpen(record, statute, now)) throw noDeposits();
}
