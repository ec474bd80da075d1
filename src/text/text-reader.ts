// Reads documents in threads of their own, each with its limits of time and memory: one that hangs or fails is replaced.
// https://nodejs.org/api/worker_threads.html
import { Worker } from 'node:worker_threads';
import type { Words } from '../filter/row.ts';
import { formOf } from './media-type.ts';
import type { Lack } from './passages.ts';

export type Job = { readonly contentType: string; readonly bytes: Uint8Array };
export type Understood = { readonly words: Words; readonly lack?: Lack };
export type TextReader = {
  /** Never fails: what cannot be read lacks words. */
  readonly read: (job: Job) => Promise<Understood>;
  readonly close: () => Promise<void>;
};
export type Limits = {
  readonly threads: number;
  /** Milliseconds: of one document, and of its waiting for a thread. */
  readonly time: number;
  readonly waiting: number;
  /** Bytes: of a document, and of what its reading takes. */
  readonly size: number;
  readonly memory: number;
};

export const longestDocument = 20_000_000;
const usual: Limits = { threads: 2, time: 10_000, waiting: 20_000, size: longestDocument, memory: 512 * 1024 * 1024 };
const memoryAskedEvery = 50;

export function textReader(given: Partial<Limits> = {}): TextReader {
  const limits: Limits = { ...usual, ...given };
  const seats = seatsOf(limits);
  const workers = new Set<Worker>();
  return {
    read: async (job) => {
      if (formOf(job.contentType) === undefined) return lacking('unsupported');
      if (job.bytes.length > limits.size) return lacking('large');
      const seat = await seats.take();
      if (seat === undefined) return lacking('costly');
      const worker = seat.worker ?? startWorker(limits);
      workers.add(worker);
      const understood = await readIn(worker, job, limits);
      if (understood === undefined) {
        workers.delete(worker);
        await worker.terminate();
      }
      seats.leave(understood === undefined ? {} : { worker });
      return understood ?? lacking('costly');
    },
    close: async () => void (await Promise.all([...workers].map(async (worker) => await worker.terminate()))),
  };
}

function lacking(lack: Lack): Understood {
  return { words: { t: [], n: [] }, lack };
}

/** A thread that is free; without a worker it starts one. */
type Seat = { readonly worker?: Worker };
type Seats = { readonly take: () => Promise<Seat | undefined>; readonly leave: (seat: Seat) => void };

/** First come, first served; nobody waits for ever. */
function seatsOf({ threads, waiting }: Limits): Seats {
  const free: Seat[] = Array.from({ length: threads }, () => ({}));
  const queue = new Set<(seat: Seat) => void>();
  return {
    take: async () => {
      const seat = free.pop();
      if (seat !== undefined) return seat;
      return await new Promise((resolve) => {
        const called = (given?: Seat): void => {
          clearTimeout(timer);
          queue.delete(called);
          resolve(given);
        };
        const timer = setTimeout(called, waiting);
        queue.add(called);
      });
    },
    leave: (seat) => {
      const [first] = queue;
      if (first === undefined) free.push(seat);
      else first(seat);
    },
  };
}

/** Without the server's environment and streams. */
function startWorker({ memory }: Limits): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(memory / 1024 / 1024) },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.unref();
  return worker;
}

/** Undefined where the worker failed, or takes more than it may. */
async function readIn(worker: Worker, { contentType, bytes }: Job, { time, memory }: Limits): Promise<Understood | undefined> {
  const { promise, resolve } = Promise.withResolvers<Understood | undefined>();
  const fail = (): void => resolve(undefined);
  const events = { message: (understood: Understood): void => resolve(understood), error: fail, exit: fail };
  for (const [name, listener] of Object.entries(events)) worker.on(name, listener);
  const timer = setTimeout(fail, time);
  // Limits of a worker's heap say nothing of its buffers.
  const watch = setInterval(() => {
    worker.getHeapStatistics().then(
      ({ used_heap_size, external_memory }) => void (used_heap_size + external_memory > memory && fail()),
      () => undefined,
    );
  }, memoryAskedEvery);
  const own = new Uint8Array(bytes);
  worker.postMessage({ contentType, bytes: own }, [own.buffer]);
  const understood = await promise;
  clearTimeout(timer);
  clearInterval(watch);
  for (const [name, listener] of Object.entries(events)) worker.off(name, listener);
  return understood;
}
