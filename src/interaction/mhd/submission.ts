// What a Provide Document Bundle submits, whatever its names are for once: each document by its master identifier and a digest of
// what it says, each entry by a name that it has again when the Bundle is sent again.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html
import { createHash } from 'node:crypto';
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import { binaryNamed, bytesOf } from './bytes.ts';
import { masterIdentifierOf } from './document.ts';
import { isNamedBy, ofSlice, type Slice } from './slice.ts';

export type Submitted = { readonly at: string; readonly masterIdentifier: string; readonly digest: string };

/** `patient`: the record's key, however the Bundle names it. */
export function submissionOf(slices: readonly Slice[], patient: string): readonly Submitted[] {
  const binaries = ofSlice(slices, 'Documents');
  return ofSlice(slices, 'DocumentRefs').map(({ resource, at }) => ({
    at,
    masterIdentifier: masterIdentifierOf(resource) ?? '',
    digest: digestOf(resource, patient, binaries),
  }));
}

/** Of its bytes, type, patient and visibility: another of these is another document. */
export function digestOf(document: JsonObject, patient: string, binaries: readonly Slice[] = []): string {
  const { content, type, securityLabel, meta } = document;
  const bytes = objectsOf(content).map(({ attachment }) => (isObject(attachment) ? contentOf(attachment, binaries) : ''));
  const labels = [...codesOf(securityLabel), ...(isObject(meta) ? codesOf({ coding: meta.security }) : [])];
  return digest([patient, codesOf(type), [...new Set(labels)].toSorted(), bytes]);
}

function contentOf(attachment: JsonObject, binaries: readonly Slice[]): unknown {
  const { data, url, hash } = attachment;
  const binary = binaryNamed(binaries, url);
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
  const seen = new Map<string, number>();
  return new Map(
    slices.map((slice) => {
      const name = nameOf(slice, slices);
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      return [slice.at, before === 0 ? name : `${name}|${before}`];
    }),
  );
}

function nameOf(slice: Slice, slices: readonly Slice[]): string {
  const { name, resource, method, url } = slice;
  const documents = ofSlice(slices, 'DocumentRefs');
  switch (name) {
    case 'SubmissionSet':
      return name;
    case 'DocumentRefs':
      return `${name}|${masterIdentifierOf(resource)}`;
    case 'Documents': {
      const taker = documents.find((document) => names(document, slice));
      return `${name}|${taker === undefined ? '' : masterIdentifierOf(taker.resource)}`;
    }
    case 'Folders':
      return `${name}|${method}|${digest([resource.title, membersOf(resource, documents)])}`;
    case 'UpdateDocumentRefs':
    case 'Patient':
      return `${name}|${method}|${url}`;
  }
}

function names({ resource }: Slice, { fullUrl }: Slice): boolean {
  return objectsOf(resource.content).some(
    ({ attachment }) => isObject(attachment) && fullUrl !== undefined && attachment.url === fullUrl,
  );
}

function membersOf({ entry }: JsonObject, documents: readonly Slice[]): readonly unknown[] {
  return objectsOf(entry).map(({ item }) => {
    const reference = isObject(item) ? item.reference : undefined;
    const document = documents.find((one) => isNamedBy(one, reference));
    return document === undefined ? reference : masterIdentifierOf(document.resource);
  });
}
