// Bytes in GridFS: written before the transaction that names them, removed by a job where none ever did.
// https://www.mongodb.com/docs/manual/core/gridfs/
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ObjectId } from 'mongodb';
import type { Database } from './database.ts';

export type Bytes = { readonly file: string; readonly size: number; readonly sha1: string };

const abandonedAfter = 24 * 3600 * 1000;

/** Streams what comes; refuses nothing, so bound the source. */
export async function putBytes({ attachments }: Database, source: Readable | Buffer): Promise<Bytes> {
  const hash = createHash('sha1');
  let size = 0;
  const upload = attachments.openUploadStream('');
  try {
    const chunks: AsyncIterable<Buffer> | readonly Buffer[] = Buffer.isBuffer(source) ? [source] : source;
    for await (const chunk of chunks) {
      size += chunk.length;
      hash.update(chunk);
      await new Promise<void>((resolve, reject) => upload.write(chunk, (error) => (error ? reject(error) : resolve())));
    }
    await finished(upload.end());
  } catch (error) {
    // What has come is deleted, so that nobody fills the store with halves.
    await upload.abort().catch(() => undefined);
    throw error;
  }
  return { file: upload.id.toHexString(), size, sha1: hash.digest('base64') };
}

/** The first byte and the last. */
export type ByteRange = { readonly start: number; readonly end: number };

/** `file`: of a Binary row that a Permission gave. Nothing is read before the stream is. */
export function getBytes({ attachments }: Database, file: string, range?: ByteRange): Readable {
  const part = range && { start: range.start, end: range.end + 1 };
  const bytes = attachments.openDownloadStream(new ObjectId(file), part);
  // The driver leaves its cursor open where a reader goes away in the middle.
  return bytes.once('close', () => void bytes.abort().catch(() => undefined));
}

/** Removes bytes that no Binary has named for a day. Returns how many. */
export async function sweepBytes({ attachments, of, history }: Database, now: Date): Promise<number> {
  let removed = 0;
  for await (const { _id } of attachments.find({ uploadDate: { $lt: new Date(now.getTime() - abandonedAfter) } })) {
    const file = _id.toHexString();
    const named =
      (await of('Binary').findOne({ file }, { projection: { _id: 1 } })) ??
      (await history.findOne({ file }, { projection: { _id: 1 } }));
    if (named !== null) continue;
    await attachments.delete(_id);
    removed += 1;
  }
  return removed;
}
