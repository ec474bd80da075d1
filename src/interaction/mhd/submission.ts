// What a Provide Document Bundle submits, whatever its names are for once: each document by its master identifier and a digest of
// what it says, each entry by a name that it has again when the Bundle is sent again.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { createHash } from 'node:crypto';
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import { bytesOf } from './bytes.ts';
import { masterIdentifierOf } from './document.ts';
import { type Lookup, lookupIn, ofSlice, type Slice } from './slice.ts';

export type Submitted = { readonly at: string; readonly masterIdentifier: string; readonly digest: string };

/** `patient`: the record's key, however the Bundle names it. */
export function submissionOf(slices: readonly Slice[], patient: string): readonly Submitted[] {
  const lookup = lookupIn(ofSlice(slices, 'Documents'));
  return ofSlice(slices, 'DocumentRefs').map((document) => ({
    at: document.at,
    masterIdentifier: masterIdentifierOf(document.resource) ?? '',
    digest: digestOf(document.resource, patient, (url) => lookup(url, document)),
  }));
}

/** The Binary of the Bundle that a url names. */
type Named = (url: unknown) => Slice | undefined;

/** Of its bytes, type, patient and visibility: another of these is another document. */
export function digestOf(document: JsonObject, patient: string, named: Named = () => undefined): string {
  const { content, type, securityLabel, meta } = document;
  const bytes = objectsOf(content).map(({ attachment }) => (isObject(attachment) ? contentOf(attachment, named) : ''));
  const labels = [...codesOf(securityLabel), ...(isObject(meta) ? codesOf({ coding: meta.security }) : [])];
  return digest([patient, codesOf(type), [...new Set(labels)].toSorted(), bytes]);
}

function contentOf(attachment: JsonObject, named: Named): unknown {
  const { data, url, hash } = attachment;
  const binary = named(url);
  if (binary !== undefined) return bytesOf(binary.resource).sha1;
  return data === undefined ? (hash ?? url ?? '') : bytesOf({ data }).sha1;
}

function codesOf(concepts: unknown): readonly string[] {
  return objectsOf(concepts)
    .flatMap(({ coding }) => objectsOf(coding))
    .map(({ system, code }) => `${textOf(system)}|${textOf(code)}`)
    .toSorted();
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

/** By the place of each entry. Two Folders that are alike are told apart by their order. */
export function namesOf(slices: readonly Slice[]): ReadonlyMap<string, string> {
  const documents = ofSlice(slices, 'DocumentRefs');
  const [lookup, takers] = [lookupIn(documents), takersOf(slices, documents)];
  const seen = new Map<string, number>();
  return new Map(
    slices.map((slice) => {
      const name = nameOf(slice, lookup, takers);
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      return [slice.at, before === 0 ? name : `${name}|${before}`];
    }),
  );
}

function nameOf(slice: Slice, lookup: Lookup, takers: ReadonlyMap<Slice, Slice>): string {
  const { name, resource, method, url } = slice;
  switch (name) {
    case 'SubmissionSet':
      return name;
    case 'DocumentRefs':
      return `${name}|${masterIdentifierOf(resource)}`;
    case 'Documents':
      return `${name}|${masterIdentifierOf(takers.get(slice)?.resource ?? {})}`;
    case 'Folders':
      return `${name}|${method}|${digest([resource.title, membersOf(slice, lookup)])}`;
    case 'UpdateDocumentRefs':
    case 'Patient':
      return `${name}|${method}|${url}`;
  }
}

/** Whose bytes a Binary is. */
function takersOf(slices: readonly Slice[], documents: readonly Slice[]): ReadonlyMap<Slice, Slice> {
  const lookup = lookupIn(ofSlice(slices, 'Documents'));
  return new Map(
    documents.flatMap((document) =>
      objectsOf(document.resource.content).flatMap(({ attachment }) => {
        const binary = isObject(attachment) ? lookup(attachment.url, document) : undefined;
        return binary === undefined ? [] : [[binary, document] as const];
      }),
    ),
  );
}

function membersOf(folder: Slice, lookup: Lookup): readonly unknown[] {
  return objectsOf(folder.resource.entry).map(({ item }) => {
    const reference = isObject(item) ? item.reference : undefined;
    const document = lookup(reference, folder);
    return document === undefined ? reference : masterIdentifierOf(document.resource);
  });
}
