// The identifiers of a resource as names that two writers may not have at once: unique among the deposits of one depositor, never beyond.
// https://hl7.org/fhir/R4/http.html#ccreate
import { depositorOf } from '../access/standing.ts';
import type { Caller } from '../identity/caller.ts';

/** `tokens`: of a row's search index. */
export function identifierClaims(caller: Caller, type: string, tokens: readonly string[]): readonly string[] {
  return claimsOfDepositor(depositorOf(caller), type, tokens);
}

export function claimsOfDepositor(depositor: string, type: string, tokens: readonly string[]): readonly string[] {
  return tokens.filter((token) => token.startsWith('identifier|')).map((token) => `${type}|${depositor}|${token}`);
}
