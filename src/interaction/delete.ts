// Delete is logical: the row leaves, its text goes to history under a tombstone.
// https://hl7.org/fhir/R4/http.html#delete
import { judgeDelete } from '../access/change.ts';
import { isGuardianship } from '../access/deposit.ts';
import type { AccessRecord } from '../access/record.ts';
import { withConsent, withTeam } from '../access/state.ts';
import { refuse } from '../fhir/outcome.ts';
import type { Found } from '../store/reading.ts';
import { stateWithout } from './consent.ts';
import { type Answer, type Context, capabilityOf, isTester } from './context.ts';
import { onTarget } from './criteria.ts';
import { lineOf } from './document.ts';
import { askingFor, mayAsk } from './reach.ts';
import { guardianship } from './relation.ts';
import { resourceOfRow } from './row.ts';
import { absence, judgeVersion, type Target, writable } from './target.ts';
import { commitTraced, type Ready } from './write.ts';

export type DeleteRequest = { readonly type: string; readonly target: Target; readonly ifMatch: string | undefined };

// `delete` is a word of the language.
export async function deleteResource(context: Context, { type, target, ifMatch }: DeleteRequest): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'd', type);
  return await onTarget(
    context,
    { type, target, interaction: 'd' },
    async (within, id) => await deleteById(within, type, id, ifMatch),
  );
}

async function deleteById(context: Context, type: string, id: string, ifMatch: string | undefined): Promise<Answer> {
  const found = await writable(context, 'd', type, id);
  if ('absent' in found) {
    // To a tester it is no fault that there is nothing to delete.
    if (isTester(context)) return { status: 204, headers: {} };
    throw absence(found);
  }
  const { row, record, expects } = found;
  judgeVersion(ifMatch, row.v);
  if (row.of !== undefined) throw refuse('conflict', 'A document has these bytes: delete the document');
  const isGuardian = type === 'RelatedPerson' && isGuardianship(resourceOfRow(row), guardianship(context));
  judgeDelete(await askingFor(context, 'd', type), record, type, row, isGuardian);
  const tombstone = { ...row, idx: [], p: {}, v: row.v + 1, lu: context.moments.now };
  const ready: Ready = {
    id,
    expects,
    remove: [{ type, row: tombstone, was: row }],
    ...stateAfter(context, type, id, record),
    ...lineAfter(context, type, row),
  };
  await commitTraced(context, ready, 204);
  return { status: 204, headers: { ETag: `W/"${row.v + 1}"` } };
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
