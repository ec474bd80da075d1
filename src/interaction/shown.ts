// The answer to a write: what `read` shows afterwards, or headers only.
// https://hl7.org/fhir/R4/http.html#return
import { isDirectory } from '../access/type.ts';
import { equals } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import { versionHeaders } from './answer.ts';
import type { Answer, Context } from './context.ts';
import { keysOfId, permissionFor } from './reach.ts';

export type Preference = 'representation' | 'minimal' | 'OperationOutcome';

const done = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics: 'Done' }],
});

/** `version`: what was written, for the headers of a caller who may not see it. */
export async function shown(
  context: Context,
  type: string,
  id: string,
  status: number,
  prefer: Preference,
  version = 1,
): Promise<Answer> {
  const { store, moments, baseUrl } = context;
  const written = { v: version, lu: moments.now };
  const headers = {
    ...versionHeaders(written),
    ...(status === 201 ? { Location: `${baseUrl}/${type}/${id}/_history/${version}` } : {}),
  };
  if (scopeOf(context.caller, 'r', type) === 'none') return { status, headers };
  // Steady by itself: what is done already must not be done again because the rules changed after it.
  const row = await store.steady(async () => {
    const permission = await permissionFor(context, 'r', type, isDirectory(type) ? undefined : keysOfId(context, type, id));
    return (await store.reading(moments).find(type, permission, { filter: equals('_id', id), limit: 1 }))[0];
  });
  if (row === undefined || prefer === 'minimal') return { status, headers };
  return { status, headers, body: prefer === 'OperationOutcome' ? done : row.j };
}
