// SMART scopes: what a token lets its bearer ask for at all. They narrow, the access rules decide.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
import { all, and, equals, exists, type Filter, not, or } from '../filter/filter.ts';
import type { Caller, Kind, Scope } from './caller.ts';

export type Interaction = 'c' | 'r' | 'u' | 'd' | 's';
/** How far the scopes reach: nowhere, into the record of the launch context only, or as far as the access rules allow. */
export type Reach = 'none' | 'patient' | 'free';
/** The rows that search parameters of a type select, as far as they are plain ones that a scope may carry; else undefined. */
export type Narrow = (type: string, parameters: readonly (readonly [name: string, value: string])[]) => Filter | undefined;

const scope = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?([^?#]*))?$/;
const letters: readonly Interaction[] = ['c', 'r', 'u', 'd', 's'];
const contexts: readonly Scope['context'][] = ['patient', 'user', 'system'];
const firstVersion: ReadonlyMap<string, string> = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);
/** Scopes of IHE MHD, on behalf of whoever bears the token. https://profiles.ihe.net/ITI/IUA/index.html#371 */
const transactions: ReadonlyMap<string, string> = new Map([
  ['ITI-65', 'DocumentReference.c List.c Binary.c'],
  ['ITI-66', 'List.rs'],
  ['ITI-67', 'DocumentReference.rs'],
  ['ITI-68', 'Binary.r'],
]);
const persons: ReadonlySet<Kind> = new Set(['holder', 'related', 'professional', 'delegate']);
const systems: ReadonlySet<Kind> = new Set(['structure', 'feeder']);

/** What is no scope on resources (`openid`) or out of order (`.dus`) grants nothing; what is granular, nothing without `narrow`. */
export function parseScopes(text: string, narrow?: Narrow): readonly Scope[] {
  return text.split(' ').flatMap((word) => {
    const [, name, type, permissions = '', query] = scope.exec(word) ?? [];
    const context = contexts.find((known) => known === name);
    if (context === undefined || type === undefined) return [];
    const granted = firstVersion.get(permissions) ?? permissions;
    const interactions = new Set(letters.filter((letter) => granted.includes(letter)));
    if (query === undefined) return [{ context, type, interactions }];
    if (narrow === undefined) return [];
    const within = narrow(type, [...new URLSearchParams(query)]);
    return [
      within === undefined ? { context, type, interactions, unusable: 'parameters' } : { context, type, interactions, within },
    ];
  });
}

/** The scopes of a token as its bearer has them: `system/` is for no person, `user/` for no machine. */
export function scopesOf(kind: Kind, text: string, narrow: Narrow): readonly Scope[] {
  const context = contextOf(kind);
  const words = text
    .split(' ')
    .flatMap((word) => (transactions.get(word) ?? '').split(' ').map((part) => (part === '' ? word : `${context}/${part}`)));
  return parseScopes(words.join(' '), narrow).map((one) => {
    const misfits = (one.context === 'system' && persons.has(kind)) || (one.context === 'user' && systems.has(kind));
    return misfits ? { ...one, unusable: 'context' } : one;
  });
}

function contextOf(kind: Kind): Scope['context'] {
  if (systems.has(kind)) return 'system';
  return kind === 'holder' || kind === 'related' ? 'patient' : 'user';
}

/** The scope that would allow it, in the context of what the token already has. */
export function scopeFor({ who, scopes }: Pick<Caller, 'who' | 'scopes'>, interaction: Interaction, type: string): string {
  const context = scopes.find(({ unusable }) => unusable === undefined)?.context ?? contextOf(who.kind);
  return `${context}/${type}.${interaction}`;
}

/** `type` `*` asks for the whole system: only scopes on every type allow it. */
export function allows(scopes: readonly Scope[], interaction: Interaction, type: string): boolean {
  return granting(scopes, interaction, type).length > 0;
}

/** `patient`: the request is bound to the record of the launch context (a holder's own, a relative's). */
export function scopeOf({ scopes }: Pick<Caller, 'scopes'>, interaction: Interaction, type: string): Reach {
  const those = granting(scopes, interaction, type);
  if (those.length === 0) return 'none';
  return those.every(({ context }) => context === 'patient') ? 'patient' : 'free';
}

/** The rows that narrowed scopes are about, together; `record`: key of the record of the launch context. */
export function narrowing({ scopes }: Pick<Caller, 'scopes'>, interaction: Interaction, type: string, record: string): Filter {
  const bound = or(equals('rec', record), not(exists('rec')));
  return or(
    ...granting(scopes, interaction, type).map(({ context, within = all }) =>
      context === 'patient' ? and(bound, within) : within,
    ),
  );
}

/** The scopes allow the interaction, but on some rows of the type only, and not just those of one record. */
export function isNarrowed({ scopes }: Pick<Caller, 'scopes'>, interaction: Interaction, type: string): boolean {
  const those = granting(scopes, interaction, type);
  const isWhole = those.some(({ context, within }) => within === undefined && context !== 'patient');
  return !isWhole && those.some(({ within }) => within !== undefined);
}

/** Why a scope that names the interaction does not allow it; undefined where there is none. */
export function unusableFor({ scopes }: Pick<Caller, 'scopes'>, interaction: Interaction, type: string): Scope['unusable'] {
  return scopes.find((one) => one.unusable !== undefined && covers(one, interaction, type))?.unusable;
}

function granting(scopes: readonly Scope[], interaction: Interaction, type: string): readonly Scope[] {
  return scopes.filter((candidate) => candidate.unusable === undefined && covers(candidate, interaction, type));
}

function covers({ type, interactions }: Scope, interaction: Interaction, asked: string): boolean {
  return interactions.has(interaction) && (type === '*' || type === asked);
}
