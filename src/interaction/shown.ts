// The answer to a write: what `read` shows afterwards, or headers only.
// https://hl7.org/fhir/R4/http.html#return
import { depositorOf } from '../access/standing.ts';
import { isDirectory } from '../access/type.ts';
import type { Touched } from '../audit/trace.ts';
import { equals } from '../filter/filter.ts';
import { scopeOf } from '../identity/scope.ts';
import type { Found } from '../store/reading.ts';
import { leave, touchedBy, traceOnly, versionHeaders } from './answer.ts';
import type { Answer, Context } from './context.ts';
import { keysOfId, permissionFor } from './reach.ts';
import { outcomeOf } from './understood.ts';

export type Preference = 'representation' | 'minimal' | 'OperationOutcome';

const done = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics: 'Done' }],
});

export type Written = {
  readonly type: string;
  readonly id: string;
  readonly status: number;
  /** For the headers of a caller who may not see it. */
  readonly version: number;
  /** Whether the answer says where it is. */
  readonly located: boolean;
  /** It was there before: nothing was written, and what is delivered is traced here. */
  readonly found?: boolean;
};

export async function shown(
  context: Context,
  { type, id, status, version, located, found = false }: Written,
  prefer: Preference,
): Promise<Answer> {
  const { store, moments, baseUrl } = context;
  const headersOf = ({ v, lu }: Pick<Found, 'v' | 'lu'>): Record<string, string> => ({
    ...versionHeaders({ v, lu }),
    ...(located ? { Location: `${baseUrl}/${type}/${id}/_history/${found ? v : version}` } : {}),
  });
  const outcome = outcomeOf(context.remarks);
  const bare = { status, headers: headersOf({ v: version, lu: moments.now }), ...(outcome && { outcome }) };
  if (prefer === 'minimal' || scopeOf(context.caller, 'r', type) === 'none') {
    if (found && !context.gather) await traceOnly(context, status);
    return bare;
  }
  // Steady by itself: what is done already must not be done again because the rules changed after it.
  return await store.steady(async () => {
    const permission = await permissionFor(context, 'r', type, isDirectory(type) ? undefined : keysOfId(context, type, id));
    const reading = store.reading(moments);
    const [row] = await reading.find(type, permission, { filter: equals('_id', id), limit: 1 });
    const answer = row === undefined ? bare : { status, headers: headersOf(row), ...bodyOf(row, prefer, outcome) };
    return found ? await leave(context, reading, row ? [answeredBack(context, type, row)] : [], answer) : answer;
  });
}

function bodyOf({ j }: Found, prefer: Preference, outcome: string | undefined): Pick<Answer, 'body' | 'outcome'> {
  return prefer === 'OperationOutcome' ? { body: outcome ?? done } : { body: j, ...(outcome && { outcome }) };
}

function answeredBack({ caller }: Context, type: string, row: Found): Touched {
  return { ...touchedBy(type, row), ...(row.dep === depositorOf(caller) ? { aside: true } : {}) };
}
