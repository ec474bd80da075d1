// The next version of a resource, whoever made its text (update or patch): judged before and after, and what follows from it.
// https://hl7.org/fhir/R4/http.html#update
import { isDeepStrictEqual } from 'node:util';
import { judgeChange } from '../access/change.ts';
import { kindOf } from '../access/consent.ts';
import type { AccessRecord } from '../access/record.ts';
import { withGuardian, withTeam } from '../access/state.ts';
import { judgeAuthor, judgeConsent } from '../access/wish.ts';
import { isObject, type JsonObject } from '../fhir/json.ts';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { Row, Words } from '../filter/row.ts';
import { feedOf } from './answer.ts';
import { attach } from './attachment.ts';
import { compiled, stateWith } from './consent.ts';
import { type Context, isTester } from './context.ts';
import { lineOf } from './document.ts';
import { mirrored } from './labels.ts';
import { pointed } from './pointing.ts';
import { askingFor } from './reach.ts';
import { recordNamedBy } from './record.ts';
import { guardianOf, guardianship, teamOf } from './relation.ts';
import { nextRow, resourceOfRow } from './row.ts';
import type { Writable } from './target.ts';
import { accept, commitTraced, type Ready } from './write.ts';

/** `text`: of the version before, which it leaves as it is, to that of the version after. Gives the new version's number. */
export async function revise(
  context: Context,
  type: string,
  { row, record, expects }: Writable,
  text: (before: JsonObject) => JsonObject,
): Promise<number> {
  const before = resourceOfRow(row);
  const changed = text(before);
  const after = type === 'DocumentReference' && !isTester(context) ? mirrored(before, changed) : changed;
  accept(context, after);
  // Nothing changes: the version stays.
  if (isSame(before, after)) {
    await commitTraced(context, { id: row._id, expects, seen: [{ type, row }] }, 200);
    return row.v;
  }
  judgeRecord(context, type, row.rec, after);
  judgeChange(await askingFor(context, 'u', type), record, {
    type,
    row,
    before,
    after,
    deposited: row.made,
    category: context.statute.categoryOf(after),
    guardianship: guardianship(context),
  });
  const { resource, words, ...bytes } = await withBytes(context, type, row._id, after);
  const next = await pointed(context, type, nextRow(context, type, row, resource, words), row);
  const ready: Ready = {
    id: row._id,
    expects,
    ...bytes,
    replace: [{ type, row: next, was: row }],
    ...(await consequences(context, type, next, row.line, { before, after }, record)),
  };
  await commitTraced(context, ready, 200);
  return next.v;
}

function isSame({ meta, ...before }: JsonObject, { meta: next, ...after }: JsonObject): boolean {
  const kept = (value: unknown): unknown => {
    const { versionId: _version, lastUpdated: _updated, ...rest } = isObject(value) ? value : {};
    return rest;
  };
  return isDeepStrictEqual(before, after) && isDeepStrictEqual(kept(meta), kept(next));
}

/** The record of a resource is for ever. */
function judgeRecord(context: Context, type: string, rec: string | undefined, after: JsonObject): void {
  if (rec === undefined || type === 'Patient' || rec.startsWith('p:')) return;
  const named = recordNamedBy(context, type, after);
  const [element = ''] = context.conformance.patientElements(type);
  if (named !== undefined && named !== rec) throw refuse('business-rule', 'The patient cannot be changed', `${type}.${element}`);
}

type Bytes = { readonly resource: JsonObject; readonly words?: Words } & Pick<Ready, 'insert' | 'bind'>;

/** A tester may give a document other bytes; in a record they are what the document is. */
async function withBytes(context: Context, type: string, id: string, resource: JsonObject): Promise<Bytes> {
  if (type !== 'DocumentReference' || !isTester(context)) return { resource };
  const { content, insert, words } = await attach(context, resource, id, undefined);
  return { resource: { ...resource, content }, insert, words };
}

type Texts = { readonly before: JsonObject; readonly after: JsonObject };

/** What a new version changes beside its row: rules of the record, envelopes of relatives, labels of what points at it. */
async function consequences(
  context: Context,
  type: string,
  next: Row,
  line: readonly string[],
  { before, after }: Texts,
  record: AccessRecord | undefined,
): Promise<Partial<Ready>> {
  const { rec } = next;
  if (rec === undefined || record === undefined) return {};
  const id = String(after.id);
  switch (type) {
    case 'DocumentReference':
      return { line: lineOf(context, rec, line) };
    case 'CareTeam':
      return { record: withTeam(record, id, await teamOf(context, id, after)) };
    case 'RelatedPerson':
      return { record: withGuardian(record, id, guardianOf(context, id, after)) };
    case 'Consent':
      return await ruled(context, id, { before, after }, record);
    default: {
      const feed = feedOf(type, next);
      return { relabelled: { rec, refs: [`${type}/${id}`], ...(feed === undefined ? {} : { feed }) } };
    }
  }
}

async function ruled(context: Context, id: string, { before, after }: Texts, record: AccessRecord): Promise<Partial<Ready>> {
  const kind = kindOf(after);
  if (kind === undefined) throw refuse('invalid', 'Exactly one category of consent-kind is required', 'Consent.category');
  const { rule, doubts } = await compiled(context, kind, after, record);
  // What it names may be gone since: its wish can be ended all the same.
  const isEnded = after.status !== 'active' && isDeepStrictEqual(before.provision, after.provision);
  if (doubts.length > 0 && !isEnded) throw new Refusal('invalid', doubts);
  if (rule !== undefined) {
    const asking = await askingFor(context, 'u', 'Consent');
    judgeAuthor(asking, kind);
    judgeConsent(asking, record, kind, rule);
  }
  return stateWith(context, record, id, rule);
}
