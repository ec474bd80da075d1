// A condition on the main date of a type says between which main dates its rows stand: the bounds of the index that a page is read by.
// https://hl7.org/fhir/R4/search.html#date
import { types } from 'node:util';
import { all, type Bound, type Filter, range } from '../filter/filter.ts';

type Span = { readonly gte?: Date; readonly lte?: Date };

/** Implied by a condition on the interval that is the row's main date, which begins at its field `date`. */
export function mainDateSpan(condition: Filter): Filter {
  const span = condition.op === 'element' ? beginning(condition.of) : {};
  return span.gte === undefined && span.lte === undefined ? all : range('date', span);
}

/** When an interval begins that meets the Filter: no later than it ends. */
function beginning(filter: Filter): Span {
  if (filter.op === 'and') return filter.of.map(beginning).reduce(both, {});
  if (filter.op === 'or') return filter.of.map(beginning).reduce(either);
  if (filter.op !== 'range') return {};
  const [gte, lte] = [instant(filter.gt ?? filter.gte), instant(filter.lt ?? filter.lte)];
  return { ...(gte && filter.field === 'l' && { gte }), ...(lte && { lte }) };
}

function instant(bound: Bound | undefined): Date | undefined {
  return types.isDate(bound) ? bound : undefined;
}

function both(one: Span, other: Span): Span {
  const [gte, lte] = [latest(one.gte, other.gte) ?? one.gte ?? other.gte, earliest(one.lte, other.lte) ?? one.lte ?? other.lte];
  return { ...(gte && { gte }), ...(lte && { lte }) };
}

function either(one: Span, other: Span): Span {
  const [gte, lte] = [earliest(one.gte, other.gte), latest(one.lte, other.lte)];
  return { ...(gte && { gte }), ...(lte && { lte }) };
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other && (one < other ? one : other);
}

function latest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other && (one > other ? one : other);
}
