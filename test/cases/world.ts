// Many rows asked of one record that is set up once: what each caller sees of it, and what single questions find there.
import { expect } from '@jest/globals';
import type { Carnet } from '../carnet.ts';
import type { Case, Play } from './case.ts';

/** Names divided by spaces; or the status that refuses. */
export type Sight = string | number;
/** `at`: the time of the question, where it is not that of the last step. */
export type Row = readonly [caller: string, sees: Sight, why: string, more?: { readonly at?: string }];
/** A number is a total; names after a `+` are included; three digits a status. */
export type Question = readonly [caller: string, path: string, finds: Sight, why: string];
export type World = Case & { readonly rows?: readonly Row[]; readonly asks?: readonly Question[] };
/** `both`: played under both regimes; else under that of 2018. */
export type Table = {
  readonly title: string;
  readonly both?: boolean;
  readonly cases?: readonly Case[];
  readonly worlds?: readonly World[];
};

export const namesIn = (text: string): readonly string[] => (text === '' ? [] : text.split(' ').toSorted());

/** What each was answered, or how it failed. Several at once: an answer that finds nothing waits before it leaves. */
export async function settled<In, Out>(
  list: readonly In[],
  ask: (one: In, at: number) => Promise<Out>,
): Promise<readonly PromiseSettledResult<Out>[]> {
  const results: PromiseSettledResult<Out>[] = [];
  for (let at = 0; at < list.length; at += 6) {
    results.push(...(await Promise.allSettled(list.slice(at, at + 6).map(async (one, after) => await ask(one, at + after)))));
  }
  return results;
}

export function valueOf<Out>(result: PromiseSettledResult<Out> | undefined): Out {
  if (result?.status === 'fulfilled') return result.value;
  throw result?.reason ?? new Error('this was never asked');
}

/** Rows of one instant together, in the order of time. */
export async function askRows(
  play: Play,
  rows: readonly Row[],
  setClock: (at: Date) => void,
): Promise<ReadonlyMap<Row, PromiseSettledResult<Sight | readonly string[]>>> {
  const answers = new Map<Row, PromiseSettledResult<Sight | readonly string[]>>();
  const instants = Map.groupBy(rows, ([, , , more]) => more?.at);
  for (const [at, ofInstant] of instants) {
    if (at !== undefined) setClock(new Date(at));
    const results = await settled(ofInstant, async ([caller], index) => await play.looks(caller, index));
    ofInstant.forEach((row, index) => {
      const result = results[index];
      if (result !== undefined) answers.set(row, result);
    });
  }
  return answers;
}

export async function judgeQuestion(play: Play, [caller, path, finds]: Question): Promise<void> {
  const { names, reply } = await play.finds(caller, path);
  if (typeof finds === 'number') expect({ status: reply.status, total: reply.body.total }).toEqual({ status: 200, total: finds });
  else if (/^\d{3}$/.test(finds)) expect(reply.status).toBe(Number(finds));
  else expect({ status: reply.status, names }).toEqual({ status: 200, names: namesIn(finds) });
}
