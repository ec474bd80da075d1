// Raw bytes for a document to come: their record is the header X-Security-Context, their reader the depositor alone until a document takes them.
// https://hl7.org/fhir/R4/binary.html

import type { Readable } from 'node:stream';
import { pipeline, Transform } from 'node:stream';
import { newId } from '../fhir/id.ts';
import { isObject, type JsonObject, textOf } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import { checkMediaType } from './attachment.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { mayAsk } from './reach.ts';
import { newRow } from './row.ts';
import { type Preference, shown } from './shown.ts';
import { wordsIn, wordsStored } from './understood.ts';
import { accept, commitTraced, depositInto } from './write.ts';

export type Upload = {
  readonly contentType: string;
  readonly securityContext: string | undefined;
  readonly source: Readable | Buffer;
  readonly prefer: Preference;
  /** Made before, where a Bundle refers to it. */
  readonly newId?: string;
};

/** No criteria find a Binary: it has no search. */
export function bytesNotSearched(): Refusal {
  return new Refusal('bad-request', [
    { text: 'Bytes are not searched', expression: 'http.If-None-Exist', code: 'not-supported' },
  ]);
}

const mostBytes = 100 * 1024 * 1024;

export type BinaryRequest = {
  readonly resource: JsonObject;
  /** Header X-Security-Context. */
  readonly securityContext: string | undefined;
  readonly prefer: Preference;
  readonly newId?: string;
};

/** A Binary sent as a resource: its data and its security context are elements. */
export async function createBinary(
  context: Context,
  { resource, securityContext, prefer, newId: id }: BinaryRequest,
): Promise<Answer> {
  mayAsk(context, 'c', 'Binary');
  accept(context, resource);
  const named = isObject(resource.securityContext) ? textOf(resource.securityContext.reference) : undefined;
  if (named !== undefined && securityContext !== undefined && named !== securityContext) {
    throw refuse('invalid', 'The element and the header X-Security-Context differ', 'Binary.securityContext');
  }
  const source = Buffer.from(textOf(resource.data) ?? '', 'base64');
  return await upload(context, {
    contentType: textOf(resource.contentType) ?? '',
    securityContext: named ?? securityContext,
    source,
    prefer,
    ...(id === undefined ? {} : { newId: id }),
  });
}

export async function upload(context: Context, asked: Upload): Promise<Answer> {
  const { contentType, securityContext, source, prefer } = asked;
  capabilityOf(context, 'Binary');
  mayAsk(context, 'c', 'Binary');
  checkMediaType(contentType, 'Binary.contentType');
  const resource = { resourceType: 'Binary', contentType };
  const key = isTester(context) ? undefined : keyNamed(context, securityContext);
  // Nobody fills the store with bytes that no record takes.
  if (key !== undefined) await depositInto(context, 'Binary', resource, key);
  const bytes = await context.store.putBytes(Buffer.isBuffer(source) ? source : pipeline(source, bounded(), () => undefined));
  const words = Buffer.isBuffer(source)
    ? await wordsIn(context, { contentType, bytes: source }, 'Binary.data')
    : await wordsStored(context, contentType, bytes, 'Binary.data');
  const id = await context.store.steady(async () => {
    const into = key === undefined ? undefined : await depositInto(context, 'Binary', resource, key);
    const made = asked.newId ?? newId(context.ids, key);
    const row = newRow(context, { type: 'Binary', id: made, resource, bytes, words, ...(key === undefined ? {} : { rec: key }) });
    await commitTraced(context, { id: made, expects: into?.expects ?? new Map(), insert: [{ type: 'Binary', row }] }, 201);
    return made;
  });
  return await shown(context, { type: 'Binary', id, status: 201, version: 1, located: true }, prefer);
}

function keyNamed({ baseUrl }: Context, securityContext: string | undefined): string {
  const literal = securityContext === undefined ? undefined : parseReference(securityContext);
  if (literal?.type === 'Patient' && (literal.base === undefined || literal.base === baseUrl)) return literal.id;
  throw refuse('invalid', 'X-Security-Context must refer to the Patient of a record', 'http.X-Security-Context');
}

function bounded(): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > mostBytes) done(refuse('too-large', 'More than 100 MB'));
      else done(null, chunk);
    },
  });
}
