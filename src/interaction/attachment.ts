// A document's attachments: bytes sent inline become a Binary of their own, a Binary referred to is bound to the document.
// https://hl7.org/fhir/R4/datatypes.html#Attachment
import { createHash } from 'node:crypto';
import { depositorOf } from '../access/standing.ts';
import { newId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Binding, Work } from '../store/commit.ts';
import { type Context, isTester } from './context.ts';
import { newRow } from './row.ts';

export type Attached = {
  readonly content: readonly JsonObject[];
  readonly insert: NonNullable<Work['insert']>;
  readonly bind: NonNullable<Work['bind']>;
};

/** `document`: the id of the DocumentReference. Bytes are written here, before the transaction that names them. */
export async function attach(
  context: Context,
  resource: JsonObject,
  document: string,
  rec: string | undefined,
): Promise<Attached> {
  const content: JsonObject[] = [];
  const insert: { type: string; row: ReturnType<typeof newRow> }[] = [];
  const bind: Binding[] = [];
  for (const [at, part] of objectsOf(resource.content).entries()) {
    const attachment = isObject(part.attachment) ? part.attachment : {};
    const path = `DocumentReference.content[${at}].attachment`;
    if (typeof attachment.data === 'string') {
      const bytes = Buffer.from(attachment.data, 'base64');
      check(attachment, bytes, path);
      const id = newId(context.ids, rec);
      const contentType = textOf(attachment.contentType) ?? 'application/octet-stream';
      checkMediaType(contentType, `${path}.contentType`);
      insert.push({ type: 'Binary', row: await binaryRow(context, { id, contentType, bytes, document, rec }) });
      content.push({ ...part, attachment: described(context, attachment, id, bytes) });
    } else {
      const id = boundId(context, attachment.url, path);
      if (id !== undefined)
        bind.push({ id, depositor: depositorOf(context.caller), document, ...(rec === undefined ? {} : { rec }) });
      content.push(id === undefined ? part : { ...part, attachment: { ...attachment, url: `${context.baseUrl}/Binary/${id}` } });
    }
  }
  return { content, insert, bind };
}

type Bytes = {
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly document: string;
  readonly rec: string | undefined;
};

async function binaryRow(context: Context, { id, contentType, bytes, document, rec }: Bytes): Promise<ReturnType<typeof newRow>> {
  const { file } = await context.store.putBytes(bytes);
  const resource = { resourceType: 'Binary', contentType };
  return newRow(context, { type: 'Binary', id, resource, file, of: document, ...(rec === undefined ? {} : { rec }) });
}

function described({ baseUrl }: Context, attachment: JsonObject, id: string, bytes: Buffer): JsonObject {
  const { data: _data, ...rest } = attachment;
  return { ...rest, url: `${baseUrl}/Binary/${id}`, size: bytes.length, hash: sha1(bytes) };
}

const mediaType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?: *;[ -~]{0,250})?$/;

/** It will stand in a header. https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
export function checkMediaType(text: string, path: string): void {
  if (!mediaType.test(text)) throw refuse('invalid', 'Not a media type', path);
}

/** Hash and size, where sent, are those of the bytes. */
function check({ size, hash }: JsonObject, bytes: Buffer, path: string): void {
  if (size !== undefined && size !== bytes.length) throw refuse('invalid', 'The size is not that of the data', `${path}.size`);
  if (hash !== undefined && hash !== sha1(bytes))
    throw refuse('invalid', 'The hash is not the SHA-1 of the data', `${path}.hash`);
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('base64');
}

function boundId(context: Context, url: unknown, path: string): string | undefined {
  const literal = typeof url === 'string' ? parseReference(url) : undefined;
  const isOurs = literal?.type === 'Binary' && (literal.base === undefined || literal.base === context.baseUrl);
  if (isOurs) return literal.id;
  if (isTester(context)) return undefined;
  throw refuse('invalid', 'The data, or the url of a Binary of this server, is required', `${path}.url`);
}
