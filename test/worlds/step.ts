// The words in which steps are written.
import type { JsonObject } from '../../src/fhir/json.ts';
import { actor, consent, document, loinc } from '../resources.ts';
import type { Names, Step } from './world.ts';

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
/** Those who read a hospital report of the adult; the relative and the rescuer by mandate and emergency permit. */
export const readers = [...rulers, 'doctor', 'speech', 'inside', 'relative', 'rescuer', 'hospital'];
export const but = (...gone: readonly string[]): readonly string[] => readers.filter((reader) => !gone.includes(reader));

export const deposit = (name: string, code: string, seen: readonly string[], more?: (names: Names) => JsonObject): Step => ({
  by: 'hospital',
  name,
  path: at('/DocumentReference'),
  body: document_(code, more),
  seen,
});

/** Another version: a patch of what has a name, seen by whom it is seen. */
export const patched = (
  by: string,
  type: string,
  name: string,
  seen: readonly string[],
  operations: readonly JsonObject[],
): Step => ({
  by,
  method: 'PATCH',
  path: of(type, name),
  body: () => operations,
  seen,
});
export const lift: readonly JsonObject[] = [{ op: 'remove', path: '/securityLabel/0' }];
