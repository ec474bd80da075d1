// Names for an explanation or a narrative: of the directory, else as the holder's own Consents have them; and the Consents that he may see.

import { referencesOf } from '../access/consent.ts';
import type { Access } from '../access/explain.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { oneOf } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';
import { finessSystem, rppsSystem } from '../identity/systems.ts';
import type { Context } from '../interaction/context.ts';
import { isAskable, permissionFor } from '../interaction/reach.ts';
import { resourceOfRow } from '../interaction/row.ts';
import { tokenEntry } from '../search/token.ts';
import type { Reading } from '../store/reading.ts';

export type Named = {
  /** By `system|value`. */
  readonly names: ReadonlyMap<string, string>;
  /** Ids. */
  readonly consents: ReadonlySet<string>;
};

const most = 1000;

export async function namedIn(
  context: Context,
  reading: Reading,
  entries: readonly Access[],
  { rec }: Pick<Row, 'rec'>,
): Promise<Named> {
  const reasons = entries.flatMap(({ decision }) => decision.reasons.flatMap(({ consent }) => consent ?? []));
  const consents = await seen(context, reading, 'Consent', rec === undefined ? [] : [rec], '_id', reasons);
  const people = entries.flatMap(({ who }) => (who.kind === 'professional' && who.rpps !== undefined ? [who.rpps] : []));
  const structures = entries.flatMap(({ who }) => (who.kind !== 'related' && who.finess !== undefined ? [who.finess] : []));
  const listed = await namesOf(context, reading, { people, structures });
  return {
    consents: new Set(consents.flatMap(({ id }) => textOf(id) ?? [])),
    names: new Map([...consents.flatMap(namesInConsent), ...listed]),
  };
}

/** RPPS, FINESS, and ids of RelatedPersons of these records. */
export type Unnamed = {
  readonly people: readonly string[];
  readonly structures: readonly string[];
  readonly relatives?: readonly string[];
  readonly records?: readonly string[];
};

/** The names that the caller may read: by `system|value`, and by `RelatedPerson/id`. */
export async function namesOf(
  context: Context,
  reading: Reading,
  { people, structures, relatives = [], records = [] }: Unnamed,
): Promise<ReadonlyMap<string, string>> {
  const entries = (values: readonly string[], system: string): readonly string[] =>
    values.map((one) => tokenEntry('identifier', one, system));
  const listed = [
    ...(await seen(context, reading, 'Practitioner', [], 'idx', entries(people, rppsSystem))),
    ...(await seen(context, reading, 'Organization', [], 'idx', entries(structures, finessSystem))),
  ];
  const related = await seen(context, reading, 'RelatedPerson', records, '_id', relatives);
  return new Map([
    ...listed.flatMap(namesInDirectory),
    ...related.flatMap(({ id, name }) => {
      const text = nameIn(name);
      return text === undefined ? [] : [[`RelatedPerson/${id}`, text] as const];
    }),
  ]);
}

/** Nothing of a type that no scope of the token allows. */
async function seen(
  context: Context,
  reading: Reading,
  type: string,
  keys: readonly string[],
  field: '_id' | 'idx',
  values: readonly string[],
): Promise<readonly JsonObject[]> {
  if (values.length === 0 || !isAskable(context, 'r', type)) return [];
  const filter = oneOf(field, [...new Set(values)].slice(0, most));
  return (await reading.find(type, await permissionFor(context, 'r', type, keys), { filter, limit: most })).map(resourceOfRow);
}

type Entry = readonly [key: string, name: string];

function namesInConsent(consent: JsonObject): readonly Entry[] {
  return referencesOf(consent).actors.flatMap(({ identifier, display }) => {
    const name = textOf(display);
    return name !== undefined && isObject(identifier) ? [[`${identifier.system}|${identifier.value}`, name] as const] : [];
  });
}

/** A person has a list of names, a structure one. */
function namesInDirectory({ identifier, name }: JsonObject): readonly Entry[] {
  const text = nameIn(name);
  if (text === undefined) return [];
  return objectsOf(identifier).map(({ system, value }) => [`${system}|${value}`, text] as const);
}

function nameIn(name: unknown): string | undefined {
  const [human] = objectsOf(name);
  return textOf(name) ?? (human && spoken(human));
}

function spoken({ text, prefix, given, family }: JsonObject): string | undefined {
  const parts = [prefix, given, family].flat().filter((part) => typeof part === 'string');
  return textOf(text) ?? (parts.length === 0 ? undefined : parts.join(' '));
}
