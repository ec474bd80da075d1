// The same world as the server has it: access state, rows, old versions and Filters by its own code, without a database.
// https://hl7.org/fhir/R4/consent.html
import { isDeepStrictEqual } from 'node:util';
import { authorize } from '../../../src/access/authorize.ts';
import { withClosing } from '../../../src/access/closing.ts';
import { actorKey, compileConsent, kindOf, referencesOf } from '../../../src/access/consent.ts';
import { inherit, type Member, targetsOf } from '../../../src/access/inherit.ts';
import { pointingEnvelope, pointsAt, type Target } from '../../../src/access/pointing.ts';
import type { AccessRecord, Actor } from '../../../src/access/record.ts';
import { depositorOf } from '../../../src/access/standing.ts';
import { newRecord, withGuardian, withTeam } from '../../../src/access/state.ts';
import type { Statute } from '../../../src/access/statute.ts';
import { isObject, type JsonObject, textOf } from '../../../src/fhir/json.ts';
import { isPointingType, pointedAt, pointing } from '../../../src/filter/envelope.ts';
import type { Filter } from '../../../src/filter/filter.ts';
import { matches } from '../../../src/filter/matches.ts';
import type { Envelope, Row } from '../../../src/filter/row.ts';
import { stateWith } from '../../../src/interaction/consent.ts';
import type { Context } from '../../../src/interaction/context.ts';
import { asDeposited } from '../../../src/interaction/document.ts';
import { mirrored, withoutEmptyLabels } from '../../../src/interaction/labels.ts';
import { guardianOf, teamOf } from '../../../src/interaction/relation.ts';
import { newRow, nextRow, resourceOfRow } from '../../../src/interaction/row.ts';
import type { Past } from '../../../src/store/database.ts';
import { pastOf } from '../../../src/store/past.ts';
import type { Found } from '../../../src/store/reading.ts';
import { baseUrl } from '../../carnet.ts';
import { type Asking, type Deposit, nameOf, type World } from '../../oracle/world.ts';
import { label, testIns, visibility } from '../../resources.ts';
import { callerOf, contextAt, type House, momentsAt } from './house.ts';

/** A resource as it is stored, with its former versions; `refs`: at what it points that counts. */
type Kept = { type: string; row: Row; resource: JsonObject; readonly refs: readonly string[]; readonly past: Past[] };
export type Compiled = {
  readonly record: AccessRecord;
  readonly rows: ReadonlyMap<string, Kept>;
  readonly statute: Statute;
  readonly ins: string;
};

/** Step by step, as the server writes. */
export async function compile(house: House, { key, ins, steps }: World): Promise<Compiled> {
  const { statute } = house;
  const rows = new Map<string, Kept>();
  const [first] = steps as readonly Deposit[];
  const maker = depositorOf(callerOf({ kind: 'agent' }, ins));
  let record = newRecord(key, maker, { system: testIns, value: ins }, textOf(first?.resource.birthDate));
  for (const step of steps) {
    if ('on' in step) {
      const kept = rows.get(step.on);
      if (kept !== undefined) relabel(contextAt(house, callerOf({ kind: 'holder' }, ins), step.at), kept, step.labels);
    } else {
      const { resource, by, at } = step;
      const context = contextAt(house, callerOf(by, ins), at);
      record = await nextState(context, record, rows, resource);
      rows.set(nameOf(step), await deposited(context, record, rows, resource));
      if (resource.relatesTo === undefined) continue;
    }
    settle(statute, rows);
  }
  return { record, rows, statute, ins };
}

async function deposited(
  context: Context,
  record: AccessRecord,
  rows: ReadonlyMap<string, Kept>,
  sent: JsonObject,
): Promise<Kept> {
  const type = String(sent.resourceType);
  const { key: rec } = record;
  const targets = targetsOf(sent).flatMap(({ id, code }) => {
    const kept = rows.get(`DocumentReference/${id}`);
    return kept === undefined ? [] : [{ kept, code }];
  });
  const resource = type === 'DocumentReference' ? asDeposited(context, sent) : sent;
  const id = String(sent.id);
  const line = [...new Set([...targets.flatMap(({ kept }) => kept.row.line), id])];
  const row = newRow(context, { type, id, resource, rec, line });
  for (const { kept, code } of targets)
    if (code === 'replaces') revise(context, kept, { ...kept.resource, status: 'superseded' });
  const kept: Kept = { type, row, resource: resourceOfRow(row), refs: [], past: [] };
  if (!isPointingType(type)) return kept;
  const sees = sightOf(context, record);
  const seen = pointsAt(resource, rec, baseUrl).flatMap((name): Target[] => {
    const target = rows.get(name);
    return target !== undefined && sees(target) ? [{ type: target.type, row: target.row }] : [];
  });
  const { refs, ...envelope } = pointingEnvelope(context.statute, { row, resource, targets: seen });
  return { ...kept, row: withEnvelope({ ...row, ...envelope, refs }, envelope), refs };
}

/** What the writer sees as he writes. */
function sightOf({ caller, moments, statute }: Context, record: AccessRecord): (kept: Kept) => boolean {
  const permission = authorize({ caller, now: moments.now, statute }, [record]);
  return ({ type, row }) => matches(permission.read(type), row as never, moments);
}

/** The next version, its envelope not yet settled. */
function revise(context: Context, kept: Kept, resource: JsonObject): void {
  const next = nextRow(context, kept.type, kept.row as Found, resource);
  const { refs, own } = kept.row;
  kept.past.push(pastOf(kept.type, kept.row, context.moments.now));
  kept.row =
    refs === undefined || own === undefined
      ? next
      : { ...next, refs, own: pointingEnvelope(context.statute, { row: next, resource, targets: [] }).own };
  kept.resource = resourceOfRow(kept.row);
}

function withEnvelope(row: Row, envelope: Envelope): Row {
  const { hold: _hold, tc: _tc, tcs: _tcs, kin: _kin, heirs: _heirs, ...rest } = row;
  return { ...rest, ...envelope };
}

/** As the patch of its holder does. */
function relabel(context: Context, kept: Kept, labels: readonly string[]): void {
  const { securityLabel: _label, ...rest } = kept.resource;
  const { meta } = rest;
  const changed =
    kept.type === 'DocumentReference'
      ? mirrored(kept.resource, labels.length === 0 ? rest : { ...rest, securityLabel: labels.map(label) })
      : withoutEmptyLabels({ ...rest, meta: { ...(meta as JsonObject), security: labels.map(coded) } });
  if (!isDeepStrictEqual(changed, kept.resource)) revise(context, kept, changed);
}

const coded = (code: string): JsonObject => ({ system: visibility, code });

/** Lines first, then what points, from the first written on: it points at what was before it. */
function settle(statute: Statute, rows: ReadonlyMap<string, Kept>): void {
  const documents = [...rows.values()].filter(({ type }) => type === 'DocumentReference');
  const members = documents.map(({ row, resource }): Member => ({ row, resource, category: statute.categoryOf(resource) }));
  const envelopes = inherit(members);
  for (const kept of documents) kept.row = withEnvelope(kept.row, envelopes.get(kept.row._id) ?? kept.row);
  for (const kept of rows.values()) {
    if (kept.row.own === undefined) continue;
    const targets = kept.refs.flatMap((name) => rows.get(name) ?? []).map(({ type, row }) => pointedAt(type, row));
    kept.row = withEnvelope(kept.row, pointing(kept.row.own, targets));
  }
}

async function nextState(
  context: Context,
  record: AccessRecord,
  rows: ReadonlyMap<string, Kept>,
  resource: JsonObject,
): Promise<AccessRecord> {
  const { statute, moments } = context;
  const next = await ruling(context, record, rows, resource);
  return next === record ? record : withClosing(record, next, { statute, now: moments.now });
}

async function ruling(
  context: Context,
  record: AccessRecord,
  rows: ReadonlyMap<string, Kept>,
  resource: JsonObject,
): Promise<AccessRecord> {
  const id = String(resource.id);
  switch (resource.resourceType) {
    case 'RelatedPerson':
      return withGuardian(record, id, guardianOf(context, id, resource));
    case 'CareTeam':
      return withTeam(record, id, await teamOf(context, id, resource));
    case 'Consent': {
      const { actors, data } = referencesOf(resource);
      const known = new Map(actors.map((reference) => [actorKey(reference), actorOf(reference)]));
      const sees = sightOf(context, record);
      const covered = new Map(data.map((name) => [name, withSuperseded(rows, name, sees)]));
      const { rule, doubts } = compileConsent(resource, { actors: known, covered }, context.statute);
      if (doubts.length > 0) throw new Error(`${kindOf(resource)} ${JSON.stringify(doubts)}`);
      const { record: next = record, amend = [] } = stateWith(context, record, id, rule);
      for (const { type, id: ended } of amend) {
        const kept = rows.get(`${type}/${ended}`);
        if (kept !== undefined) revise(context, kept, { ...kept.resource, status: 'inactive' });
      }
      return next;
    }
    default:
      return record;
  }
}

/** Ids of the document and of all that it superseded, as far as the writer sees what did. */
function withSuperseded(rows: ReadonlyMap<string, Kept>, name: string, sees: (kept: Kept) => boolean): readonly string[] {
  const found = new Set([name.split('/')[1] ?? '']);
  for (const id of found) {
    const kept = rows.get(`DocumentReference/${id}`);
    if (kept === undefined || !sees(kept)) continue;
    for (const target of targetsOf(kept.resource)) if (target.code === 'replaces') found.add(target.id);
  }
  return [...found];
}

function actorOf(reference: JsonObject): Actor {
  if (isObject(reference.identifier))
    return `${String(reference.identifier.system).includes('rpps') ? 'p' : 's'}:${reference.identifier.value}`;
  const [type = '', id = ''] = String(reference.reference).split('/');
  return `${type === 'CareTeam' ? 't' : 'r'}:${id}`;
}

/** Names of all that the server would give. */
export function readable({ record, rows, statute, ins }: Compiled, asking: Asking, now: Date): ReadonlySet<string> {
  const permission = authorize({ caller: callerOf(asking, ins), now, statute }, [record]);
  const moments = momentsAt(now);
  const filters = new Map<string, Filter>();
  const filterOf = (type: string): Filter => {
    const filter = filters.get(type) ?? permission.read(type);
    filters.set(type, filter);
    return filter;
  };
  return new Set([...rows].filter(([, { type, row }]) => matches(filterOf(type), row as never, moments)).map(([name]) => name));
}
