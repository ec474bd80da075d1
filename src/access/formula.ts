// The pieces that the lines of the formula share. Every line names the readers' list `rd`: a row without it is seen by nobody.
import { and, equals, type Filter, none, range } from '../filter/filter.ts';
import type { Caller } from '../identity/caller.ts';
import type { Clause } from './permission.ts';
import { depositorOf } from './standing.ts';

/** What a line lets be read, and where it lets writes find their target. */
export type Rules = Pick<Clause, 'read' | 'write'>;

export const closed: Rules = { read: () => none, write: () => none };

export const labelled = (reader: string): Filter => equals('rd', reader);

export const held: Filter = range('hold', { gt: { moment: 'now' } });

export function ownDeposits(caller: Caller): Filter {
  const depositor = depositorOf(caller);
  return and(equals('dep', depositor), labelled(depositor));
}
