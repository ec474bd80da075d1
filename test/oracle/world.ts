// What the oracle is asked about: a record as the list of what was done to it, and a caller as his token names him.
// https://hl7.org/fhir/R4/consent.html
import type { JsonObject } from '../../src/fhir/json.ts';

/** Who deposited: a person, with the structure that his token named, or a structure alone. */
export type Depositor =
  | { readonly kind: 'professional'; readonly rpps: string; readonly profession: Profession; readonly finess?: string }
  | { readonly kind: 'structure'; readonly finess: string }
  | { readonly kind: 'feeder' | 'agent' | 'operator' | 'holder' }
  | { readonly kind: 'related'; readonly related: string };

export type Profession = { readonly system: string; readonly code: string };

/** `resource` as it stands now, with its id; labels in `meta.security` as its writers set them, none inherited. */
export type Deposit = { readonly resource: JsonObject; readonly by: Depositor; readonly at: Date };

/** A label set or taken off afterwards, on a resource by `Type/id`. */
export type Relabelling = { readonly on: string; readonly labels: readonly string[]; readonly at: Date };

export type Step = Deposit | Relabelling;

/** One record; its Patient is the first step. */
export type World = { readonly key: string; readonly ins: string; readonly steps: readonly Step[] };

export type Asking = {
  readonly kind: 'holder' | 'related' | 'professional' | 'delegate' | 'structure' | 'feeder' | 'agent' | 'operator';
  /** Of a holder: the record that is his. */
  readonly holds?: string;
  readonly related?: string;
  readonly rpps?: string;
  readonly profession?: Profession;
  readonly specialities?: readonly string[];
  readonly finess?: string;
  readonly mode: 'TREAT' | 'BTG' | 'ETREAT';
  /** INS on the card in the reader. */
  readonly card?: readonly string[];
  /** The only record that the token is for. */
  readonly bound?: string;
};

/** The switches of the regime in force. */
export type Regime = {
  readonly opening: 'express' | 'opt-out';
  readonly emergency: 'permit' | 'objection';
  readonly occupationalPhysician: 'never' | 'permit';
  readonly professionalAccess: 'consent' | 'consent+vitale';
  readonly claimsMonths: number;
};

export const isDeposit = (step: Step): step is Deposit => 'resource' in step;
export const nameOf = ({ resource }: Deposit): string => `${resource.resourceType}/${resource.id}`;

/** Worlds and what is in them never change: what was found of one is found again. */
export function remembered<K extends object, T>(find: (of: K) => T): (of: K) => T {
  const found = new WeakMap<K, { readonly value: T }>();
  return (of) => {
    const known = found.get(of) ?? { value: find(of) };
    found.set(of, known);
    return known.value;
  };
}

const pasts = remembered((world: World) =>
  remembered((deposit: Deposit): World => ({ ...world, steps: world.steps.slice(0, world.steps.indexOf(deposit)) })),
);

/** The record as it was before a deposit. */
export const before = (world: World, deposit: Deposit): World => pasts(world)(deposit);
