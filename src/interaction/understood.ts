// What the bytes of documents say, read before the transaction that stores them, and what the depositor is told where that fails.
// https://hl7.org/fhir/R4/search.html#content
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { isObject, type JsonObject, objectsOf, textOf, typeOf } from '../fhir/json.ts';
import type { Words } from '../filter/row.ts';
import { scopeOf } from '../identity/scope.ts';
import type { Bytes } from '../store/attachment.ts';
import { formOf } from '../text/media-type.ts';
import type { Lack } from '../text/passages.ts';
import { type Job, longestDocument, type TextReader, type Understood } from '../text/text-reader.ts';
import type { Context } from './context.ts';

/** By the FHIRPath of the element: what its sender should know of what was accepted. */
export type Remarks = Map<string, string>;

const reasons: Readonly<Record<Lack, string>> = {
  unsupported: 'no text is read from this media type',
  broken: 'the file cannot be read',
  encrypted: 'the file is encrypted',
  large: 'the file is larger than 20 MB',
  costly: 'the file takes too long to read',
  cut: 'only its beginning is read',
};

/** Of one request: each file is read once, however often its transaction begins again. */
export function readOnce(reader: Pick<TextReader, 'read'>): Pick<TextReader, 'read'> {
  const known = new Map<string, Promise<Understood>>();
  return {
    read: async (job) => {
      const name = `${createHash('sha1').update(job.bytes).digest('hex')} ${job.contentType}`;
      const understood = known.get(name) ?? reader.read(job);
      known.set(name, understood);
      return await understood;
    },
  };
}

/** So that nobody waits for it within a transaction. */
export async function readAhead({ texts, caller }: Context, resources: readonly JsonObject[]): Promise<void> {
  const jobs = resources.filter((resource) => scopeOf(caller, 'c', typeOf(resource)) !== 'none').flatMap(jobsOf);
  await Promise.all(jobs.map(async (job) => await texts.read(job)));
}

function jobsOf(resource: JsonObject): readonly Job[] {
  if (resource.resourceType === 'Binary') return jobIn(resource);
  if (resource.resourceType !== 'DocumentReference') return [];
  return objectsOf(resource.content).flatMap(({ attachment }) => (isObject(attachment) ? jobIn(attachment) : []));
}

function jobIn({ contentType, data }: JsonObject): readonly Job[] {
  const [type, text] = [textOf(contentType), textOf(data)];
  return type === undefined || text === undefined ? [] : [{ contentType: type, bytes: Buffer.from(text, 'base64') }];
}

/** `at`: where the file was sent. */
export async function wordsIn({ texts, remarks }: Context, job: Job, at: string): Promise<Words> {
  const { words, lack } = await texts.read(job);
  if (lack !== undefined) remark(remarks, at, lack);
  return words;
}

/** Of bytes that came as a stream and are stored already. */
export async function wordsStored(context: Context, contentType: string, { file, size }: Bytes, at: string): Promise<Words> {
  const isRead = size <= longestDocument && formOf(contentType) !== undefined;
  if (isRead) return await wordsIn(context, { contentType, bytes: await buffer(context.store.bytesOf(file)) }, at);
  remark(context.remarks, at, size > longestDocument ? 'large' : 'unsupported');
  return { t: [], n: [] };
}

function remark(remarks: Remarks, at: string, lack: Lack): void {
  remarks.set(at, `Stored, but not found by what it says: ${reasons[lack]}`);
}

/** Of several files together. */
export function together(words: readonly Words[]): Words {
  const counts = new Map<string, number>();
  for (const { t, n } of words) for (const [at, one] of t.entries()) counts.set(one, (counts.get(one) ?? 0) + (n[at] ?? 0));
  return { t: [...counts.keys()], n: [...counts.values()] };
}

/** Undefined where there is nothing to say. */
export function outcomeOf(remarks: Remarks): string | undefined {
  if (remarks.size === 0) return undefined;
  const issue = [...remarks].map(([at, diagnostics]) => ({
    severity: 'information',
    code: 'incomplete',
    diagnostics,
    expression: [at],
  }));
  return JSON.stringify({ resourceType: 'OperationOutcome', issue });
}
