// A document's attachments: bytes sent inline become a Binary of their own, a Binary referred to is bound to the document.
// https://hl7.org/fhir/R4/datatypes.html#Attachment
import { createHash } from 'node:crypto';
import { depositorOf, entererOf } from '../access/standing.ts';
import { newId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import { and, equals, exists, not } from '../filter/filter.ts';
import type { Row, Words } from '../filter/row.ts';
import type { Binding, Work } from '../store/commit.ts';
import { type Context, isTester } from './context.ts';
import { keysOfId, lawfulFor } from './reach.ts';
import { newRow, resourceOfRow } from './row.ts';
import { together, wordsIn } from './understood.ts';

export type Attached = {
  readonly content: readonly JsonObject[];
  readonly insert: NonNullable<Work['insert']>;
  readonly bind: NonNullable<Work['bind']>;
  readonly words: Words;
};

/** `document`: the id of the DocumentReference. Bytes are written here, before the transaction that names them. */
export async function attach(
  context: Context,
  resource: JsonObject,
  document: string,
  rec: string | undefined,
): Promise<Attached> {
  const content: JsonObject[] = [];
  const insert: { type: string; row: Row }[] = [];
  const bind: Binding[] = [];
  const words: Words[] = [];
  for (const [at, part] of objectsOf(resource.content).entries()) {
    const attachment = isObject(part.attachment) ? part.attachment : {};
    const path = `DocumentReference.content[${at}].attachment`;
    const sent = typeof attachment.data === 'string' ? Buffer.from(attachment.data, 'base64') : undefined;
    const id = sent === undefined ? boundId(context, attachment.url, path) : newId(context.ids, rec);
    if (id === undefined) {
      content.push(part);
    } else if (sent === undefined) {
      const binary = await unboundBinary(context, id);
      if (binary) check(attachment, binary, path);
      if (binary?.f) words.push(binary.f);
      if (binary ?? !isTester(context)) bind.push(bindingOf(context, id, document, rec));
      content.push({ ...part, attachment: described(context, attachment, id, binary) });
    } else {
      const bytes = { size: sent.length, sha1: createHash('sha1').update(sent).digest('base64') };
      check(attachment, bytes, path);
      const contentType = textOf(attachment.contentType) ?? 'application/octet-stream';
      checkMediaType(contentType, `${path}.contentType`);
      words.push(await wordsIn(context, { contentType, bytes: sent }, `${path}.data`));
      insert.push({ type: 'Binary', row: await binaryRow(context, { id, contentType, bytes: sent, document, rec }) });
      content.push({ ...part, attachment: described(context, attachment, id, bytes) });
    }
  }
  return { content, insert, bind, words: together(words) };
}

type Measured = { readonly size?: number; readonly sha1?: string; readonly contentType?: string; readonly f?: Words };

/** The depositor's own Binary that no document has taken; what is none is refused when it is bound. */
async function unboundBinary(context: Context, id: string): Promise<Measured | undefined> {
  const permission = await lawfulFor(context, 'c', 'Binary', keysOfId(context, 'Binary', id));
  const own = and(equals('_id', id), equals('dep', depositorOf(context.caller)), not(exists('of')));
  const reading = context.store.reading(context.moments);
  const [row] = await reading.find('Binary', permission, { filter: own, limit: 1, under: 'write', words: true });
  if (row === undefined) return undefined;
  const { contentType } = resourceOfRow(row);
  return { ...row, ...(typeof contentType === 'string' ? { contentType } : {}) };
}

function bindingOf(context: Context, id: string, document: string, rec: string | undefined): Binding {
  const { caller } = context;
  const enterer = entererOf(caller);
  return {
    id,
    depositor: depositorOf(caller),
    ...(enterer === undefined ? {} : { enterer }),
    document,
    ...(rec === undefined ? {} : { rec }),
  };
}

type Bytes = {
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly document: string;
  readonly rec: string | undefined;
};

async function binaryRow(context: Context, { id, contentType, bytes, document, rec }: Bytes): Promise<Row> {
  const stored = await context.store.putBytes(bytes);
  const resource = { resourceType: 'Binary', contentType };
  return newRow(context, { type: 'Binary', id, resource, bytes: stored, of: document, ...(rec === undefined ? {} : { rec }) });
}

/** Hash and size are those of the bytes, whether or not they were sent. */
function described({ baseUrl }: Context, attachment: JsonObject, id: string, { size, sha1 }: Measured = {}): JsonObject {
  const { data: _data, ...rest } = attachment;
  return {
    ...rest,
    url: `${baseUrl}/Binary/${id}`,
    ...(size === undefined ? {} : { size }),
    ...(sha1 === undefined ? {} : { hash: sha1 }),
  };
}

const mediaType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?: *;[ -~]{0,250})?$/;

/** It will stand in a header. https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
export function checkMediaType(text: string, path: string): void {
  if (!mediaType.test(text)) throw refuse('invalid', 'Not a media type', path);
}

/** Hash, size and media type, where sent, are those of the bytes. */
function check(sent: JsonObject, { size, sha1, contentType }: Measured, path: string): void {
  if (sent.size !== undefined && size !== undefined && sent.size !== size)
    throw refuse('invalid', 'The size is not that of the data', `${path}.size`);
  if (sent.hash !== undefined && sha1 !== undefined && sent.hash !== sha1)
    throw refuse('invalid', 'The hash is not the SHA-1 of the data', `${path}.hash`);
  if (typeof sent.contentType === 'string' && contentType !== undefined && essence(sent.contentType) !== essence(contentType))
    throw refuse('invalid', 'The media type is not that of the Binary', `${path}.contentType`);
}

/** The media type without its parameters. */
export function essence(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase();
}

function boundId(context: Context, url: unknown, path: string): string | undefined {
  const literal = typeof url === 'string' ? parseReference(url) : undefined;
  const isOurs = literal?.type === 'Binary' && (literal.base === undefined || literal.base === context.baseUrl);
  if (isOurs) return literal.id;
  if (isTester(context)) return undefined;
  throw refuse('invalid', 'The data, or the url of a Binary of this server, is required', `${path}.url`);
}
