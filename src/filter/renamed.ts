// The same Filter of rows that call one field otherwise.
import { and, type Filter, not, or } from './filter.ts';

/** Fields inside an element are its own. */
export function renamed(filter: Filter, from: string, to: string): Filter {
  switch (filter.op) {
    case 'all':
    case 'none':
      return filter;
    case 'and':
      return and(...filter.of.map((part) => renamed(part, from, to)));
    case 'or':
      return or(...filter.of.map((part) => renamed(part, from, to)));
    case 'not':
      return not(renamed(filter.of, from, to));
    default:
      return filter.field === from ? { ...filter, field: to } : filter;
  }
}
