// How often something was tried in vain, counted for all processes at once: what is tried too often has to wait.
// https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#login-throttling
import type { Document } from 'mongodb';
import type { Database } from './database.ts';

export type Tries = {
  readonly _id: string;
  readonly count: number;
  /** Not before. */
  readonly until: Date;
  /** Whether the last who came was let in. */
  readonly taken: boolean;
  readonly gone: Date;
};

/** So many `free`, then a wait that doubles, in ms. */
export type Pace = { readonly free: number; readonly first: number; readonly most: number; readonly forgotten: number };

export type Throttle = {
  /** Counts a try before it is made, so that many at the same time count as many; until when it has to wait, where it may not be made. */
  readonly begin: (name: string, pace: Pace, now: Date) => Promise<Date | undefined>;
  /** Of what was right: the next ones have not been in vain so far. */
  readonly forget: (names: readonly string[]) => Promise<void>;
  /** The last one does not count: others before it do. */
  readonly undo: (name: string) => Promise<void>;
};

const mostDoublings = 20;

export function throttleOf({ tries }: Database): Throttle {
  return {
    begin: async (name, pace, now) => {
      const row = await tries.findOneAndUpdate({ _id: name }, counted(pace, now), { upsert: true, returnDocument: 'after' });
      return row === null || row.taken ? undefined : row.until;
    },
    forget: async (names) => void (await tries.deleteMany({ _id: { $in: [...names] } })),
    undo: async (name) =>
      void (await tries.updateOne({ _id: name, count: { $gt: 0 } }, { $inc: { count: -1 }, $set: { until: new Date(0) } })),
  };
}

function counted({ free, first, most, forgotten }: Pace, now: Date): Document[] {
  const isRecent = { $gt: ['$gone', now] };
  const beyond = { $min: [mostDoublings, { $subtract: ['$count', free + 1] }] };
  const wait = { $min: [most, { $multiply: [first, { $pow: [2, beyond] }] }] };
  const until = { $cond: [{ $gt: ['$count', free] }, { $add: [now, wait] }, new Date(0)] };
  const set = (name: string, value: object): object => ({ [name]: { $cond: ['$taken', value, `$${name}`] } });
  return [
    { $set: { taken: { $or: [{ $not: [isRecent] }, { $lte: ['$until', now] }] } } },
    { $set: set('count', { $cond: [isRecent, { $add: ['$count', 1] }, 1] }) },
    { $set: { ...set('until', until), ...set('gone', { $literal: new Date(now.getTime() + forgotten) }) } },
  ];
}
