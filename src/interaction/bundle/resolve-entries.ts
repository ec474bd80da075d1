// What the entries of a transaction are about: their ids, made before anything is written, and their references resolved.
// https://hl7.org/fhir/R4/http.html#transaction
import { isInDirectory } from '../../access/type.ts';
import { keyOfId, newId } from '../../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import { Refusal, refuse } from '../../fhir/outcome.ts';
import { type Context, isTester } from '../context.ts';
import { existingOf, oneMatching, oneReferenced } from '../criteria.ts';
import { queryIn } from '../query.ts';
import { recordNamedBy } from '../record.ts';
import { type Entry, placed, placedAt } from './entry.ts';
import { conditionalReferences, withReferences } from './entry-reference.ts';
import type { Prepared } from './perform.ts';

/** `name`: `Type/id` of what the entry writes, as far as it is known before. */
export type Step = { readonly entry: Entry; readonly prepared: Prepared; readonly name?: string };

/** Each is a search. */
const mostReferences = 500;

export async function resolveEntries(context: Context, entries: readonly Entry[]): Promise<readonly Step[]> {
  const names = new Map<string, string>();
  const ids = new Map<Entry, string>();
  const keys = new Map<Entry, string>();
  for (const entry of entries) if (entry.address.id !== undefined) name(names, ids, entry, entry.address.id);
  const open = entries.filter(({ method, address }) => address.id === undefined && method !== 'GET' && method !== 'HEAD');
  // The record comes first: everything else stands in it.
  const isPatient = ({ address }: Entry): boolean => address.type === 'Patient';
  for (const entry of open.filter(isPatient)) name(names, ids, entry, await idOf(context, entry, names, undefined));
  await nameReferenced(context, entries, names);
  const kin = kinOf(entries);
  for (const entry of open.filter((one) => !isPatient(one))) {
    const key = keyOf(context, entry, kin, names);
    if (key !== undefined) keys.set(entry, key);
    name(names, ids, entry, await idOf(context, entry, names, key));
  }
  judgeOverlap(entries, ids);
  return entries.map((entry) => stepOf(entry, names, ids.get(entry), keys.get(entry)));
}

function name(names: Map<string, string>, ids: Map<Entry, string>, entry: Entry, id: string | undefined): void {
  if (id === undefined) return;
  ids.set(entry, id);
  if (entry.fullUrl !== undefined) names.set(entry.fullUrl, `${entry.address.type}/${id}`);
}

/** The id of what the criteria find, else a new one; undefined where the record is not known: the write itself says why. */
async function idOf(
  context: Context,
  entry: Entry,
  names: ReadonlyMap<string, string>,
  key: string | undefined,
): Promise<string | undefined> {
  const { address, method, ifNoneExist } = entry;
  const { type, parameters } = address;
  const resource = entry.resource === undefined ? undefined : resolved(entry, entry.resource, names, false);
  const found = await placed(entry, async () => {
    if (method === 'POST') {
      if (ifNoneExist === undefined || resource === undefined) return undefined;
      return (await existingOf(context, type, ifNoneExist, resource))[0]?._id;
    }
    const interaction = method === 'DELETE' ? 'd' : 'u';
    return await oneMatching(context, { type, criteria: parameters, interaction, under: 'write', key });
  });
  if (found !== undefined) return found;
  if (method !== 'POST' && method !== 'PUT') return undefined;
  if (type === 'Patient') return context.ids.key();
  return isTester(context) || isInDirectory(type, resource ?? {}) || key !== undefined ? newId(context.ids, key) : undefined;
}

/** Who refers to whom within the Bundle, and the records found so far: undefined while one is looked for, as references may go in a circle. */
type Kin = {
  readonly byFullUrl: ReadonlyMap<string, Entry>;
  readonly byAttachment: ReadonlyMap<string, readonly Entry[]>;
  readonly keys: Map<Entry, string | undefined>;
};

function kinOf(entries: readonly Entry[]): Kin {
  const attached = entries.flatMap((entry) => attachmentsOf(entry).map((url) => ({ url, entry })));
  return {
    byFullUrl: new Map(entries.flatMap((entry) => (entry.fullUrl === undefined ? [] : [[entry.fullUrl, entry] as const]))),
    byAttachment: new Map(
      [...Map.groupBy(attached, ({ url }) => url)].map(([url, list]) => [url, list.map(({ entry }) => entry)]),
    ),
    keys: new Map(),
  };
}

function attachmentsOf({ resource }: Entry): readonly string[] {
  if (resource?.resourceType !== 'DocumentReference') return [];
  return objectsOf(resource.content).flatMap(({ attachment }) => (isObject(attachment) ? (textOf(attachment.url) ?? []) : []));
}

/** The record in which the entry's resource will stand, seen from the Bundle alone. */
function keyOf(context: Context, entry: Entry, kin: Kin, names: ReadonlyMap<string, string>): string | undefined {
  const { address, resource } = entry;
  if (resource === undefined || isTester(context) || isInDirectory(address.type, resource)) return undefined;
  if (kin.keys.has(entry)) return kin.keys.get(entry);
  kin.keys.set(entry, undefined);
  const key =
    keyOfRelated(context, entry, kin, names) ?? namedKey(context, address.type, resolved(entry, resource, names, false));
  kin.keys.set(entry, key);
  return key;
}

/** The bytes of a document stand where it does, a Provenance where its targets do. */
function keyOfRelated(context: Context, entry: Entry, kin: Kin, names: ReadonlyMap<string, string>): string | undefined {
  const related = relatedTo(entry, kin);
  const [key, second] = new Set([
    ...related
      .flatMap((other) => names.get(other.fullUrl ?? '') ?? [])
      .flatMap((text) => keyOfId(text.split('/')[1] ?? '') ?? []),
    ...related.flatMap((other) => keyOf(context, other, kin, names) ?? []),
  ]);
  if (second !== undefined)
    throw refuse('invalid', 'The entries that belong together are of two records', `${entry.at}.resource`);
  return key;
}

function relatedTo({ address, resource, fullUrl }: Entry, { byFullUrl, byAttachment }: Kin): readonly Entry[] {
  if (address.type === 'Binary') return byAttachment.get(fullUrl ?? '') ?? [];
  if (address.type !== 'Provenance') return [];
  return objectsOf(resource?.target).flatMap(({ reference }) => byFullUrl.get(textOf(reference) ?? '') ?? []);
}

function namedKey(context: Context, type: string, resource: JsonObject): string | undefined {
  try {
    return recordNamedBy(context, type, resource);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** https://hl7.org/fhir/R4/http.html#transaction (conditional references) */
async function nameReferenced(context: Context, entries: readonly Entry[], names: Map<string, string>): Promise<void> {
  let asked = 0;
  for (const { resource, at } of entries) {
    if (resource === undefined) continue;
    for (const [text, place] of conditionalReferences(resource, `${at}.resource`)) {
      if (names.has(text)) continue;
      asked += 1;
      if (asked > mostReferences) throw refuse('too-costly', `More than ${mostReferences} conditional references`, place);
      const type = text.slice(0, text.indexOf('?'));
      const id = await placedAt(place, async () => await oneReferenced(context, type, queryIn(text)));
      names.set(text, `${type}/${id}`);
    }
  }
}

function resolved(entry: Entry, resource: JsonObject, names: ReadonlyMap<string, string>, strict: boolean): JsonObject {
  return withReferences(resource, names, { at: `${entry.at}.resource`, fullUrl: entry.fullUrl, strict });
}

/** Two entries may not write the same resource. */
function judgeOverlap(entries: readonly Entry[], ids: ReadonlyMap<Entry, string>): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const { method, address, at } = entry;
    if (method === 'GET' || method === 'HEAD') continue;
    const id = ids.get(entry);
    const written = id === undefined ? undefined : `${address.type}/${id}`;
    if (written !== undefined && seen.has(written))
      throw refuse('bad-request', 'Another entry writes the same resource', `${at}.request.url`);
    if (written !== undefined) seen.add(written);
  }
}

function stepOf(entry: Entry, names: ReadonlyMap<string, string>, id: string | undefined, key: string | undefined): Step {
  const { resource, address, method } = entry;
  // A document has references of its own.
  const strict = textOf(resource?.resourceType) !== 'Bundle';
  const known = { ...(id === undefined ? {} : { name: `${address.type}/${id}` }), entry };
  if (resource === undefined) return { ...known, prepared: {} };
  const text = resolved(entry, resource, names, strict);
  const isNew = address.id === undefined && (method === 'POST' || method === 'PUT');
  return {
    ...known,
    prepared: {
      resource: text,
      ...(isNew && id !== undefined ? { newId: id } : {}),
      ...(key === undefined ? {} : { key }),
    },
  };
}
