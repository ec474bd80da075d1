// Depositing a document (IHE MHD ITI-105): bytes, author, labels and what it succeeds, all in one transaction.
// https://profiles.ihe.net/ITI/MHD/ITI-105.html
import { inherit, type Member, targetsOf } from '../access/inherit.ts';
import { forbidden } from '../access/opening.ts';
import { depositorOf } from '../access/standing.ts';
import { newId } from '../fhir/id.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';
import { refuse } from '../fhir/outcome.ts';
import { and, oneOf } from '../filter/filter.ts';
import type { Row } from '../filter/row.ts';
import { identified } from '../identity/identifiers.ts';
import { rppsSystem } from '../identity/systems.ts';
import { canonicalReference } from '../search/reference.ts';
import type { Replacement, Stored } from '../store/commit.ts';
import { asBytesOf, type Line } from '../store/line.ts';
import type { Found } from '../store/reading.ts';
import { attach } from './attachment.ts';
import { type Context, isTester } from './context.ts';
import { withLabels } from './labels.ts';
import { submissionSetOf } from './mhd/submission-set.ts';
import { lawfulFor, narrowingFor } from './reach.ts';
import { recordNamedBy } from './record.ts';
import { newRow, nextRow, resourceOfRow } from './row.ts';
import { accept, type Draft, depositInto, type Ready } from './write.ts';

/** With what the server says for the depositor where he does not. */
export function asDeposited(context: Context, sent: JsonObject): JsonObject {
  return isTester(context) ? sent : withLabels(withAuthor(context, withTargets(context, sent)));
}

export async function depositDocument(context: Context, { resource: sent, id: given, version }: Draft): Promise<Ready> {
  const tester = isTester(context);
  const document = asDeposited(context, sent);
  accept(context, document);
  if (!tester) judgeAuthor(context, document);
  const { record, expects } = tester
    ? { record: undefined, expects: new Map<string, number>() }
    : await depositInto(context, 'DocumentReference', document);
  const rec = record?.key;
  const id = given ?? newId(context.ids, rec);
  const targets = await targetsFound(context, document, rec);
  const lines = [...new Set([...targets.flatMap(({ row }) => row.line), id])];
  const { content, insert, bind, words } = await attach(context, document, id, rec);
  const resource = { ...document, content };
  const row = newRow(context, {
    type: 'DocumentReference',
    id,
    resource,
    line: lines,
    words,
    ...(rec === undefined ? {} : { rec }),
    ...(version === undefined ? {} : { version }),
  });
  // Alone and with its bytes it is a publication; in a Bundle the SubmissionSet comes with it.
  const isPublication = rec !== undefined && given === undefined && insert.length > 0;
  const set = isPublication ? [{ type: 'List', row: submissionSetOf(context, row, resource) }] : [];
  return {
    id,
    expects,
    insert: [{ type: 'DocumentReference', row }, ...insert.map((one) => bytesOf(row, one))],
    alongside: set,
    replace: replaced(targets).map((row) => superseded(context, row)),
    bind,
    ...(rec === undefined ? {} : { line: lineOf(context, rec, lines) }),
    taken: refuse('invalid', 'The Binary is not yours, or a document has it already', 'DocumentReference.content.attachment.url'),
  };
}

/** As hidden as their document from the first: unless it inherits, nothing is left to relabel. */
function bytesOf(document: Row, { type, row }: Stored): Stored {
  const { rd, hold, tc } = document;
  const { tc: _tc, hold: _hold, ...rest } = row;
  const envelope = { rd, ...(hold === undefined ? {} : { hold }), ...(tc === undefined ? {} : { tc }) };
  return { type, row: document.rec === undefined ? row : { ...rest, ...envelope, ...asBytesOf(document) } };
}

export function lineOf({ statute }: Context, rec: string, lines: readonly string[]): Line {
  const memberOf = (row: Row): Member => {
    const resource = resourceOfRow(row);
    return { row, resource, category: statute.categoryOf(resource) };
  };
  return {
    rec,
    lines,
    targets: (row) => targetsOf(resourceOfRow(row)).map(({ id }) => id),
    inherit: (rows, gone) => inherit([...rows.map(memberOf), ...gone.map((row) => ({ ...memberOf(row), deleted: true }))]),
  };
}

const mostTargets = 50;

type Target = { readonly row: Found; readonly code: string };

/** `relatesTo.target` is in the caller's `write`; only his own deposit does he replace. */
async function targetsFound(context: Context, document: JsonObject, rec: string | undefined): Promise<readonly Target[]> {
  const named = targetsOf(document);
  if (named.length === 0) return [];
  const permission = await lawfulFor(context, 'r', 'DocumentReference', rec === undefined ? [] : [rec]);
  const asked = {
    filter: and(
      oneOf(
        '_id',
        named.map(({ id }) => id),
      ),
      await narrowingFor(context, 'c', 'DocumentReference'),
    ),
    limit: named.length,
    under: 'write',
  } as const;
  const rows = await context.store.reading(context.moments).find('DocumentReference', permission, asked);
  const byId = new Map(rows.map((row) => [row._id, row]));
  return named.flatMap(({ id, code }) => {
    const row = byId.get(id);
    if (row === undefined && isTester(context)) return [];
    if (row === undefined) throw refuse('invalid', 'No document of yours to relate to', 'DocumentReference.relatesTo.target');
    if (code === 'replaces' && row.dep !== depositorOf(context.caller)) throw forbidden('Only its depositor replaces a document');
    return [{ row, code }];
  });
}

/** Each once, however often it is named. */
function replaced(targets: readonly Target[]): readonly Found[] {
  return [...new Map(targets.flatMap(({ row, code }) => (code === 'replaces' ? [[row._id, row] as const] : []))).values()];
}

/** A target below our own address is the same document as by its relative reference. */
function withTargets({ baseUrl }: Context, document: JsonObject): JsonObject {
  const targets = objectsOf(document.relatesTo);
  if (targets.length > mostTargets) throw refuse('too-large', `More than ${mostTargets} documents to relate to`);
  if (targets.length === 0) return document;
  const relatesTo = targets.map(({ target, ...rest }) => {
    const reference = isObject(target) ? canonicalReference(textOf(target.reference) ?? '', baseUrl) : '';
    return isObject(target) && reference.startsWith('DocumentReference/')
      ? { ...rest, target: { ...target, reference } }
      : { ...rest, ...(target === undefined ? {} : { target }) };
  });
  return { ...document, relatesTo };
}

function superseded(context: Context, was: Found): Replacement {
  return {
    type: 'DocumentReference',
    was,
    row: nextRow(context, 'DocumentReference', was, { ...resourceOfRow(was), status: 'superseded' }),
  };
}

function withAuthor({ caller: { who, name } }: Context, document: JsonObject): JsonObject {
  if (document.author !== undefined) return document;
  switch (who.kind) {
    case 'professional':
    case 'delegate':
      return { ...document, author: [identified('Practitioner', who.rpps, name)] };
    case 'structure':
      return { ...document, author: [identified('Organization', who.finess)] };
    case 'holder':
      return { ...document, author: [document.subject] };
    case 'related':
      return { ...document, author: [{ reference: `RelatedPerson/${who.related}` }] };
    default:
      return document;
  }
}

/** A person deposits what he wrote himself, as far as its authors say who they are. */
function judgeAuthor(context: Context, document: JsonObject): void {
  const { who } = context.caller;
  const fault = refuse('business-rule', 'The depositor must be among the authors', 'DocumentReference.author');
  if (who.kind === 'professional' || who.kind === 'delegate') {
    const named = objectsOf(document.author).flatMap((author) => rppsOf(author, document));
    if (named.length > 0 && !named.includes(who.rpps)) throw fault;
  }
  if (who.kind === 'holder' || who.kind === 'related') {
    const own =
      who.kind === 'holder' ? `Patient/${recordNamedBy(context, 'DocumentReference', document)}` : `RelatedPerson/${who.related}`;
    if (!objectsOf(document.author).every(({ reference }) => reference === own)) throw fault;
  }
}

function rppsOf(author: JsonObject, document: JsonObject): readonly string[] {
  const contained = objectsOf(document.contained).filter(({ id }) => author.reference === `#${id}`);
  const people = contained.flatMap((one) => (one.resourceType === 'PractitionerRole' ? objectsOf(one.practitioner) : [one]));
  return [author, ...people]
    .flatMap(({ identifier }) => objectsOf(identifier))
    .filter(({ system }) => system === rppsSystem)
    .flatMap(({ value }) => textOf(value) ?? []);
}
