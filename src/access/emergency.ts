// What permits and denies leave to a professional in his mode: ordinary care, bris de glace (BTG), centre 15 (ETREAT).
import { all, type Filter, or } from '../filter/filter.ts';
import type { Caller, Who } from '../identity/caller.ts';
import { concerns, provisionFilter, type Standing } from './provision.ts';
import type { AccessRecord, ConsentRule } from './record.ts';
import { inForce, occupational } from './standing.ts';
import type { Statute } from './statute.ts';

export type Case = {
  readonly caller: Caller;
  readonly who: Extract<Who, { kind: 'professional' }>;
  readonly record: AccessRecord;
  readonly standing: Standing;
  readonly statute: Statute;
};

/** Whether any permit in force applies to him in his mode, whatever its other elements, or the mode needs none. */
export function isPermitted(view: Case): boolean {
  if (needsNoPermit(view) && !isObjected(view)) return true;
  return permitsFor(view).some(({ root }) => concerns(root, view.standing));
}

/** What one Consent permits or denies him of a type. */
export type Effect = { readonly consent: ConsentRule; readonly covers: Filter };

const coverings = (effects: readonly Effect[]): Filter => or(...effects.map(({ covers }) => covers));

/** ⋁F(permits) for a type. */
export function permitted(view: Case, type: string): Filter {
  return needsNoPermit(view) ? all : coverings(permitsOf(view, type));
}

export function needsNoPermit({ caller, who, statute }: Case): boolean {
  return caller.mode !== 'TREAT' && statute.regime.emergency === 'objection' && !who.specialities.includes(occupational);
}

export function denied(view: Case, type: string): Filter {
  return coverings(deniesOf(view, type));
}

export function permitsOf(view: Case, type: string): readonly Effect[] {
  return permitsFor(view).map((consent) => ({ consent, covers: provisionFilter(consent.root, view.standing, type) }));
}

export function deniesOf({ record, standing }: Case, type: string): readonly Effect[] {
  return inForce(record, 'sharing', 'deny').map((consent) => ({
    consent,
    covers: provisionFilter(consent.root, standing, type),
  }));
}

/** A permit without actor only speaks of emergencies; an occupational physician needs one that names him. */
function permitsFor({ record, who, standing }: Case): readonly ConsentRule[] {
  return inForce(record, 'sharing', 'permit').filter(({ root }) => {
    if (root.actors === undefined) return standing.mode !== 'TREAT' && !who.specialities.includes(occupational);
    return !who.specialities.includes(occupational) || root.actors.includes(`p:${who.rpps}`);
  });
}

/** A deny of everything: of a type, too, that no provision can name. */
function isObjected({ record, standing }: Case): boolean {
  return inForce(record, 'sharing', 'deny').some(({ root }) => provisionFilter(root, standing, '').op === 'all');
}
