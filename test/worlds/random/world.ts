// A random world: what is drawn, made into a record of raw resources with their ids and instants.
// https://fast-check.dev/docs/core-blocks/arbitraries/
import fc from 'fast-check';
import { addMonths, dayInParis, startOfDay } from '../../../src/fhir/instant.ts';
import { isObject, type JsonObject } from '../../../src/fhir/json.ts';
import type { Asking, Depositor, Regime, Step, World } from '../../oracle/world.ts';
import { patient, testIns } from '../../resources.ts';
import { clinical, documents, fed, inRecord, ofHolder, patientExpressions, pointers } from './clinical.ts';
import { asking, colleague, depositor, doctor, nurse, relatives, structures } from './people.ts';
import { opening, wish } from './wishes.ts';

type Drawn =
  | {
      readonly what: 'document' | 'clinical' | 'fed' | 'pointer';
      readonly which: number;
      readonly by: Depositor;
      readonly labels: readonly string[];
      readonly to: readonly number[];
      readonly relation: string | undefined;
    }
  | { readonly what: 'wish'; readonly wish: JsonObject }
  | { readonly what: 'labels'; readonly on: number; readonly labels: readonly string[] };

export type Plan = {
  readonly now: Date;
  readonly regime: Regime;
  readonly birthDate: string;
  readonly openings: readonly JsonObject[];
  readonly guard: { readonly mother: JsonObject; readonly guardian: JsonObject; readonly team: JsonObject };
  readonly drawn: readonly { readonly ago: number; readonly step: Drawn }[];
  readonly callers: readonly Asking[];
};

const noon = new Date('2026-11-25T12:00:00+01:00');
const midnight = startOfDay(noon);
const labels = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.subarray(['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'], { minLength: 1 }) },
);
/** Milliseconds before now; the first three are a month to the millisecond. */
const agos = ['month-1', 'month', 'month+1', 86_400_000 * 10, 86_400_000 * 80, 3_600_000, 1000, 0] as const;

const written = fc.record({
  what: fc.constantFrom<('document' | 'clinical' | 'fed' | 'pointer')[]>(
    'document',
    'document',
    'document',
    'clinical',
    'clinical',
    'fed',
    'pointer',
    'pointer',
  ),
  which: fc.nat(30),
  by: depositor,
  labels,
  to: fc.array(fc.nat(9), { maxLength: 3 }),
  relation: fc.constantFrom(undefined, undefined, 'replaces', 'replaces', 'transforms', 'appends'),
});
const relabelled = fc.record({ what: fc.constant<'labels'>('labels'), on: fc.nat(9), labels });
const wished = wish.map((one): Drawn => ({ what: 'wish', wish: one }));
const ago = fc.nat(agos.length - 1);

const drawnOf = (steps: fc.Arbitrary<Drawn>, least: number, most: number): fc.Arbitrary<{ ago: number; step: Drawn }[]> =>
  fc.array(fc.record({ ago, step: steps }), { minLength: least, maxLength: most });

const regime: fc.Arbitrary<Regime> = fc.record({
  opening: fc.constantFrom<Regime['opening'][]>('express', 'express', 'opt-out'),
  emergency: fc.constantFrom<Regime['emergency'][]>('permit', 'objection'),
  occupationalPhysician: fc.constantFrom<Regime['occupationalPhysician'][]>('never', 'permit', 'permit'),
  professionalAccess: fc.constantFrom<Regime['professionalAccess'][]>('consent', 'consent', 'consent', 'consent+vitale'),
  claimsMonths: fc.constantFrom(24, 12),
});
const since = { start: '@day-400' };
const charge = fc.constantFrom<JsonObject[]>(
  ...['@day400', '@day400', '@day400', '@day-1', '@day0', '@0', '@-1'].map((end) => ({ period: { ...since, end } })),
  { active: false, period: { ...since, end: '@day400' } },
);
const team = fc.constantFrom<JsonObject[]>(
  {},
  {},
  {},
  { period: { end: '@day-1' } },
  { period: { end: '@0' } },
  { period: { end: '@-1' } },
  { active: false },
);

export const plan: fc.Arbitrary<Plan> = fc
  .record({
    now: fc.constantFrom(noon, midnight, new Date(Number(midnight) - 1), new Date('2026-10-25T01:30:00Z')),
    regime,
    birthDate: fc.constantFrom('1979-03-15', '2015-05-05', '2008-11-25', '2008-11-24', '2008-11-26', '2008-10-25'),
    openings: opening,
    guard: fc.record({ mother: charge, guardian: charge, team }),
    wishes: drawnOf(wished, 1, 6),
    resources: drawnOf(written, 3, 9),
    labelled: drawnOf(relabelled, 0, 2),
    callers: fc.array(asking, { minLength: 3, maxLength: 3 }),
  })
  .map(({ wishes, resources, labelled, ...rest }) => ({ ...rest, drawn: [...wishes, ...resources, ...labelled] }));

/** 13 letters of the server's alphabet. */
export const letters = (number: number): string =>
  `aaaaaaaaaa${[4, 2, 0].map((shift) => 'abcd'[(number >> shift) & 3]).join('')}`;
export const ownKey = 'kkkkkkkkkkkkk';

export type Made = { readonly world: World; readonly callers: readonly Asking[]; readonly now: Date; readonly regime: Regime };

type Making = { readonly key: string; readonly now: Date; readonly names: ReadonlyMap<string, string> };

function instantOf(text: string, now: Date): string {
  const day = /^@day(-?\d+)$/.exec(text)?.[1];
  if (day !== undefined) return dayInParis(new Date(Number(now) + Number(day) * 86_400_000));
  return new Date(Number(now) + Number(text.slice(1))).toISOString();
}

/** With what the symbols of a text stand for. */
export function resolved(value: unknown, making: Making, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, making));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(part, making, key)]));
  if (typeof value !== 'string' || !value.startsWith('@')) return value;
  return name === 'reference' ? (making.names.get(value.slice(1)) ?? 'DocumentReference/unknown') : instantOf(value, making.now);
}

export function depositedAt(index: number, now: Date): Date {
  const offset = agos[index] ?? 0;
  if (typeof offset === 'number') return new Date(Number(now) - offset);
  const month = addMonths(now, -1);
  return new Date(Number(month) + Number(offset.slice('month'.length)));
}

export type Place = { readonly key: string; readonly ins: string };
const anywhere: Place = { key: ownKey, ins: '279035121518989' };

export function make({ now, regime, birthDate, openings, guard, drawn, callers }: Plan, { key, ins }: Place = anywhere): Made {
  const id = (number: number): string => `${key}-${letters(number)}`;
  const people = relatives.map((name, at) => [`related:${name}`, `RelatedPerson/${id(at)}`] as const);
  const sorted = drawn
    .map((one) => ({ ...one, at: depositedAt(one.ago, now) }))
    .toSorted((a, b) => Number(a.at) - Number(b.at) || writerOf(a.step).localeCompare(writerOf(b.step)));
  const writing = sorted.filter(({ step }) => step.what !== 'wish' && step.what !== 'labels');
  const typed = writing.flatMap(({ step }, at) =>
    step.what === 'document' ? [[`document:${at}`, `DocumentReference/${id(at + 20)}`] as const] : [],
  );
  const listed = typed.map(([, reference]) => reference);
  const names = new Map<string, string>([
    ...people,
    ['team', `CareTeam/${id(10)}`],
    ...Array.from(
      { length: 10 },
      (_, at) => [`document:${at}`, listed[at % Math.max(1, listed.length)] ?? 'DocumentReference/unknown'] as const,
    ),
  ]);
  const making = { key, now, names };
  const first = new Date(Number(now) - 86_400_000 * 90);
  const at = (resource: JsonObject, number: number, by: Depositor, when = first): Step => ({
    resource: { ...(resolved(resource, making) as JsonObject), id: number < 0 ? key : id(number) },
    by,
    at: when,
  });
  const agent: Depositor = { kind: 'agent' };
  const holder: Depositor = { kind: 'holder' };
  const own = { patient: { reference: `Patient/${key}` } };
  const steps: Step[] = [
    at(patient(ins, { birthDate }), -1, agent),
    ...openings.map((one, number) => at({ ...one, ...own }, 12 + number, holder)),
    ...relatives.map((name, number) => at({ ...personOf(name, guard), ...own }, number, name === 'friend' ? holder : agent)),
    at({ ...teamOf(guard.team), subject: own.patient }, 10, holder),
  ];
  let written_ = 0;
  let wished_ = 0;
  for (const { step, at: when } of sorted) {
    if (step.what === 'wish') steps.push(at({ ...step.wish, ...own }, 40 + wished_++, holder, when));
    else if (step.what === 'labels') {
      const deposits = steps
        .filter((one) => 'resource' in one)
        .slice(openings.length + relatives.length + 2)
        .filter((one) => 'resource' in one && one.resource.resourceType !== 'Consent');
      const on = deposits[step.on % Math.max(1, deposits.length)];
      if (on !== undefined && 'resource' in on)
        steps.push({ on: `${on.resource.resourceType}/${on.resource.id}`, labels: step.labels, at: when });
    } else {
      const by = depositorOf(step);
      steps.push(at(resourceOf({ ...step, by, labels: mayLabel(by, step.labels) }, steps, making), 20 + written_++, by, when));
    }
  }
  return { world: { key, ins, steps }, now, regime, callers: callers.map((one) => callerIn(one, key, ins, names)) };
}

/** What is written by one at one time stands together. */
function writerOf(step: Drawn): string {
  return step.what === 'wish' || step.what === 'labels' ? '' : JSON.stringify(depositorOf(step));
}

/** Patients deposit no lists. */
function depositorOf({ what, by }: Extract<Drawn, { which: number }>): Depositor {
  if (what === 'fed') return { kind: 'feeder' };
  return what === 'pointer' && by.kind === 'holder' ? { kind: 'structure', finess: structures[0] } : by;
}

function mayLabel({ kind }: Depositor, its: readonly string[]): readonly string[] {
  return kind === 'holder' ? its.filter((one) => one === 'MASQUE_PS') : kind === 'feeder' ? [] : its;
}

function callerIn(
  { holds, related, card, ...one }: Asking,
  key: string,
  ins: string,
  names: ReadonlyMap<string, string>,
): Asking {
  return {
    ...one,
    ...(holds === undefined ? {} : { holds: holds === 'own' ? key : 'zzzzzzzzzzzzz' }),
    ...(related === undefined ? {} : { related: (names.get(`related:${related}`) ?? '').slice('RelatedPerson/'.length) }),
    ...(card === undefined ? {} : { card: card.map((one_) => (one_ === 'own' ? ins : '180067512345643')) }),
    ...(one.mode === 'TREAT' ? {} : { bound: key }),
  };
}

const roles: Readonly<Record<string, string>> = { mother: 'MTH', guardian: 'GUARD', friend: 'FRND' };

function personOf(name: string, guard: Plan['guard']): JsonObject {
  const more = name === 'mother' ? guard.mother : name === 'guardian' ? guard.guardian : {};
  const coding = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: roles[name] }];
  const extension = [
    {
      url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
      valueAttachment: { title: 'Livret de famille' },
    },
  ];
  return { resourceType: 'RelatedPerson', relationship: [{ coding }], name: [{ family: name }], extension, ...more };
}

function teamOf({ active, ...more }: JsonObject): JsonObject {
  const member = ({ rpps }: { readonly rpps: string }, period: JsonObject = {}): JsonObject => ({
    member: { identifier: { system: 'https://rpps.esante.gouv.fr', value: rpps } },
    ...period,
  });
  return {
    resourceType: 'CareTeam',
    status: active === false ? 'inactive' : 'active',
    participant: [member(doctor), member(nurse, { period: { end: '@day-1' } }), member(colleague, { period: { start: '@0' } })],
    ...more,
  };
}

function resourceOf(
  { what, which, by, labels: its, to, relation }: Extract<Drawn, { which: number }>,
  steps: readonly Step[],
  { key, now }: Making,
): JsonObject {
  const before = steps.flatMap((step) =>
    'resource' in step && !['Consent', 'RelatedPerson', 'CareTeam', 'Patient'].includes(String(step.resource.resourceType))
      ? [step]
      : [],
  );
  const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;
  switch (what) {
    case 'document': {
      const candidates = before.filter((one) => one.resource.resourceType === 'DocumentReference' && isSame(one.by, by));
      const target = candidates.length === 0 ? undefined : pick(candidates, to[0] ?? 0);
      const relatesTo = [{ code: relation, target: { reference: `DocumentReference/${target?.resource.id}` } }];
      return {
        ...inRecord(pick(by.kind === 'holder' ? patientExpressions : documents, which), key, its),
        ...(relation === undefined || target === undefined ? {} : { relatesTo }),
      };
    }
    case 'clinical':
      return inRecord(pick(by.kind === 'holder' ? ofHolder : clinical, which), key, its);
    case 'fed': {
      const start = (months: number, days: number): string =>
        dayInParis(new Date(Number(addMonths(startOfDay(now), -months)) + days * 86_400_000 + 7_200_000));
      const date = pick([start(24, 0), start(24, -1), start(12, 0), start(12, -1), start(1, 0), start(40, 0)], which);
      return inRecord(pick(fed, which)(date), key, its);
    }
    case 'pointer': {
      const targets = [...new Set(to.map((number) => (before.length === 0 ? undefined : pick(before, number))))].flatMap(
        (one) => one ?? [],
      );
      return inRecord(pick(pointers, which)(targets.map(({ resource }) => `${resource.resourceType}/${resource.id}`)), key, its);
    }
  }
}

function isSame(one: Depositor, other: Depositor): boolean {
  if (one.kind === 'professional' && other.kind === 'professional') return one.rpps === other.rpps;
  if (one.kind === 'structure' && other.kind === 'structure') return one.finess === other.finess;
  return one.kind === 'holder' && other.kind === 'holder';
}

export const insSystem = testIns;
