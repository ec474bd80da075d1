// Delete is logical: the row leaves, its text goes to history under a tombstone.
// https://hl7.org/fhir/R4/http.html#delete
import { judgeDelete } from '../access/change.ts';
import { isGuardianship } from '../access/deposit.ts';
import type { AccessRecord } from '../access/record.ts';
import { withConsent, withTeam } from '../access/state.ts';
import { isDirectory } from '../access/type.ts';
import { notFound, refuse } from '../fhir/outcome.ts';
import { equals } from '../filter/filter.ts';
import { type Found, Stale } from '../store/reading.ts';
import { stateWithout } from './consent.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { lineOf } from './document.ts';
import { askingFor, keysOfId, mayAsk, permissionFor } from './reach.ts';
import { knownRecord } from './read.ts';
import { guardianship } from './relation.ts';
import { resourceOfRow } from './row.ts';
import { commitTraced, type Ready } from './write.ts';

// `delete` is a word of the language.
export async function deleteResource(
  context: Context,
  { type, id, ifMatch }: { readonly type: string; readonly id: string; readonly ifMatch: string | undefined },
): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'd', type);
  return await context.store.steady(async () => {
    const found = await writable(context, 'd', type, id);
    if (found === undefined) return { status: 204, headers: {} };
    const { row, record, expects } = found;
    judgeVersion(ifMatch, row.v);
    const isGuardian = type === 'RelatedPerson' && isGuardianship(resourceOfRow(row), guardianship(context));
    judgeDelete(await askingFor(context, 'd', type), record, type, row, isGuardian);
    const { moments } = context;
    const tombstone = { ...row, idx: [], p: {}, v: row.v + 1, lu: moments.now };
    const ready: Ready = {
      id,
      expects,
      remove: [{ type, row: tombstone, was: row }],
      ...stateAfter(context, type, id, record),
      ...lineAfter(context, type, row),
    };
    await commitTraced(context, ready, 204);
    return { status: 204, headers: { ETag: `W/"${row.v + 1}"` } };
  });
}

/** `*` is any current version. https://hl7.org/fhir/R4/http.html#concurrency, https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
export function judgeVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `W/"${version}"`)
    throw refuse('precondition-failed', 'The version is not the current one', 'http.If-Match');
}

export type Writable = {
  readonly row: Found & { readonly idx: readonly string[]; readonly p: Record<string, never> };
  readonly record: AccessRecord | undefined;
  readonly expects: ReadonlyMap<string, number>;
};

/** The target under `write`. What is deleted already: 410 where it was seen, else 404; undefined for a tester, to whom that is no fault. */
export async function writable(
  context: Context,
  interaction: 'd' | 'u',
  type: string,
  id: string,
): Promise<Writable | undefined> {
  const { store, moments, trail } = context;
  const keys = isDirectory(type) ? [] : keysOfId(context, type, id);
  const permission = await permissionFor(context, interaction, type, keys);
  trail.record = await knownRecord(context, keys);
  const reading = store.reading(moments);
  const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1, under: 'write' });
  if (row) {
    const record = row.rec === undefined ? undefined : await store.records.get(row.rec);
    if (record && record.version !== permission.records.get(record.key)) throw new Stale([record.key]);
    return { row: { ...row, idx: [], p: {} }, record, expects: permission.records };
  }
  if (isTester(context) && interaction === 'd') return undefined;
  if (await reading.tombstone(type, id, permission)) throw refuse('gone', 'Resource deleted');
  throw notFound();
}

function stateAfter(
  context: Context,
  type: string,
  id: string,
  record: AccessRecord | undefined,
): Pick<Ready, 'record' | 'amend'> {
  if (record === undefined) return {};
  if (type === 'Consent') return { record: withConsent(record, id, undefined) };
  if (type === 'CareTeam') return { record: withTeam(record, id, undefined) };
  return type === 'RelatedPerson' ? stateWithout(context, record, id) : {};
}

/** What it superseded has its own envelope again. */
function lineAfter(context: Context, type: string, { rec, line }: Found): Pick<Ready, never> | Pick<Ready, 'line'> {
  return type === 'DocumentReference' && rec !== undefined ? { line: lineOf(context, rec, line) } : {};
}
