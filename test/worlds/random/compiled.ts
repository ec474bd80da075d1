// The same world as the server has it: access state, rows and Filters by its own code, without a database.
// https://hl7.org/fhir/R4/consent.html
import { authorize } from '../../../src/access/authorize.ts';
import { actorKey, compileConsent, kindOf, referencesOf } from '../../../src/access/consent.ts';
import { inherit, type Member, ownEnvelope, targetsOf } from '../../../src/access/inherit.ts';
import { pointingEnvelope, pointsAt, type Target } from '../../../src/access/pointing.ts';
import type { AccessRecord, Actor } from '../../../src/access/record.ts';
import { endedBy, newRecord, withConsent, withGuardian, withTeam } from '../../../src/access/state.ts';
import { loadStatute, type Statute } from '../../../src/access/statute.ts';
import { readObject } from '../../../src/conformance/published.ts';
import { startOfDay } from '../../../src/fhir/instant.ts';
import { isObject, type JsonObject, textOf } from '../../../src/fhir/json.ts';
import type { Moments } from '../../../src/filter/bind.ts';
import { isPointingType, pointedAt, pointing } from '../../../src/filter/envelope.ts';
import type { Filter } from '../../../src/filter/filter.ts';
import { matches } from '../../../src/filter/matches.ts';
import type { Envelope, Row } from '../../../src/filter/row.ts';
import type { Caller, Who } from '../../../src/identity/caller.ts';
import type { Context } from '../../../src/interaction/context.ts';
import { guardianOf, teamOf } from '../../../src/interaction/relation.ts';
import { newRow } from '../../../src/interaction/row.ts';
import { conformance, root } from '../../conformance/example.ts';
import type { Asking, Deposit, Depositor, Regime, World } from '../../oracle/world.ts';
import { label, testIns, visibility } from '../../resources.ts';

const published = loadStatute(conformance, readObject(`${root}/profiles/Parameters-regime-2018.json`));

/** A pure function of the text without what no map reads: FHIRPath is slow. */
function remembered<T>(of: (resource: JsonObject) => T): (resource: JsonObject) => T {
  const known = new Map<string, T>();
  return (resource) => {
    const {
      id: _id,
      meta: _meta,
      subject: _subject,
      patient: _patient,
      securityLabel: _label,
      relatesTo: _relates,
      content: _content,
      ...rest
    } = resource;
    const key = JSON.stringify(rest);
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as T;
    const value = of(resource);
    known.set(key, value);
    return value;
  };
}

const categoryOf = remembered(published.categoryOf);
const mainDateOf = remembered(published.mainDateOf);

export function statuteOf(regime: Regime): Statute {
  return { ...published, categoryOf, mainDateOf, regime: { ...regime, samu: published.regime.samu } };
}

function whoOf(asking: Asking | Depositor, ins: string): Who {
  switch (asking.kind) {
    case 'professional':
    case 'delegate': {
      const { rpps = '', profession = { system: '', code: '' }, finess } = asking;
      const specialities = 'specialities' in asking ? (asking.specialities ?? []) : [];
      const person = { rpps, profession, specialities, ...(finess === undefined ? {} : { finess }) };
      if (asking.kind === 'professional') return { kind: 'professional', ...person };
      return { kind: 'delegate', ...person, secretary: { issuer: 'issuer', subject: 'secretary' } };
    }
    case 'structure':
      return { kind: 'structure', finess: asking.finess ?? '' };
    case 'holder':
      return {
        kind: 'holder',
        ins: { system: testIns, value: 'holds' in asking && asking.holds === 'zzzzzzzzzzzzz' ? '180067512345643' : ins },
      };
    case 'related':
      return { kind: 'related', related: asking.related ?? '' };
    default:
      return { kind: asking.kind };
  }
}

function callerOf(asking: Asking | Depositor, ins: string): Caller {
  const mode = 'mode' in asking ? asking.mode : 'TREAT';
  const card = 'card' in asking ? (asking.card ?? []) : [];
  const bound = 'bound' in asking && asking.bound !== undefined ? { patient: asking.bound } : {};
  const vitale = card.map((value) => ({ system: testIns, value }));
  return { who: whoOf(asking, ins), issuer: 'issuer', subject: 'somebody', scopes: [], mode, vitale, id: 'x', ...bound };
}

const momentsAt = (now: Date): Moments => ({ now, today: startOfDay(now) });
const baseUrl = 'http://carnet.test/fhir';

/** Indexed by what provisions speak of alone: the rest of the index bears on no right and takes most of the time. */
const spoken = {
  ...conformance,
  types: new Map(
    [...conformance.types].map(([type, capability]) => [
      type,
      { ...capability, search: new Map([...capability.search].filter(([code]) => code === '_security' || code === 'category')) },
    ]),
  ),
};

function contextAt(statute: Statute, caller: Caller, now: Date): Context {
  // What makes a row needs no more of it.
  return { conformance: spoken, statute, caller, moments: momentsAt(now), baseUrl } as unknown as Context;
}

type Kept = { type: string; row: Row; resource: JsonObject; readonly refs: readonly string[] };
export type Compiled = {
  readonly record: AccessRecord;
  readonly rows: ReadonlyMap<string, Kept>;
  readonly statute: Statute;
  readonly ins: string;
};

/** Step by step, as the server writes. */
export async function compile(regime: Regime, { key, ins, steps }: World): Promise<Compiled> {
  const statute = statuteOf(regime);
  const rows = new Map<string, Kept>();
  let record = newRecord(
    key,
    'a:issuer|agent',
    { system: testIns, value: ins },
    textOf((steps[0] as Deposit).resource.birthDate),
  );
  for (const step of steps) {
    if ('on' in step) {
      const kept = rows.get(step.on);
      if (kept !== undefined) relabel(statute, kept, step.labels);
    } else {
      const { resource, by, at } = step;
      const type = String(resource.resourceType);
      const context = contextAt(statute, callerOf(by, ins), at);
      record = await nextState(context, record, rows, resource);
      rows.set(`${type}/${resource.id}`, await deposited(context, record, rows, resource));
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
  resource: JsonObject,
): Promise<Kept> {
  const type = String(resource.resourceType);
  const { key: rec } = record;
  const related = Array.isArray(resource.relatesTo)
    ? resource.relatesTo.flatMap(({ target }) => rows.get(target.reference)?.row.line ?? [])
    : [];
  const row = newRow(context, {
    type,
    id: String(resource.id),
    resource,
    rec,
    line: [...new Set([...related, String(resource.id)])],
  });
  if (!isPointingType(type)) return { type, row, resource, refs: [] };
  const permission = authorize({ caller: context.caller, now: context.moments.now, statute: context.statute }, [record]);
  const targets = pointsAt(resource, rec, baseUrl).flatMap((name): Target[] => {
    const kept = rows.get(name);
    return kept !== undefined && matches(permission.read(kept.type), kept.row as never, context.moments)
      ? [{ type: kept.type, row: kept.row }]
      : [];
  });
  const { refs, ...envelope } = pointingEnvelope(context.statute, { row, resource, targets });
  return { type, row: withEnvelope({ ...row, ...envelope }, envelope), resource, refs };
}

function withEnvelope(row: Row, envelope: Envelope): Row {
  const { hold: _hold, tc: _tc, tcs: _tcs, kin: _kin, heirs: _heirs, ...rest } = row;
  return { ...rest, ...envelope };
}

function relabel(statute: Statute, kept: Kept, labels: readonly string[]): void {
  const { securityLabel: _label, meta, ...rest } = kept.resource;
  const resource = {
    ...rest,
    meta: { ...(isObject(meta) ? meta : {}), security: labels.map((code) => ({ system: visibility, code })) },
    ...(kept.type === 'DocumentReference' ? { securityLabel: labels.map(label) } : {}),
  };
  const { row } = kept;
  const idx = [
    ...row.idx.filter((token) => !token.startsWith('_security|')),
    ...labels.map((code) => `_security|${code}|${visibility}`),
  ];
  if (kept.type === 'DocumentReference' || row.own === undefined) {
    const category = statute.categoryOf(resource);
    kept.row = withEnvelope({ ...row, idx }, ownEnvelope({ row, resource, category }));
  } else {
    const { own } = pointingEnvelope(statute, { row, resource, targets: [] });
    kept.row = { ...row, idx, own };
  }
  kept.resource = resource;
}

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
  const id = String(resource.id);
  switch (resource.resourceType) {
    case 'RelatedPerson':
      return withGuardian(record, id, guardianOf(context, id, resource));
    case 'CareTeam':
      return withTeam(record, id, await teamOf(context, id, resource));
    case 'Consent': {
      const { actors, data } = referencesOf(resource);
      const known = new Map(actors.map((reference) => [actorKey(reference), actorOf(reference)]));
      const covered = new Map(data.map((name) => [name, withSuperseded(rows, name)]));
      const { rule, doubts } = compileConsent(resource, { actors: known, covered }, context.statute);
      if (doubts.length > 0) throw new Error(`${kindOf(resource)} ${JSON.stringify(doubts)}`);
      const ended = rule === undefined ? [] : endedBy(record, rule);
      return withConsent(
        ended.reduce((state, gone) => withConsent(state, gone, undefined), record),
        id,
        rule,
      );
    }
    default:
      return record;
  }
}

/** Ids of the document and of all that it superseded. */
function withSuperseded(rows: ReadonlyMap<string, Kept>, name: string): readonly string[] {
  const found = new Set([name.split('/')[1] ?? '']);
  for (const id of found) {
    for (const target of targetsOf(rows.get(`DocumentReference/${id}`)?.resource ?? {})) {
      if (target.code === 'replaces') found.add(target.id);
    }
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
