// Prefixes: how the interval of a row must lie to the one that was asked for; dates, numbers and quantities share them.
// https://hl7.org/fhir/R4/search.html#prefix
import { and, type Filter, or, range } from '../filter/filter.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';
export type Between<T extends Date | number> = { readonly low: T; readonly high: T };

/** `gt`: some of the row's interval is after all that was asked, `ge`: is not before it; `ne`: `eq` is not. A row without a value meets none. */
const prefixes: Readonly<Record<Prefix, (low: string, high: string, asked: Between<Date | number>) => Filter>> = {
  eq: (low, high, asked) => and(range(low, { gte: asked.low }), range(high, { lte: asked.high })),
  ne: (low, high, asked) => or(range(low, { lt: asked.low }), range(high, { gt: asked.high })),
  gt: (_, high, asked) => range(high, { gt: asked.high }),
  lt: (low, _, asked) => range(low, { lt: asked.low }),
  ge: (_, high, asked) => range(high, { gte: asked.low }),
  le: (low, _, asked) => range(low, { lte: asked.high }),
  sa: (low, _, asked) => range(low, { gt: asked.high }),
  eb: (_, high, asked) => range(high, { lt: asked.low }),
  ap: (low, high, asked) => and(range(low, { lte: asked.high }), range(high, { gte: asked.low })),
};

/** The prefix, `eq` where there is none, and what follows it. */
export function prefixOf(text: string): readonly [prefix: Prefix, rest: string] {
  const start = text.slice(0, 2);
  return isPrefix(start) ? [start, text.slice(2)] : ['eq', text];
}

function isPrefix(text: string): text is Prefix {
  return Object.hasOwn(prefixes, text);
}

/** `low` and `high` are the fields of the row's interval, which may be one and the same. For `ap`, `asked` is what is near enough. */
export function lying(prefix: Prefix, low: string, high: string, asked: Between<Date | number>): Filter {
  return prefixes[prefix](low, high, asked);
}
