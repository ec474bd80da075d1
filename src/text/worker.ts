// The thread in which documents are read: one after the other, nothing shared with the server.
// https://nodejs.org/api/worker_threads.html
import { parentPort } from 'node:worker_threads';
import { mostStems, wordsOf } from '../search/words.ts';
import { passagesOf } from './passages.ts';
import { mostCharacters } from './pdf.ts';
import type { Job, Understood } from './text-reader.ts';

async function understood({ contentType, bytes }: Job): Promise<Understood> {
  const { passages, lack } = await passagesOf(contentType, bytes);
  let left = mostCharacters;
  const within = passages.map(({ text, weight }) => {
    const part = text.slice(0, left);
    left -= part.length;
    return { text: part, weight };
  });
  const words = wordsOf(within);
  const isCut = left === 0 || words.t.length === mostStems;
  const lacking = lack ?? (isCut ? 'cut' : undefined);
  return { words, ...(lacking && { lack: lacking }) };
}

parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await understood(job)));
