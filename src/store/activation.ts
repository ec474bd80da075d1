// The activation codes, one of an INS at most, as hashes alone: a collection that holds no resource.
import type { Ins } from '../identity/caller.ts';
import { type Database, within } from './database.ts';
import { inTime, maxTimeMS } from './in-time.ts';

export type Activation = {
  /** The INS, `system|value`. */
  readonly _id: string;
  /** Of the code; absent where wrong ones alone have been tried. */
  readonly digest?: string;
  readonly end?: Date;
  readonly used?: Date;
  /** The invitation that it is of. */
  readonly run?: string;
  /** Wrong tries since then. */
  readonly wrong?: number;
  readonly since?: Date;
  /** When MongoDB may forget it. */
  readonly gone: Date;
};

export type Issued = { readonly ins: Ins; readonly digest: string; readonly end: Date; readonly run?: string };
export type Standing = 'none' | 'unused' | 'used' | 'ended' | 'of-this-run';
/** `throttled`: wrong, after too many wrong ones. */
export type Consumed = 'activated' | 'used' | 'ended' | 'wrong' | 'throttled';

/** `issued`: of which person the code is, and in force. */
export type Recognised = { readonly is: 'unused'; readonly issued: Tried } | { readonly is: Exclude<Consumed, 'activated'> };
type Tried = { readonly ins: Ins; readonly digest: string };

export type Activations = {
  /** How each stands, in the order of the INS. */
  readonly standing: (ins: readonly Ins[], now: Date, run: string) => Promise<readonly Standing[]>;
  /** In place of whatever code the INS has. */
  readonly issue: (issued: readonly Issued[]) => Promise<void>;
  /** Once, of however many at the same time. The right code counts whatever wrong ones were tried before: nobody can lock out another. */
  readonly consume: (ins: Ins, digest: string, now: Date) => Promise<Consumed>;
  /** Like `consume`, of the one of several persons whose code it is, and does not use it. A wrong one counts against the first. */
  readonly recognise: (tried: readonly Tried[], now: Date) => Promise<Recognised>;
};

const hour = 3600 * 1000;
/** Until then the server says that a code was right and is over. */
const rememberedFor = 90 * 24 * hour;
const triesAnHour = 5;

export const activationName = ({ system, value }: Ins): string => `${system}|${value}`;

export function activationsOf(database: Database): Activations {
  const { activations } = database;
  return {
    standing: async (ins, now, run) => {
      const asked = activations.find({ _id: { $in: ins.map(activationName) } }, { maxTimeMS, ...within(database) });
      const found = new Map((await inTime(asked.toArray())).map((one) => [one._id, one]));
      return ins.map((one) => standingOf(found.get(activationName(one)), now, run));
    },
    issue: async (issued) => {
      const rows = issued.map(({ ins, end, ...rest }) => ({
        replaceOne: {
          filter: { _id: activationName(ins) },
          replacement: { ...rest, end, gone: new Date(end.getTime() + rememberedFor) },
          upsert: true,
        },
      }));
      if (rows.length > 0) await activations.bulkWrite(rows, { ordered: false, ...within(database) });
    },
    consume: async (ins, digest, now) => await consume(database, activationName(ins), digest, now),
    recognise: async (tried, now) => await recognise(database, tried, now),
  };
}

function standingOf(found: Activation | undefined, now: Date, run: string): Standing {
  if (found?.digest === undefined || found.end === undefined) return 'none';
  if (found.run === run) return 'of-this-run';
  if (found.used !== undefined) return 'used';
  return found.end < now ? 'ended' : 'unused';
}

async function consume(database: Database, name: string, digest: string, now: Date): Promise<Consumed> {
  const { activations } = database;
  const inForce = { _id: name, digest, used: { $exists: false }, end: { $gte: now } };
  const taken = await activations.findOneAndUpdate(inForce, { $set: { used: now } }, within(database));
  if (taken !== null) return 'activated';
  const found = await activations.findOne({ _id: { $eq: name } }, within(database));
  if (found?.digest === digest) return found.used === undefined ? 'ended' : 'used';
  return await missed(database, name, found, now);
}

async function recognise(database: Database, tried: readonly Tried[], now: Date): Promise<Recognised> {
  const { activations } = database;
  const asked = new Map(tried.map((one) => [activationName(one.ins), one]));
  const rows = await activations.find({ _id: { $in: [...asked.keys()] } }, within(database)).toArray();
  const found = rows.find(({ _id, digest }) => asked.get(_id)?.digest === digest);
  const issued = asked.get(found?._id ?? '');
  if (found !== undefined && issued !== undefined) {
    if (found.used !== undefined) return { is: 'used' };
    return found.end !== undefined && found.end >= now ? { is: 'unused', issued } : { is: 'ended' };
  }
  const [first = ''] = asked.keys();
  return { is: await missed(database, first, rows.find(({ _id }) => _id === first) ?? null, now) };
}

type Missed = 'wrong' | 'throttled';

async function missed(database: Database, name: string, found: Activation | null, now: Date): Promise<Missed> {
  const recent = new Date(now.getTime() - hour);
  if (found?.since !== undefined && found.since > recent && (found.wrong ?? 0) >= triesAnHour) return 'throttled';
  await count(database, name, now, recent);
  return 'wrong';
}

/** Of an INS without a code as of one that has one: the answers do not tell them apart. */
async function count(database: Database, name: string, now: Date, recent: Date): Promise<void> {
  const isRecent = { $gt: ['$since', recent] };
  const counted = {
    wrong: { $cond: [isRecent, { $add: ['$wrong', 1] }, 1] },
    since: { $cond: [isRecent, '$since', now] },
    gone: { $max: ['$gone', new Date(now.getTime() + 2 * hour)] },
  };
  await database.activations.updateOne({ _id: name }, [{ $set: counted }], { upsert: true, ...within(database) });
}
