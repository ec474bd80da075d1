// JSON Patch of what may change on a deposit: labels and status. Anything else is a new resource.
// https://hl7.org/fhir/R4/http.html#patch, https://www.rfc-editor.org/rfc/rfc6902
import { applyPatch, type Operation } from 'rfc6902';
import { judgeChange } from '../access/change.ts';
import { kindOf } from '../access/consent.ts';
import type { AccessRecord } from '../access/record.ts';
import { withTeam } from '../access/state.ts';
import { judgeAuthor, judgeConsent } from '../access/wish.ts';
import { isObject, type JsonObject, objectsOf, parseJson } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import { compiled, stateWith } from './consent.ts';
import { type Answer, type Context, capabilityOf, codingsOf } from './context.ts';
import { judgeVersion, writable } from './delete.ts';
import { lineOf, withLabels } from './document.ts';
import { askingFor, mayAsk } from './reach.ts';
import { teamOf } from './relation.ts';
import { nextRow, resourceOfRow } from './row.ts';
import { type Preference, shown } from './shown.ts';
import { accept, commitTraced, type Ready } from './write.ts';

export type PatchRequest = {
  readonly type: string;
  readonly id: string;
  readonly operations: unknown;
  readonly ifMatch: string | undefined;
  readonly prefer: Preference;
};

const patchable = /^\/(status|meta\/security|securityLabel)(\/|$)/;
const names = new Set(['add', 'remove', 'replace', 'test']);
const mostOperations = 100;

export async function patch(context: Context, { type, id, operations, ifMatch, prefer }: PatchRequest): Promise<Answer> {
  capabilityOf(context, type);
  mayAsk(context, 'u', type);
  const asked = readOperations(type, operations);
  const version = await context.store.steady(async () => {
    const found = await writable(context, 'u', type, id);
    if (found === undefined) throw refuse('failure', 'No target');
    const { row, record, expects } = found;
    judgeVersion(ifMatch, row.v);
    const before = resourceOfRow(row);
    const after = mirrored(type, before, applied(resourceOfRow(row), asked));
    judgeChange(await askingFor(context, 'u', type), record, { type, row, before, after, deposited: row.made });
    accept(context, after);
    const next = nextRow(context, type, row, after);
    const ready: Ready = {
      id,
      expects,
      replace: [{ type, row: next, was: row }],
      ...(await consequences(context, type, next.rec, row.line, after, record)),
    };
    await commitTraced(context, ready, 200);
    return next.v;
  });
  return await shown(context, type, id, 200, prefer, version);
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
  return asText(withoutEmpty(draft));
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

function withoutEmpty({ securityLabel, meta, ...rest }: Record<string, unknown>): JsonObject {
  const { security, ...others } = isObject(meta) ? meta : {};
  return {
    ...rest,
    meta: { ...others, ...(objectsOf(security).length === 0 ? {} : { security }) },
    ...(Array.isArray(securityLabel) && securityLabel.length === 0
      ? {}
      : { ...(securityLabel === undefined ? {} : { securityLabel }) }),
  } as JsonObject;
}

/** On a document the two places of a label agree: what was taken from one goes from both, what came to one comes to both. */
function mirrored(type: string, before: JsonObject, after: JsonObject): JsonObject {
  if (type !== 'DocumentReference' || !isList(after.securityLabel) || !isList(isObject(after.meta) ? after.meta.security : []))
    return after;
  const [was, is] = [placesOf(before), placesOf(after)];
  const come = new Set([...is.meta.difference(was.meta), ...is.document.difference(was.document)]);
  const gone = new Set([...was.meta.difference(is.meta), ...was.document.difference(is.document)]).difference(come);
  const stays = (coding: JsonObject): boolean => !gone.has(labelName(coding));
  const meta = isObject(after.meta) ? after.meta : {};
  const securityLabel = objectsOf(after.securityLabel).flatMap((concept) => {
    const coding = objectsOf(concept.coding).filter(stays);
    if (concept.coding === undefined) return [concept];
    return coding.length === 0 ? [] : [{ ...concept, coding }];
  });
  return withLabels(
    withoutEmpty({ ...after, meta: { ...meta, security: objectsOf(meta.security).filter(stays) }, securityLabel }),
  );
}

function isList(value: unknown): boolean {
  return value === undefined || Array.isArray(value);
}

type Places = { readonly meta: ReadonlySet<string>; readonly document: ReadonlySet<string> };

function placesOf({ meta, securityLabel }: JsonObject): Places {
  return {
    meta: new Set((isObject(meta) ? objectsOf(meta.security) : []).map(labelName)),
    document: new Set(codingsOf(securityLabel).map(labelName)),
  };
}

function labelName({ system, code }: JsonObject): string {
  return JSON.stringify([system, code]);
}

/** What a new version changes beside its row: rules of the record, envelopes of relatives, labels of traces. */
async function consequences(
  context: Context,
  type: string,
  rec: string | undefined,
  line: readonly string[],
  after: JsonObject,
  record: AccessRecord | undefined,
): Promise<Partial<Ready>> {
  if (rec === undefined || record === undefined) return {};
  const id = String(after.id);
  if (type === 'DocumentReference') return { line: lineOf(context, rec, line) };
  if (type === 'CareTeam') return { record: withTeam(record, id, await teamOf(context, id, after)) };
  if (type !== 'Consent') return { relabelled: { rec, refs: [`${type}/${id}`] } };
  const kind = kindOf(after);
  if (kind === undefined) throw refuse('invalid', 'Exactly one category of consent-kind is required', 'Consent.category');
  const { rule, doubts } = await compiled(context, kind, after, record);
  if (doubts.length > 0) throw new Refusal('invalid', doubts);
  if (rule !== undefined) {
    const asking = await askingFor(context, 'u', 'Consent');
    judgeAuthor(asking, kind);
    judgeConsent(asking, record, kind, rule);
  }
  return stateWith(context, record, id, rule);
}
