// Dates: every value is a closed interval, in the row as in the request; without a time zone it is of Europe/Paris.
// https://hl7.org/fhir/R4/search.html#date
import { type Interval, intervalOf, periodOf } from '../fhir/instant.ts';
import { isObject, type JsonObject, listOf } from '../fhir/json.ts';
import { element, type Filter, or } from '../filter/filter.ts';
import type { Asked, Entries, ParameterType } from './parameter-type.ts';
import { lying, prefixOf } from './prefix.ts';
import { badValue, unescaped } from './value.ts';

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
      const [prefix, text] = prefixOf(unescaped(name, value));
      const interval = intervalOf(text);
      if (interval === undefined) throw badValue(name, 'not a date');
      return lying(prefix, low, high, prefix === 'ap' ? around(interval, now) : interval);
    }),
  );
}

function intervalsOf(node: unknown): readonly Interval[] {
  if (typeof node === 'string') return [intervalOf(node)].filter((interval) => interval !== undefined);
  if (!isObject(node)) return [];
  if (node.start !== undefined || node.end !== undefined) return [periodOf(node)].filter((interval) => interval !== undefined);
  return outerLimits(node);
}

/** Of a Timing: all that lies between its first and its last event or bound. A duration says not when. */
function outerLimits({ event, repeat }: JsonObject): readonly Interval[] {
  const bounds = isObject(repeat) ? [repeat.boundsPeriod] : [];
  const found = [...listOf(event), ...bounds].flatMap(intervalsOf);
  const [first] = found.map(({ low }) => low).sort((one, other) => one.getTime() - other.getTime());
  const [last] = found.map(({ high }) => high).sort((one, other) => other.getTime() - one.getTime());
  return first && last ? [{ low: first, high: last }] : [];
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
