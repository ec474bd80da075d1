// The pieces that the lines of the formula share. Every line names the readers' list `rd`: a row without it is seen by nobody.
import { and, equals, exists, type Filter, none, not, or, prefix, range } from '../filter/filter.ts';
import type { Caller } from '../identity/caller.ts';
import type { Clause } from './permission.ts';
import { depositorOf } from './standing.ts';
import type { Statute } from './statute.ts';

/** What a line lets be read, and where it lets writes find their target. */
export type Rules = Pick<Clause, 'read' | 'write'>;

export const closed: Rules = { read: () => none, write: () => none };

export const labelled = (reader: string): Filter => equals('rd', reader);

export const held: Filter = range('hold', { gt: { moment: 'now' } });

/** What the feeder deposited ages out, and the traces and notices that point at it; he deposits none of those. */
export function inWindow(type: string, { regime }: Statute): Filter {
  const since = { gte: { moment: 'today', months: -regime.claimsMonths } } as const;
  return type === 'AuditEvent' || type === 'Communication'
    ? and(or(not(exists('feed')), range('feed', since)), not(range('after', since)))
    : or(not(prefix('dep', 'f:')), range('date', since));
}

export function ownDeposits(caller: Caller): Filter {
  const depositor = depositorOf(caller);
  return and(equals('dep', depositor), labelled(depositor));
}
