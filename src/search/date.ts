// Dates: every value is a closed interval, in the row as in the request; the prefixes say how the two must lie.
// https://hl7.org/fhir/R4/search.html#prefix, https://hl7.org/fhir/R4/search.html#date
import { type Interval, intervalOf, periodOf } from '../fhir/instant.ts';
import { isObject, listOf } from '../fhir/json.ts';
import { and, element, type Filter, or, range } from '../filter/filter.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { badValue, unescaped } from './value.ts';

/** `gt`: the range above the value overlaps the row's; `ne`: the value does not contain the row's. A row without a date meets none. */
const prefixes: Readonly<Record<string, (low: string, high: string, asked: Interval, now: Date) => Filter>> = {
  eq: contained,
  ne: (low, high, asked) => or(range(low, { lt: asked.low }), range(high, { gt: asked.high })),
  gt: (_, high, asked) => range(high, { gt: asked.high }),
  lt: (low, _, asked) => range(low, { lt: asked.low }),
  ge: (low, high, asked) => or(range(high, { gt: asked.high }), contained(low, high, asked)),
  le: (low, high, asked) => or(range(low, { lt: asked.low }), contained(low, high, asked)),
  sa: (low, _, asked) => range(low, { gt: asked.high }),
  eb: (_, high, asked) => range(high, { lt: asked.low }),
  ap: (low, high, asked, now) => overlapping(low, high, around(asked, now)),
};

function contained(low: string, high: string, asked: Interval): Filter {
  return and(range(low, { gte: asked.low }), range(high, { lte: asked.high }));
}

function overlapping(low: string, high: string, asked: Interval): Filter {
  return and(range(low, { lte: asked.high }), range(high, { gte: asked.low }));
}

/** Wider by a tenth of the gap between now and the date. */
function around({ low, high }: Interval, now: Date): Interval {
  const gap = Math.max(0, low.getTime() - now.getTime(), now.getTime() - high.getTime());
  const margin = Math.round(gap / 10);
  return { low: new Date(low.getTime() - margin), high: new Date(high.getTime() + margin) };
}

/** `low` and `high` are the fields of the row's interval, which may be one and the same instant. */
export function dateFilter(low: string, high: string, { name, values, now }: Pick<Asked, 'name' | 'values' | 'now'>): Filter {
  return or(
    ...values.map((value) => {
      const [, sign = 'eq', text = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s.exec(unescaped(name, value)) ?? [];
      const interval = intervalOf(text);
      const compare = prefixes[sign];
      if (interval === undefined || compare === undefined) throw badValue(name, 'not a date');
      return compare(low, high, interval, now);
    }),
  );
}

function intervalsOf(node: unknown): readonly Interval[] {
  if (typeof node === 'string') return [intervalOf(node)].filter((interval) => interval !== undefined);
  if (!isObject(node)) return [];
  if (node.start !== undefined || node.end !== undefined) return [periodOf(node)].filter((interval) => interval !== undefined);
  const bounds = isObject(node.repeat) ? [node.repeat.boundsPeriod] : [];
  return [...listOf(node.event), ...bounds].flatMap(intervalsOf);
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const intervals = nodes.flatMap(intervalsOf);
  return {
    idx: [],
    p: intervals.length === 0 ? {} : { [code]: intervals.map(({ low, high }) => ({ l: low, h: high })) },
    keys: intervals.map(({ low, high }) => ({ min: low, max: high })),
  };
}

function condition(asked: Asked): Filter | undefined {
  return asked.modifier === undefined ? element(`p.${asked.parameter.code}`, dateFilter('l', 'h', asked)) : undefined;
}

export const dateType: ParameterType = { index, modifiers: () => [], condition };
