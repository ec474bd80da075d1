// Generated provisions, callers and rows of few values, so that they meet; and the meaning of a provision written a second time, naively.
import fc from 'fast-check';
import type { Standing } from '../../src/access/provision.ts';
import type { Actor, Provision } from '../../src/access/record.ts';
import type { Interval } from '../../src/fhir/instant.ts';
import type { Mode } from '../../src/identity/caller.ts';

const day = (at: number): Date => new Date(Date.UTC(2026, 0, at));
const actors: readonly Actor[] = ['p:1', 'p:2', 's:1', 't:1', 'r:1'];
const modes: readonly Mode[] = ['TREAT', 'BTG', 'ETREAT'];
const types = ['DocumentReference', 'Immunization', 'Claim'];
const classes = ['10|a03', '42|a03'];
const codes = ['A', 'B', 'C'];
const labels = ['MASQUE|v', 'N|confidentiality'];
const lines = ['l1', 'l2', 'l3'];

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });
const interval: fc.Arbitrary<Interval> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
  .map(([from, width]) => ({ low: day(from), high: new Date(day(from + width).getTime() - 1) }));

export const provision: fc.Arbitrary<Provision> = fc.letrec<{ node: Provision }>((tie) => ({
  node: fc.record(
    {
      type: fc.constantFrom('permit', 'deny'),
      period: interval,
      actors: some(actors),
      purposes: some(modes),
      types: fc.subarray(types),
      classes: fc.subarray(classes),
      codes: some(codes),
      labels: some(labels),
      dataPeriod: interval,
      data: some(lines),
      provisions: fc.oneof({ maxDepth: 3, depthSize: 'small' }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
    },
    { requiredKeys: ['type', 'provisions'] },
  ),
})).node;

export const standing: fc.Arbitrary<Standing> = fc.record({
  actors: fc.subarray([...actors]).map((mine) => new Set(mine)),
  mode: fc.constantFrom(...modes),
  now: fc.integer({ min: 0, max: 8 }).map(day),
});

/** What a provision can ask of a row. */
export type Facts = {
  readonly date: Date;
  readonly dhi: Date;
  readonly tc?: string;
  readonly tcs?: readonly string[];
  readonly idx: readonly string[];
  readonly line: readonly string[];
};

export const facts: fc.Arbitrary<Facts> = fc
  .tuple(
    interval,
    fc.oneof(fc.record({ tc: fc.constantFrom(...codes) }), fc.record({ tcs: some([...codes, 'List']) }), fc.constant({})),
    fc.subarray([...classes.map((one) => `category|${one}`), ...labels.map((one) => `_security|${one}`), 'type|A|loinc']),
    some(lines),
  )
  .map(([{ low, high }, category, idx, line]) => ({ date: low, dhi: high, ...category, idx, line }));

export const resourceType = fc.constantFrom(...types, 'Binary', 'Patient');

/** ACCESS.md, read aloud: F(p) = cover(p) and none of the exceptions. */
export function means(p: Provision, caller: Standing, type: string, row: Facts): boolean {
  if (!covers(p, caller, type, row)) return false;
  for (const exception of p.provisions) if (means(exception, caller, type, row)) return false;
  return true;
}

function covers(p: Provision, { actors: mine, mode, now }: Standing, type: string, row: Facts): boolean {
  const time = now.getTime();
  if (p.period && (time < p.period.low.getTime() || time > p.period.high.getTime())) return false;
  if (p.actors && p.actors.filter((actor) => mine.has(actor)).length === 0) return false;
  const purposes = p.purposes ?? (p.type === 'permit' ? ['TREAT'] : modes);
  if (!purposes.includes(mode)) return false;
  if (p.types || p.classes) {
    const isOfType = (p.types ?? []).includes(type === 'Binary' ? 'DocumentReference' : type);
    const isOfClass = (p.classes ?? []).some((name) => row.idx.includes(`category|${name}`));
    if (!isOfType && !isOfClass) return false;
  }
  if (p.codes) {
    const categories = [...(row.tcs ?? []), ...(row.tc === undefined ? [] : [row.tc])];
    const asked = categories.filter((category) => p.codes?.includes(category));
    if (asked.length === 0) return false;
    // A permit must name them all; that something points is no category to name.
    if (p.type === 'permit' && categories.some((category) => category !== 'List' && !asked.includes(category))) return false;
  }
  if (p.labels && !p.labels.some((one) => row.idx.includes(`_security|${one}`))) return false;
  if (p.dataPeriod) {
    const begins = Math.max(row.date.getTime(), p.dataPeriod.low.getTime());
    const ends = Math.min(row.dhi.getTime(), p.dataPeriod.high.getTime());
    if (begins > ends) return false;
  }
  return !p.data || p.data.some((line) => row.line.includes(line));
}
