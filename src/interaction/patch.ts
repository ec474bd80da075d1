// Patch: the next version by operations on the current one. On documents, labels and status alone (PDSm); anything else is judged as an update.
// https://hl7.org/fhir/R4/http.html#patch
import { applyPatch, type Operation } from 'rfc6902';
import { isObject, type JsonObject, parseJson } from '../fhir/json.ts';
import { notFound, Refusal, refuse } from '../fhir/outcome.ts';
import { type Answer, type Context, capabilityOf } from './context.ts';
import { oneMatching } from './criteria.ts';
import { withoutEmptyLabels } from './labels.ts';
import { mayAsk } from './reach.ts';
import { revise } from './revise.ts';
import { type Preference, shown } from './shown.ts';
import { judgeVersion, present, type Target } from './target.ts';

export type PatchRequest = {
  readonly type: string;
  readonly target: Target;
  readonly operations: unknown;
  readonly ifMatch: string | undefined;
  readonly prefer: Preference;
};

const patchable = /^\/(status|meta\/security|securityLabel)(\/|$)/;
const names = new Set(['add', 'remove', 'replace', 'test']);
const mostOperations = 100;

export async function patch(context: Context, { type, target, operations, ifMatch, prefer }: PatchRequest): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'u', type);
  const asked = readOperations(type, operations);
  const { id, version } = await context.store.steady(async () => {
    if ('id' in target) return await patchById(context, type, target.id, asked, ifMatch);
    return await context.store.transaction(async (store) => {
      const within = { ...context, store };
      const id = await oneMatching(within, { type, criteria: target.criteria, interaction: 'u', under: 'write' });
      if (id === undefined) throw notFound();
      return await patchById(within, type, id, asked, ifMatch);
    });
  });
  return await shown(context, { type, id, status: 200, version, located: false }, prefer);
}

async function patchById(
  context: Context,
  type: string,
  id: string,
  asked: readonly Operation[],
  ifMatch: string | undefined,
): Promise<{ readonly id: string; readonly version: number }> {
  const found = await present(context, 'u', type, id);
  judgeVersion(ifMatch, found.row.v);
  return { id, version: await revise(context, type, found, (before) => applied(before, asked)) };
}

function readOperations(type: string, sent: unknown): readonly Operation[] {
  if (!Array.isArray(sent) || sent.length === 0 || sent.length > mostOperations)
    throw refuse('bad-request', 'A JSON Patch is a list of operations');
  return sent.map((operation: unknown, at) => {
    if (!isObject(operation) || typeof operation.op !== 'string' || typeof operation.path !== 'string') {
      throw refuse('bad-request', 'An operation has op and path', `[${at}]`);
    }
    const { op, path, value } = operation;
    if (!names.has(op)) throw refuse('bad-request', 'The operation must be add, remove, replace or test', `[${at}].op`);
    if (!patchable.test(path)) {
      throw new Refusal('method-not-allowed', [{ text: 'Only labels and status can be patched', expression: `[${at}].path` }], {
        Allow: allowed(type),
      });
    }
    return { op, path, value } as Operation;
  });
}

function allowed(type: string): string {
  return type === 'Patient' ? 'GET, HEAD, PATCH' : 'GET, HEAD, PATCH, DELETE';
}

/** `target` is the caller's own copy. Lists that a label needs are made where they are absent. */
function applied(target: JsonObject, operations: readonly Operation[]): JsonObject {
  const draft: Record<string, unknown> = { ...target, meta: { ...(isObject(target.meta) ? target.meta : {}) } };
  for (const [at, operation] of operations.entries()) {
    if (operation.op === 'add' && operation.path.startsWith('/securityLabel/')) draft.securityLabel ??= [];
    if (operation.op === 'add' && operation.path.startsWith('/meta/security/') && isObject(draft.meta))
      draft.meta = { ...draft.meta, security: draft.meta.security ?? [] };
    if (!isApplied(draft, operation)) throw refuse('business-rule', 'The operation cannot be applied', `[${at}]`);
  }
  return withoutEmptyLabels(asText(draft));
}

/** The library returns its faults, but throws where a path leads into a primitive. */
function isApplied(draft: Record<string, unknown>, operation: Operation): boolean {
  try {
    return applyPatch(draft, [operation]).every((fault) => fault === null);
  } catch {
    return false;
  }
}

/** What will be stored is judged: nothing that an object has beside its own members. */
function asText(resource: JsonObject): JsonObject {
  const text = parseJson(JSON.stringify(resource));
  if (!isObject(text)) throw new TypeError('a resource is an object');
  return text;
}
