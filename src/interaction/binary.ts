// Raw bytes for a document to come: their record is the header X-Security-Context, their reader the depositor alone until a document takes them.
// https://hl7.org/fhir/R4/binary.html

import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { newId } from '../fhir/id.ts';
import { isObject, type JsonObject, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import { checkMediaType } from './attachment.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { mayAsk } from './reach.ts';
import { newRow } from './row.ts';
import { type Preference, shown } from './shown.ts';
import { accept, commitTraced, depositInto } from './write.ts';

export type Upload = {
  readonly contentType: string;
  readonly securityContext: string | undefined;
  readonly source: Readable | Buffer;
  readonly prefer: Preference;
};

const mostBytes = 100 * 1024 * 1024;

/** A Binary sent as a resource: its data and its security context are elements. */
export async function createBinary(
  context: Context,
  resource: JsonObject,
  securityContext: string | undefined,
  prefer: Preference,
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
  });
}

export async function upload(context: Context, { contentType, securityContext, source, prefer }: Upload): Promise<Answer> {
  capabilityOf(context, 'Binary');
  mayAsk(context, 'c', 'Binary');
  checkMediaType(contentType, 'Binary.contentType');
  const resource = { resourceType: 'Binary', contentType };
  const into = isTester(context) ? undefined : await depositInto(context, 'Binary', resource, keyNamed(context, securityContext));
  const { file } = await context.store.putBytes(Buffer.isBuffer(source) ? source : source.pipe(bounded()));
  const id = await context.store.steady(async () => {
    const { record, expects } =
      into === undefined
        ? { record: undefined, expects: new Map() }
        : await depositInto(context, 'Binary', resource, into.record.key);
    const made = newId(context.ids, record?.key);
    const row = newRow(context, {
      type: 'Binary',
      id: made,
      resource,
      file,
      ...(record === undefined ? {} : { rec: record.key }),
    });
    await commitTraced(context, { id: made, expects, insert: [{ type: 'Binary', row }] }, 201);
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
