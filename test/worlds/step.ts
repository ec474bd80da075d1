// The words in which steps are written.
import type { JsonObject } from '../../src/fhir/json.ts';
import { actor, consent, document, loinc } from '../resources.ts';
import type { Names } from './world.ts';

export const subject = (names: Names, name = 'adult'): string => names[name] ?? '';
export const document_ =
  (code: string, more: (names: Names) => JsonObject = () => ({}), record = 'adult') =>
  (names: Names): JsonObject =>
    document(subject(names, record), code, more(names));
export const wish =
  (kind: string, provision: (names: Names) => JsonObject, record = 'adult') =>
  (names: Names): JsonObject =>
    consent(kind, subject(names, record), provision(names));
export const at = (path: string) => (): string => path;
export const of =
  (type: string, name: string) =>
  (names: Names): string =>
    `/${type}/${names[name]}`;
export const permit = (named: Parameters<typeof actor>[0], more: JsonObject = {}): JsonObject => ({
  type: 'permit',
  actor: [actor(named)],
  ...more,
});
export const coded = (code: string, system = loinc): JsonObject => ({ coding: [{ system, code }] });

/** Who rules or treats the adult's record, and so sees all that is not held. */
export const rulers = ['holder', 'treating'];
