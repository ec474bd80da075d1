// SMART scopes: what a token lets its bearer ask for at all. They narrow, the access rules decide.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-fhir-resources
import type { Caller, Scope } from './caller.ts';

export type Interaction = 'c' | 'r' | 'u' | 'd' | 's';
/** How far the scopes reach: nowhere, into the record of the launch context only, or as far as the access rules allow. */
export type Reach = 'none' | 'patient' | 'free';

const scope = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|(?=[cruds])c?r?u?d?s?)$/;
const letters: readonly Interaction[] = ['c', 'r', 'u', 'd', 's'];
const contexts: readonly Scope['context'][] = ['patient', 'user', 'system'];
const firstVersion: ReadonlyMap<string, string> = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);

/** What is no scope on resources (`openid`), out of order (`.dus`) or granular (`?category=…`, not supported yet) grants nothing. */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(' ').flatMap((word) => {
    const [, name, type, permissions = ''] = scope.exec(word) ?? [];
    const context = contexts.find((known) => known === name);
    if (context === undefined || type === undefined) return [];
    const granted = firstVersion.get(permissions) ?? permissions;
    return [{ context, type, interactions: new Set(letters.filter((letter) => granted.includes(letter))) }];
  });
}

/** `type` `*` asks for the whole system: only scopes on every type allow it. */
export function allows(scopes: readonly Scope[], interaction: Interaction, type: string): boolean {
  return scopes.some((candidate) => covers(candidate, interaction, type));
}

/** `patient`: the request is bound to the record of the launch context (a holder's own, a relative's). */
export function scopeOf({ scopes }: Pick<Caller, 'scopes'>, interaction: Interaction, type: string): Reach {
  const granting = scopes.filter((candidate) => covers(candidate, interaction, type));
  if (granting.length === 0) return 'none';
  return granting.every(({ context }) => context === 'patient') ? 'patient' : 'free';
}

function covers({ type, interactions }: Scope, interaction: Interaction, asked: string): boolean {
  return interactions.has(interaction) && (type === '*' || type === asked);
}
