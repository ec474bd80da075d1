// To whom a notice is sent by e-mail: the holder, and whoever is in charge of him, as far as they will see the notice.
import type { AccessRecord } from '../access/record.ts';
import { isInCharge } from '../access/standing.ts';
import type { Row } from '../filter/row.ts';
import { type Mail, mailOf } from '../store/outbox.ts';

/** A minor's address may be that of his parents: what they may not know of is not sent there. */
export function mailsFor(record: AccessRecord, { _id, rd, hold }: Pick<Row, '_id' | 'rd' | 'hold'>, now: Date): readonly Mail[] {
  const guardians = record.guardians.map(({ id }) => id).filter((id) => isInCharge(record, id, now));
  if (guardians.length > 0 && !rd.includes('REP')) return [];
  const to = ['h', ...new Set(guardians.map((id) => `r:${id}`))];
  return to.map((one) => mailOf({ notice: _id, rec: record.key, to: one, now, hold }));
}
