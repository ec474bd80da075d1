// A row that points, with the envelope that follows from what its depositor may see of it when he writes.
// https://hl7.org/fhir/R4/list.html, https://hl7.org/fhir/R4/documents.html
import { isDeepStrictEqual } from 'node:util';
import { judgeProvenance } from '../access/deposit.ts';
import { pointingEnvelope, pointsAt, type Target } from '../access/pointing.ts';
import type { JsonObject } from '../fhir/json.ts';
import { isPointingType } from '../filter/envelope.ts';
import { oneOf } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';
import type { Context } from './context.ts';
import { lawfulFor } from './reach.ts';
import { resourceOfRow } from './row.ts';

/** `was`: the version before. What counted there does so for as long as it is pointed at; the store takes its envelope into account when it writes. */
export async function pointed(context: Context, type: string, row: Row, was?: Pick<Row, 'j' | 'refs'>): Promise<Row> {
  if (!isPointingType(type) || row.rec === undefined) return row;
  const resource = resourceOfRow(row);
  const before = was && resourceOfRow(was);
  const names = pointsAt(resource, row.rec, context.baseUrl);
  // Labels make nothing count: whoever sets them may see more than its depositor did when he wrote the text.
  const isWritten = before === undefined || !isDeepStrictEqual(withoutMeta(before), withoutMeta(resource));
  const targets = isWritten ? await targetsSeen(asDepositor(context), row.rec, names) : [];
  if (type === 'Provenance') judgeProvenance(context.caller, { before, after: resource }, row, targets, context.baseUrl);
  const { tc: _tc, hold: _hold, ...rest } = row;
  const envelope = pointingEnvelope(context.statute, { row, resource, targets });
  const refs = names.filter((name) => envelope.refs.includes(name) || was?.refs?.includes(name));
  return { ...rest, ...envelope, refs };
}

function withoutMeta({ meta: _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** A secretary deposits what the doctor would: with his eyes. */
function asDepositor(context: Context): Context {
  const { caller } = context;
  if (caller.who.kind !== 'delegate') return context;
  const { secretary: _secretary, ...doctor } = caller.who;
  return { ...context, caller: { ...caller, who: { ...doctor, kind: 'professional' } } };
}

async function targetsSeen(context: Context, rec: string, names: readonly string[]): Promise<readonly Target[]> {
  const found: Target[] = [];
  const reading = context.store.reading(context.moments);
  for (const [type, of] of Map.groupBy(names, (name) => name.slice(0, name.indexOf('/')))) {
    if (!context.conformance.types.has(type)) continue;
    const ids = of.map((name) => name.slice(type.length + 1));
    const permission = await lawfulFor(context, 'r', type, [rec]);
    const rows = await reading.find(type, permission, { filter: oneOf('_id', ids), limit: ids.length });
    for (const row of rows) found.push({ type, row });
  }
  return found;
}
