// How envelopes combine: what points at several things is hidden as the most hidden of them.
import type { Envelope } from './row.ts';

/** Reader tokens that a label takes away. */
const taken = ['PS', 'REP', 'REL'];

/** Keeps its own category, and its own structure's readers. */
export function strictest(one: Envelope, other: Envelope): Envelope {
  const rd = one.rd.filter((reader) => !taken.includes(reader) || other.rd.includes(reader));
  const hold = later(one.hold, other.hold);
  const { tc, tcs } = one;
  return withParts(rd, hold, { ...(tc === undefined ? {} : { tc }), ...(tcs === undefined ? {} : { tcs }) });
}

/** To be read where both may be: of either's structure too, whom a mask on the other shuts out. */
export function wherever(one: Envelope, other: Envelope): Envelope {
  const { rd: readers, hold } = strictest(one, other);
  const own = (reader: string): boolean => reader.startsWith('s:');
  const reads = ({ rd }: Envelope, structure: string): boolean => rd.includes('PS') || rd.includes(structure);
  const structures = [...new Set([...one.rd, ...other.rd])].filter(own);
  const rd = [
    ...readers.filter((reader) => !own(reader)),
    ...structures.filter((structure) => reads(one, structure) && reads(other, structure)),
  ];
  return withParts(rd, hold, both(one, other));
}

function later(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}

function withParts(rd: readonly string[], hold: Date | undefined, categories: Pick<Envelope, 'tc' | 'tcs'>): Envelope {
  return { rd, ...(hold === undefined ? {} : { hold }), ...categories };
}

function both(one: Envelope, other: Envelope): Pick<Envelope, 'tc' | 'tcs'> {
  const distinct = [...new Set([...categoriesOf(one), ...categoriesOf(other)])];
  if (distinct.length > 1) return { tcs: distinct };
  const { tc, tcs } = one;
  return { ...(tc === undefined ? {} : { tc }), ...(tcs === undefined ? {} : { tcs }) };
}

/** What has no category is allowed to nobody by the matrix. */
export const uncategorised = '?';

export function categoriesOf({ tc, tcs }: Pick<Envelope, 'tc' | 'tcs'>): readonly string[] {
  return tcs ?? [tc ?? uncategorised];
}

/** Types that only point: visible where everything that they point at is. Each is a category of its own, which everybody may read. */
export const pointingTypes = ['AuditEvent', 'List', 'Provenance', 'Composition', 'Bundle'] as const;

export function isPointingType(type: string): boolean {
  return pointingTypes.some((one) => one === type);
}

/** The envelope of what points: its own, with every category that it points at, and the strictest of all labels and holds. */
export function pointing(own: Envelope, targets: readonly Envelope[]): Envelope {
  const { rd, hold } = targets.reduce(strictest, own);
  const tcs = [...new Set([own, ...targets].flatMap(categoriesOf))];
  return { rd, ...(hold === undefined ? {} : { hold }), tcs };
}

/** A trace has no labels of its own. */
export const ownOfTrace: Envelope = { rd: ['PCP', 'PAT', 'REP', 'PS', 'REL'], tcs: ['AuditEvent'] };

export function pointingAt(targets: readonly Envelope[]): Envelope {
  return pointing(ownOfTrace, targets);
}

/** A notice is for the holder, whoever represents him and the médecin traitant; without a category it is nobody else's. */
const ownOfNotice: Envelope = { rd: ['PCP', 'PAT', 'REP'] };

/** `awaiting`: it says now that something is held. */
export function noticeAt(targets: readonly Envelope[], awaiting: boolean): Envelope {
  const { rd, hold } = pointing(ownOfNotice, targets);
  return hold === undefined || awaiting ? { rd } : { rd, hold };
}

/** Categories count in what points only where the matrix rules the type. */
const unruled = new Set([
  'Patient',
  'RelatedPerson',
  'Consent',
  'CareTeam',
  'AuditEvent',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
]);

export function pointedAt(type: string, { rd, hold, tc, tcs }: Envelope): Envelope {
  const until = hold === undefined ? {} : { hold };
  if (unruled.has(type)) return { rd, ...until, tcs: [] };
  return { rd, ...until, ...(tc === undefined ? {} : { tc }), ...(tcs === undefined ? {} : { tcs }) };
}

/** Lists are sets here. */
export function isSameEnvelope(one: Envelope, other: Envelope): boolean {
  return text(one) === text(other);
}

function text({ rd, hold, tc, tcs, kin, heirs }: Envelope): string {
  return JSON.stringify([
    rd.toSorted(),
    hold,
    tc,
    tcs?.toSorted(),
    kin?.toSorted(),
    heirs?.map(({ idx }) => `${idx}`).toSorted(),
  ]);
}
