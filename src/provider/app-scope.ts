// How far an app may ask in the name of who signs in: what its registration has, less than it asks for where it asks for more.
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
import { grantedOf } from './client-claims.ts';
import { type Parts, partsOf } from './scope-parts.ts';

/** Of OpenID Connect and of the launch: on no resource. */
export const launchScopes = ['openid', 'fhirUser', 'launch/patient', 'offline_access', 'online_access'] as const;
export const defaultAppScope = [...launchScopes, 'patient/*.rs'].join(' ');

export function wordsOf(scope: string): readonly string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}

/** Whether an app can be registered with it. */
export function isAppScope(word: string): boolean {
  return launchScopes.some((known) => known === word) || ofApps(word) !== undefined;
}

/** '' where nothing of it may be given. */
export function narrowed(asked: string, registered: string): string {
  const bounds = wordsOf(registered);
  return [...new Set(wordsOf(asked).flatMap((word) => within(word, bounds)))].join(' ');
}

function ofApps(word: string): Parts | undefined {
  const parts = partsOf(word);
  return parts?.scope.context === 'system' ? undefined : parts;
}

function within(word: string, bounds: readonly string[]): readonly string[] {
  if (bounds.includes(word)) return [word];
  const asked = ofApps(word);
  if (asked === undefined) return [];
  const known = bounds.flatMap((bound) => ofApps(bound) ?? []).filter(({ scope }) => scope.context === asked.scope.context);
  const whole = known.filter(({ query }) => query === '').map(({ base }) => base);
  if (grantedOf(asked.base, whole.join(' '), asked.scope.context) !== undefined) return [word];
  return known.flatMap((bound) => common(asked, bound));
}

/** What both allow, in the letters of the second version. Two queries are not weighed against each other. */
function common(one: Parts, other: Parts): readonly string[] {
  if (one.query !== '' && other.query !== '' && one.query !== other.query) return [];
  const types = new Set([one.scope.type, other.scope.type]);
  if (types.size > 1 && !types.delete('*')) return [];
  const letters = [...one.scope.interactions].filter((letter) => other.scope.interactions.has(letter));
  return letters.length === 0 ? [] : [`${one.scope.context}/${[...types][0]}.${letters.join('')}${one.query || other.query}`];
}
