// What the server does by itself, every so often: the notices after two weeks, and the e-mails.
import { announce } from './announce.ts';
import { post } from './post.ts';
import type { Relay } from './smtp.ts';
import type { World } from './world.ts';

export type Work = {
  /** All that is due now. */
  readonly now: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** What waited while no server ran goes soon. */
const firstPostAfter = 1000;
const firstAnnouncementAfter = 60 * 1000;
const announceEvery = 3600 * 1000;
const postEvery = 10 * 1000;

/** What fails is done the next time. Lines of the log say numbers alone. */
export function startWork(
  world: World,
  relay: Relay | undefined,
  { byItself, log }: { readonly byItself: boolean; readonly log: (line: string) => void },
): Work {
  const announcing = inTurn(async () => void (await announce(world)), log);
  const posting = inTurn(async () => {
    if (relay === undefined) return;
    const { why, ...counts } = await post(world, relay);
    if (Object.values(counts).some((count) => count > 0))
      log(
        JSON.stringify({ mails: { ...counts, waiting: await world.store.outbox.waiting() }, ...(why.length > 0 ? { why } : {}) }),
      );
  }, log);
  const timers = byItself
    ? [
        setTimeout(() => void posting(), firstPostAfter),
        setTimeout(() => void announcing(), firstAnnouncementAfter),
        setInterval(() => void announcing(), announceEvery),
        setInterval(() => void posting(), postEvery),
      ]
    : [];
  for (const timer of timers) timer.unref();
  return {
    now: async () => {
      await announcing();
      await posting();
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([announcing.ended(), posting.ended()]);
      relay?.close();
    },
  };
}

type Turn = (() => Promise<void>) & { readonly ended: () => Promise<void> };

/** One after the other, never two at once. */
function inTurn(run: () => Promise<void>, log: (line: string) => void): Turn {
  let last: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    last = last
      .then(run)
      .catch((error: unknown) => log(JSON.stringify({ failure: error instanceof Error ? error.name : 'Error' })));
    await last;
  };
  return Object.assign(next, { ended: async () => await last });
}
