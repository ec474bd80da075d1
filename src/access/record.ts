// The access state of one record in neutral form: what its consents, care teams and guardianships say, every actor a business identifier.
import type { Interval } from '../fhir/instant.ts';
import type { Ins } from '../identity/caller.ts';

/** `p:<RPPS>` `s:<FINESS>` `r:<RelatedPerson id>` `t:<CareTeam id>`, in a delegation `d:<issuer>|<sub>`. */
export type Actor = string;

/** One provision of which everything was understood; an absent element does not restrict. */
export type Provision = {
  readonly type: 'permit' | 'deny';
  readonly period?: Interval;
  readonly actors?: readonly Actor[];
  readonly purposes?: readonly string[];
  /** `class`: resource types, and document classes as `code|system`. */
  readonly types?: readonly string[];
  readonly classes?: readonly string[];
  /** `code`: categories of the habilitation matrix. */
  readonly codes?: readonly string[];
  /** `securityLabel` as `code|system`. */
  readonly labels?: readonly string[];
  readonly dataPeriod?: Interval;
  /** `data`: ids, each with all that succeeds it. */
  readonly data?: readonly string[];
  readonly provisions: readonly Provision[];
};

export type ConsentKind = 'opening' | 'sharing' | 'mandate' | 'delegation';

/** An active Consent. */
export type ConsentRule = {
  readonly id: string;
  readonly kind: ConsentKind;
  /** A declaration: médecin traitant (PCP) or same rights (ATTPHYS). */
  readonly role?: 'PCP' | 'ATTPHYS';
  readonly root: Provision;
};

export type Member = { readonly actor: Actor; readonly period: Interval };
export type Team = { readonly id: string; readonly period: Interval; readonly members: readonly Member[] };
/** `minor`: a parent's charge, which ends at eighteen; else that of a protection measure. */
export type Guardian = { readonly id: string; readonly period: Interval; readonly minor: boolean };

/** What a question over many records can be asked: derived from the rest at every change. */
export type Derived = {
  readonly actors: readonly Actor[];
  readonly openings: readonly Interval[];
  readonly closings: readonly Interval[];
  readonly blocks: readonly (Interval & { readonly actor: Actor })[];
};

export type AccessRecord = Derived & {
  /** The record's key; `p:<RPPS>` for a professional's delegations. */
  readonly key: string;
  readonly version: number;
  readonly ins?: Ins;
  readonly birthDate?: string;
  /** Who made the Patient: he may bring the opening Consent. */
  readonly maker: string;
  /** An opening Consent has been in force once: the record is no longer new. */
  readonly opened: boolean;
  /** The instant of the write that closed it (closing.ts says since when it is closed). */
  readonly closed?: Date;
  /** When its erasure was asked for, in the closed record. */
  readonly erasure?: Date;
  readonly consents: readonly ConsentRule[];
  readonly teams: readonly Team[];
  readonly guardians: readonly Guardian[];
};

/** A root that names actors and otherwise type and period at most shuts them out. */
export function isBlock({ kind, root }: ConsentRule): boolean {
  const { type, period: _period, actors, provisions, ...restricting } = root;
  return (
    kind === 'sharing' &&
    type === 'deny' &&
    (actors?.length ?? 0) > 0 &&
    provisions.length === 0 &&
    Object.keys(restricting).length === 0
  );
}
