// How envelopes combine: what points at several things is hidden as the most hidden of them.
import type { Envelope } from './row.ts';

/** Reader tokens that a label takes away. */
const taken = ['PS', 'REP', 'REL'];

/** `category`: whether the other's category must be allowed too. */
export function strictest(one: Envelope, other: Envelope, category: boolean): Envelope {
  const rd = one.rd.filter((reader) => !taken.includes(reader) || other.rd.includes(reader));
  const hold = [one.hold, other.hold].filter((at) => at !== undefined).sort((a, b) => b.getTime() - a.getTime())[0];
  const { tc, tcs } = category ? both(one, other) : one;
  return {
    rd,
    ...(hold === undefined ? {} : { hold }),
    ...(tc === undefined ? {} : { tc }),
    ...(tcs === undefined ? {} : { tcs }),
  };
}

function both(one: Envelope, other: Envelope): Pick<Envelope, 'tc' | 'tcs'> {
  const all = [...categoriesOf(one), ...categoriesOf(other)];
  const distinct = [...new Set(all)];
  if (distinct.length === 1) return one;
  return { tcs: distinct };
}

/** What has no category is allowed to nobody by the matrix. */
export const uncategorised = '?';

export function categoriesOf({ tc, tcs }: Pick<Envelope, 'tc' | 'tcs'>): readonly string[] {
  return tcs ?? [tc ?? uncategorised];
}

/** The envelope of a trace: its own category, and every one that it points at. */
export function pointingAt(targets: readonly Envelope[]): Envelope {
  const open: Envelope = { rd: ['PCP', 'PAT', 'REP', 'PS', 'REL'] };
  const envelope = targets.reduce((one, other) => strictest(one, other, false), open);
  const { rd, hold } = envelope;
  return { rd, ...(hold === undefined ? {} : { hold }), tcs: [...new Set(['AuditEvent', ...targets.flatMap(categoriesOf)])] };
}

/** Categories count in what points only where the matrix rules the type. */
const unruled = new Set(['Patient', 'RelatedPerson', 'Consent', 'CareTeam', 'AuditEvent', 'Practitioner', 'Organization']);

export function pointedAt(type: string, { rd, hold, tc, tcs }: Envelope): Envelope {
  const until = hold === undefined ? {} : { hold };
  if (unruled.has(type)) return { rd, ...until, tcs: [] };
  return { rd, ...until, ...(tc === undefined ? {} : { tc }), ...(tcs === undefined ? {} : { tcs }) };
}
