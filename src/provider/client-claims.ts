// What the token of a client says: who it is, by its registration, and how far it may ask.
// https://profiles.ihe.net/ITI/IUA/index.html#3714221-json-web-token-option, https://hl7.org/fhir/smart-app-launch/backend-services.html
import type { JsonObject } from '../fhir/json.ts';
import type { Scope } from '../identity/caller.ts';
import { callerRole, finessSystem } from '../identity/systems.ts';
import { roleOf } from '../identity/who.ts';
import type { Client } from '../store/client.ts';
import { type Parts, partsOf } from './scope-parts.ts';

/** `asserted`: what the client says in the assertion by which it is recognised; of an agent, the INS on the card in the reader. */
export function claimsOf(client: Client, asserted: JsonObject): JsonObject {
  const { kind, name, finess, registration } = client;
  // It is nobody by itself: only in the name of who uses it.
  if (kind === 'software' || kind === 'app') return { registration };
  const who =
    kind === 'structure'
      ? { subject_organization_id: `${finessSystem}|${finess}` }
      : { subject_role: [{ system: callerRole, code: roleOf(kind) }] };
  return {
    registration,
    ...(kind === 'agent' && asserted.vitale !== undefined ? { vitale: asserted.vitale } : {}),
    extensions: { ihe_iua: { subject_organization: name, ...who } },
  };
}

/** The scopes asked for, if each is of this context and within those of the registration; else undefined. */
export function grantedOf(asked: string, registered: string, context: Scope['context'] = 'system'): string | undefined {
  const bounds = registered.split(' ').flatMap((word) => partsOf(word) ?? []);
  const words = asked.split(' ').filter((word) => word !== '');
  const isWithin = (word: string): boolean => {
    const parts = partsOf(word);
    return parts !== undefined && parts.scope.context === context && bind(parts, bounds);
  };
  return words.length > 0 && words.every(isWithin) ? words.join(' ') : undefined;
}

/** Each letter on its own: by a bound that is of the whole type, or has the very same query. */
function bind({ scope, query }: Parts, bounds: readonly Parts[]): boolean {
  const known = bounds.filter((bound) => bound.scope.context === scope.context && (bound.query === '' || bound.query === query));
  return [...scope.interactions].every((letter) =>
    known.some(({ scope: { type, interactions } }) => interactions.has(letter) && (type === '*' || type === scope.type)),
  );
}
