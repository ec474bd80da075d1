// By whom of a record's own, and when, something is seen: what tells whether one notice is there wherever another would be.
import type { Row } from './row.ts';

export type Sight = {
  /** Representatives see it. */
  readonly rep: boolean;
  /** Until when nobody of the record's own sees it. */
  readonly hold?: Date;
  /** It leaves the claims window with what has this main date. */
  readonly feed?: Date;
};

export function sightOf({ rd, hold, feed }: Pick<Row, 'rd'> & Partial<Pick<Row, 'hold' | 'feed'>>): Sight {
  return { rep: rd.includes('REP'), ...(hold === undefined ? {} : { hold }), ...(feed === undefined ? {} : { feed }) };
}

/** Whoever sees the other, from `now` on, sees the one. */
export function covers(one: Sight, other: Sight, now: Date): boolean {
  const byLabel = one.rep || !other.rep;
  const byHold = one.hold === undefined || one.hold <= now || (other.hold !== undefined && one.hold <= other.hold);
  const byWindow = one.feed === undefined || (other.feed !== undefined && one.feed >= other.feed);
  return byLabel && byHold && byWindow;
}
