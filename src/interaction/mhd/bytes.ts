// The bytes of a Provide Document Bundle: each document names its Binary, and says of it what is so.
// https://profiles.ihe.net/ITI/MHD/ITI-65.html#23654121-bundle-resources
import { createHash } from 'node:crypto';
import { isObject, type JsonObject, objectsOf, textOf } from '../../fhir/json.ts';
import type { Fault } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';
import { essence } from '../attachment.ts';
import { faultsIn } from './fault.ts';
import { type Lookup, lookupIn, ofSlice, type Slice } from './slice.ts';

export type Bytes = { readonly size: number; readonly sha1: string };

export function bytesOf({ data }: JsonObject): Bytes {
  const bytes = Buffer.from(textOf(data) ?? '', 'base64');
  return { size: bytes.length, sha1: createHash('sha1').update(bytes).digest('base64') };
}

/** What the source names before it has it: size 0 and the hash of nothing. */
const hashOfNothing = '2jmj7l5rSw0yVb/vlWAYkK/YBwk=';

export function bytesFaults(slices: readonly Slice[]): readonly Fault[] {
  const binaries = ofSlice(slices, 'Documents');
  const named = lookupIn(binaries);
  const takers = new Map<Slice, string>();
  const faults = ofSlice(slices, 'DocumentRefs').flatMap((document) =>
    faultsIn(objectsOf(document.resource.content), ({ attachment }, index) => {
      const expression = `${document.at}.resource.content[${index}].attachment`;
      if (!isObject(attachment) || typeof attachment.url !== 'string') return [];
      const binary = named(attachment.url, document);
      if (binary === undefined) return urlFault(attachment.url, `${expression}.url`);
      const taker = takers.get(binary);
      if (taker !== undefined)
        return [
          {
            code: 'value',
            expression: `${expression}.url`,
            text: 'Another document has this Binary: send each its own',
          } as const,
        ];
      takers.set(binary, expression);
      return attachmentFaults(attachment, binary.resource, expression);
    }),
  );
  return [...faults, ...binaries.flatMap((binary) => binaryFaults(binary, takers.has(binary)))];
}

/** What the engine resolves is a fullUrl: a url relative to that of its document is written as such. */
export function withUrls(document: Slice, lookup: Lookup): JsonObject {
  const { resource } = document;
  const content = objectsOf(resource.content).map((part) => {
    const { attachment } = part;
    const url = isObject(attachment) ? lookup(attachment.url, document)?.fullUrl : undefined;
    return url === undefined || !isObject(attachment) ? part : { ...part, attachment: { ...attachment, url } };
  });
  return { ...resource, content };
}

/** A large document is sent before, as a Binary of this server; whether it is there is judged with the document. */
function urlFault(url: string, expression: string): readonly Fault[] {
  if (parseReference(url)?.type === 'Binary') return [];
  return [{ code: 'not-found', expression, text: 'Add the Binary to the Bundle, its fullUrl being this url' }];
}

function attachmentFaults(attachment: JsonObject, binary: JsonObject, at: string): readonly Fault[] {
  const { size, hash, contentType } = attachment;
  if (size === 0 && hash === hashOfNothing)
    return [
      {
        code: 'not-supported',
        expression: `${at}.size`,
        text: 'Delayed assembly is not supported: send the bytes, with their size and hash',
      },
    ];
  const bytes = bytesOf(binary);
  const faults: Fault[] = [];
  if (size !== undefined && size !== bytes.size)
    faults.push({
      code: 'value',
      expression: `${at}.size`,
      text: `The size is not that of the Binary: its data decode to ${bytes.size} bytes`,
    });
  if (hash !== undefined && hash !== bytes.sha1)
    faults.push({
      code: 'value',
      expression: `${at}.hash`,
      text: `The hash is not the SHA-1 of the Binary's bytes, in base64: ${bytes.sha1}`,
    });
  if (
    typeof contentType === 'string' &&
    typeof binary.contentType === 'string' &&
    essence(contentType) !== essence(binary.contentType)
  )
    faults.push({ code: 'value', expression: `${at}.contentType`, text: 'The contentType is not that of the Binary' });
  return faults;
}

function binaryFaults({ resource, at, fullUrl }: Slice, isTaken: boolean): readonly Fault[] {
  const faults: Fault[] = [];
  if (fullUrl === undefined)
    faults.push({ code: 'required', expression: `${at}.fullUrl`, text: 'Give the Binary a fullUrl, which its document names' });
  else if (!isTaken)
    faults.push({
      code: 'structure',
      expression: at,
      text: 'No document names this Binary: let the url of one be its fullUrl, or leave it out',
    });
  if (textOf(resource.contentType) === undefined)
    faults.push({
      code: 'required',
      expression: `${at}.resource.contentType`,
      text: 'contentType is required here: the media type of the bytes',
    });
  if ((textOf(resource.data) ?? '') === '')
    faults.push({ code: 'required', expression: `${at}.resource.data`, text: 'data is required here: the bytes in base64' });
  return faults;
}
