// Why a caller sees a resource or does not: the same Filter as his reads, and the conditions that it was made of, one by one.
import type { Moments } from '../filter/bind.ts';
import { equals, type Filter } from '../filter/filter.ts';
import { matches } from '../filter/matches.ts';
import { type Row, server } from '../filter/row.ts';
import type { Who } from '../identity/caller.ts';
import type { Asking } from './asking.ts';
import { readableIn } from './authorize.ts';
import { deniesOf, needsNoPermit, permitsOf } from './emergency.ts';
import { inWindow, labelled, ownDeposits } from './formula.ts';
import { byPermit, needsCard, permitLine, type View, viewOf } from './professional.ts';
import { concerns, provisionFilter } from './provision.ts';
import { type AccessRecord, type ConsentRule, isBlock } from './record.ts';
import { declarationsOf, inForce, isInCharge, isOpen, isShutOut, namesOf, standingIn } from './standing.ts';

export type ReasonCode =
  // He sees it.
  | 'medecin-traitant'
  | 'same-rights'
  | 'depositor'
  | 'permit'
  | 'emergency'
  | 'habilitation'
  | 'representative'
  | 'mandate'
  // He does only with it in the reader.
  | 'card'
  // He does not.
  | 'window'
  | 'occupational'
  | 'block'
  | 'closed'
  | 'no-permit'
  | 'deny'
  | 'no-habilitation'
  | 'masked'
  | 'secret'
  | 'no-mandate'
  | 'notice';

/** `consent`: what says so; `team`: the care team by which it concerns him. */
export type Reason = { readonly code: ReasonCode; readonly consent?: string; readonly team?: string };
export type Decision = { readonly sees: boolean; readonly reasons: readonly Reason[] };

/** One resource, as it is stored. */
export type Subject = { readonly type: string; readonly row: Row; readonly moments: Moments };

/** `why` is asked of few. */
export type Answer = { readonly sees: boolean; readonly why: () => readonly Reason[] };

export function answerTo(asking: Asking, record: AccessRecord, { type, row, moments }: Subject): Answer {
  const meets = (filter: Filter): boolean => matches(filter, row, moments);
  const sees = meets(readableIn(asking, record, type));
  return { sees, why: () => reasonsOf({ asking, record, type, meets }, sees) };
}

function reasonsOf(about: About, sees: boolean): readonly Reason[] {
  const { asking, record, type, meets } = about;
  const { who } = asking.caller;
  if (!sees && !isOpen(record, asking.statute, asking.now)) return [{ code: 'closed' }];
  if (!sees && !meets(inWindow(type, asking.statute))) return [{ code: 'window' }];
  // A notice has no category and no label of professionals: nothing that the holder could change opens it.
  if (!sees && type === 'Communication' && meets(equals('dep', server)) && meets(labelled('PCP'))) return [{ code: 'notice' }];
  switch (who.kind) {
    case 'professional':
      return ofProfessional(about, who, sees);
    case 'related':
      return ofRelated(about, who.related, sees);
    default:
      return sees ? [{ code: 'depositor' }] : blocksOf(about);
  }
}

type About = {
  readonly asking: Asking;
  readonly record: AccessRecord;
  readonly type: string;
  readonly meets: (filter: Filter) => boolean;
};

function ofProfessional(about: About, who: Extract<Who, { kind: 'professional' }>, sees: boolean): readonly Reason[] {
  const { asking, record, type, meets } = about;
  const never = asking.statute.regime.occupationalPhysician === 'never';
  const view = viewOf(asking, record, who);
  if (isShutOut(asking, record) && (never || !view.blocked)) return [{ code: never ? 'occupational' : 'no-permit' }];
  if (view.treating !== undefined) return sees ? declared(view, view.treating) : [{ code: 'masked' }];
  if (view.blocked) return blocksOf(about);
  const line = permitLine(view, type);
  if (sees) {
    const deposited: readonly Reason[] = meets(ownDeposits(asking.caller)) ? [{ code: 'depositor' }] : [];
    if (!meets(byPermit(view, type))) return deposited;
    return [
      ...deposited,
      ...permitting(view, about),
      { code: 'habilitation' },
      ...(needsCard(view) ? [{ code: 'card' } as const] : []),
    ];
  }
  const denies = deniesOf(view, type).filter(({ covers }) => meets(covers));
  return [
    ...(meets(line.card) ? [] : [{ code: 'card' } as const]),
    ...(meets(line.permit) ? [] : [{ code: 'no-permit' } as const]),
    ...denies.map(({ consent }) => because('deny', consent, view)),
    ...(meets(line.habilitation) ? [] : [{ code: 'no-habilitation' } as const]),
    ...(meets(line.label) ? [] : [{ code: 'masked' } as const]),
  ];
}

function declared(view: View, role: 'PCP' | 'ATTPHYS'): readonly Reason[] {
  const code = role === 'PCP' ? 'medecin-traitant' : 'same-rights';
  return declarationsOf(view.record, view.caller, view.standing, role).map(({ id }) => ({ code, consent: id }));
}

function permitting(view: View, { type, meets }: About): readonly Reason[] {
  if (needsNoPermit(view)) return [{ code: 'emergency' }];
  return permitsOf(view, type)
    .filter(({ covers }) => meets(covers))
    .map(({ consent }) => because('permit', consent, view));
}

/** By a care team where nothing names him himself. */
function because(code: 'permit' | 'deny', { id, root }: ConsentRule, { who, standing }: View): Reason {
  const names = namesOf(who);
  const { actors } = root;
  const byTeam = actors?.some((actor) => names.includes(actor)) ? undefined : actors?.find((actor) => standing.actors.has(actor));
  return byTeam === undefined ? { code, consent: id } : { code, consent: id, team: byTeam.slice(2) };
}

function blocksOf({ asking, record }: About): readonly Reason[] {
  const standing = { actors: new Set(namesOf(asking.caller.who)), mode: asking.caller.mode, now: asking.now };
  return record.consents
    .filter((rule) => isBlock(rule) && concerns(rule.root, standing))
    .map(({ id }) => ({ code: 'block', consent: id }));
}

function ofRelated({ asking, record, type, meets }: About, related: string, sees: boolean): readonly Reason[] {
  const inCharge = isInCharge(record, related, asking.now);
  const standing = standingIn(record, asking.caller, asking.now);
  const mandates = inForce(record, 'mandate', 'permit').filter(({ root }) => meets(provisionFilter(root, standing, type)));
  if (sees) return inCharge ? [{ code: 'representative' }] : mandates.map(({ id }) => ({ code: 'mandate', consent: id }));
  return [
    ...(inCharge || mandates.length > 0 ? [] : [{ code: 'no-mandate' } as const]),
    ...(meets(labelled('REP')) ? [] : [{ code: 'secret' } as const]),
    ...(inCharge || meets(labelled('PS')) ? [] : [{ code: 'masked' } as const]),
  ];
}
