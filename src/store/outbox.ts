// E-mails to be sent: each written in the transaction of its notice, taken by one process at a time, and sent at least once.
// https://www.mongodb.com/docs/manual/reference/command/findAndModify/
import { type Database, within } from './database.ts';

/** That there is something new in a record, and nothing of what. */
export type Mail = {
  /** `<notice>|<to>` */
  readonly _id: string;
  readonly notice: string;
  readonly rec: string;
  /** `h` the holder, `r:<RelatedPerson id>`: the address is looked up when it is sent. */
  readonly to: string;
  readonly made: Date;
  /** Not before: its notice is visible then, or the next attempt is due; while it is taken, when others may take it. */
  readonly next: Date;
  readonly tries: number;
};

export type Outbox = {
  /** One that is due, for `leaseMs` nobody else's. */
  readonly take: (now: Date) => Promise<Mail | undefined>;
  readonly postpone: (mail: Mail, next: Date) => Promise<void>;
  readonly drop: (mail: Mail) => Promise<void>;
  /** Sent: with it all that was due to the same person when it was taken. */
  readonly sent: (mail: Mail, taken: Date) => Promise<void>;
  readonly waiting: () => Promise<number>;
};

/** Longer than an attempt lasts. */
export const leaseMs = 120_000;

export function mailOf({ notice, rec, to, now, hold }: Omit<Mail, '_id' | 'made' | 'next' | 'tries'> & MadeAt): Mail {
  return { _id: `${notice}|${to}`, notice, rec, to, made: now, next: hold ?? now, tries: 0 };
}

type MadeAt = { readonly now: Date; readonly hold: Date | undefined };

export function outboxOf({ outbox }: Database): Outbox {
  return {
    take: async (now) =>
      (await outbox.findOneAndUpdate(
        { next: { $lte: now } },
        { $set: { next: new Date(now.getTime() + leaseMs) }, $inc: { tries: 1 } },
        { sort: { next: 1 }, returnDocument: 'after' },
      )) ?? undefined,
    postpone: async ({ _id }, next) => void (await outbox.updateOne({ _id }, { $set: { next } })),
    drop: async ({ _id }) => void (await outbox.deleteOne({ _id })),
    sent: async ({ _id, rec, to }, taken) =>
      void (await outbox.deleteMany({ $or: [{ _id }, { rec, to, next: { $lte: taken } }] })),
    waiting: async () => await outbox.countDocuments({}),
  };
}

/** A notice is visible from another instant now; what is being sent already is past that. */
export async function redate(database: Database, notice: string, hold: Date | undefined): Promise<void> {
  await database.outbox.updateMany({ notice, tries: 0 }, { $set: { next: hold ?? new Date(0) } }, within(database));
}
