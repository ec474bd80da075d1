// Reading one resource is a search by id under the caller's Permission.
// https://hl7.org/fhir/R4/http.html#read

import type { Permission } from '../access/permission.ts';
import { isDirectory } from '../access/type.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { equals } from '../filter/filter.ts';
import type { Found, Reading } from '../store/reading.ts';
import { leave, touchedBy, versionHeaders } from './answer.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { keysOfId, mayAsk, permissionFor } from './reach.ts';

export async function read(context: Context, type: string, id: string): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'r', type);
  const { store, moments, trail } = context;
  return await store.steady(async () => {
    const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
    const permission = await permissionFor(context, 'r', type, keys);
    trail.record = await knownRecord(context, keys);
    const reading = store.reading(moments);
    const row = await findOne(reading, type, id, permission);
    return await leave(context, reading, [touchedBy(type, row)], await answerOf(context, type, row));
  });
}

/** 404, or 410 where its last version was visible. */
export async function findOne(reading: Reading, type: string, id: string, permission: Permission): Promise<Found> {
  const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1 });
  if (row) return row;
  if (await reading.tombstone(type, id, permission)) throw refuse('gone', 'Resource deleted');
  throw notFound();
}

export async function knownRecord({ store }: Context, keys: readonly string[] = []): Promise<string | undefined> {
  for (const key of keys) if (!key.startsWith('p:') && (await store.records.get(key))) return key;
  return undefined;
}

async function answerOf(context: Context, type: string, row: Found): Promise<Answer> {
  const headers = versionHeaders(row);
  if (type !== 'Binary') return { status: 200, body: row.j, headers };
  const stream = context.store.bytesOf(row);
  const { contentType } = JSON.parse(row.j) as { contentType?: string };
  return stream === undefined
    ? { status: 200, body: row.j, headers }
    : { status: 200, body: row.j, headers, bytes: { type: contentType ?? 'application/octet-stream', stream } };
}
