// Who is asking, as one value: exactly one kind, one profession, one purpose.
import type { Filter } from '../filter/filter.ts';

export type Mode = 'TREAT' | 'BTG' | 'ETREAT';
export type Ins = { readonly system: string; readonly value: string };
export type Coding = { readonly system: string; readonly code: string };

/** SMART v2 scope, one resource type: `user/DocumentReference.rs`. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
export type Scope = {
  readonly context: 'patient' | 'user' | 'system';
  readonly type: string; // or '*'
  readonly interactions: ReadonlySet<'c' | 'r' | 'u' | 'd' | 's'>;
  /** Of a granular scope (`user/Observation.rs?category=laboratory`): the rows that it is about. */
  readonly within?: Filter;
  /** It grants nothing: its context is not for this kind of caller, or its parameters are not such as a scope may carry. */
  readonly unusable?: 'context' | 'parameters';
};

export type Who =
  | { readonly kind: 'holder'; readonly patient?: string; readonly ins?: Ins }
  | { readonly kind: 'related'; readonly related: string }
  | {
      readonly kind: 'professional';
      readonly rpps: string;
      readonly profession: Coding;
      readonly specialities: readonly string[];
      readonly finess?: string;
    }
  | {
      readonly kind: 'delegate';
      readonly rpps: string;
      readonly profession: Coding;
      readonly specialities: readonly string[];
      readonly finess?: string;
      readonly secretary: { readonly issuer: string; readonly subject: string; readonly name?: string };
    }
  | { readonly kind: 'structure'; readonly finess: string }
  | { readonly kind: 'feeder' | 'agent' | 'operator' | 'tester' };

export type Kind = Who['kind'];

/** Names of what a token of our own provider rests on: it is void when one of them is revoked. */
export type Vouched = readonly string[];

export type Caller = {
  readonly who: Who;
  readonly issuer: string;
  readonly subject: string;
  /** The application that the token was given to. */
  readonly client?: string;
  /** The id of the token. */
  readonly token?: string;
  readonly name?: string;
  readonly organizationName?: string;
  readonly scopes: readonly Scope[];
  readonly mode: Mode;
  /** Why, with BTG and ETREAT. */
  readonly reason?: string;
  /** The record that the request is about: `patient` (a Patient id), or IUA `person_id` (an INS). Never who is asking. */
  readonly patient?: string;
  readonly person?: Ins;
  /** INS on the Vitale card in the reader. */
  readonly vitale: readonly Ins[];
  /** What may be revoked before the token ends; absent: nothing that we know of. */
  readonly vouched?: Vouched;
  /** When the token ends: nothing decided for it may be kept longer. */
  readonly expires?: Date;
  /** Stable name of the caller across tokens, for cursors: kind and business identifier. */
  readonly id: string;
};
