// Two worlds asked the same questions in step, and how a caller's answers from them are compared.
import { expect } from '@jest/globals';
import type { Reply } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { attempts } from './attempts.ts';
import { pairFor } from './pair.ts';
import type { Question } from './question.ts';
import { questions } from './requests.ts';
import { isAsked, sampled } from './sample.ts';
import { steps } from './story.ts';
import { isHidden, namesOf, questionsFrom, type World } from './world.ts';

export type Difference = { readonly question: string; readonly full: string; readonly without: string };

/** `statuses`: how many answers of each, of the full world. */
export type Comparison = { readonly differences: readonly Difference[]; readonly statuses: ReadonlyMap<number, number> };

/** Both answers from a little before the place where they part. */
function difference(question: string, full: string, without: string): Difference {
  let at = 0;
  while (at < full.length && full[at] === without[at]) at += 1;
  const cut = (text: string): string => text.slice(Math.max(0, at - 150), at + 250);
  return { question, full: cut(full), without: cut(without) };
}

/** Everything of an answer but its date and the sealed token of the next page. */
function shape({ status, headers, text }: Reply): string {
  const { date: _date, connection: _connection, 'keep-alive': _keep, ...kept } = headers;
  if (text.includes('_page='))
    return JSON.stringify([status, { ...kept, 'content-length': '' }, text.replaceAll(/_page=[\w-]+/g, '_page=')]);
  return JSON.stringify([status, kept, text]);
}

async function ask(world: World, caller: string, step: number, { method, path, headers = {}, body }: Question): Promise<Reply> {
  return await world.at(step, caller).send(method, path, { 'X-Request-Id': 'same', ...headers }, body);
}

/** Both worlds in step; a next link is followed in each, up to three pages. */
export async function compare(
  full: World,
  without: World,
  caller: string,
  asked: readonly Question[],
  first: number,
): Promise<Comparison> {
  const differences: Difference[] = [];
  const statuses = new Map<number, number>();
  let step = first;
  for (const question of asked) {
    let pair: readonly [Question, Question] = [question, question];
    for (let page = 0; page < 3; page += 1) {
      step += 1;
      const [one, other] = await Promise.all([ask(full, caller, step, pair[0]), ask(without, caller, step, pair[1])]);
      const asked = `${pair[0].method} ${pair[0].path} ${pair[0].body ?? ''} page ${page}`;
      if (shape(one) !== shape(other)) differences.push(difference(asked, shape(one), shape(other)));
      statuses.set(one.status, (statuses.get(one.status) ?? 0) + 1);
      const next = [one, other].map(
        ({ body }) => body?.link?.find(({ relation }: { relation: string }) => relation === 'next')?.url as string | undefined,
      );
      if (next[0] === undefined || next[1] === undefined) break;
      pair = [
        { method: 'GET', path: next[0] },
        { method: 'GET', path: next[1] },
      ];
    }
  }
  return { differences, statuses };
}

/** The questions are asked of a world that has what the caller may not see and of one that never had it. */
export async function expectAlike(caller: string): Promise<void> {
  expect(steps.filter((step) => isHidden(step, caller)).length).toBeGreaterThan(0);
  const { full, without, stop } = await pairFor(caller);
  const ofCaller = ({ always }: Question, at: number): boolean => always === true || isAsked(caller, at);
  try {
    const asked = sampled(questions(conformance, full.created)).filter(ofCaller);
    const read = await compare(full, without, caller, asked, questionsFrom);
    const writes = sampled(attempts(conformance, full.created, namesOf(full.created).adult ?? '')).filter(ofCaller);
    const tried = await compare(full, without, caller, writes, questionsFrom + 20 * asked.length);
    process.stderr.write(`worlds: ${asked.length + writes.length} questions compared for ${caller}\n`);
    expect([...read.differences, ...tried.differences].slice(0, 5)).toEqual([]);
    const statuses = [...read.statuses.keys(), ...tried.statuses.keys()];
    // Alike because nobody is asked, or because all fails, would be no likeness.
    expect(statuses.filter((status) => status === 401 || status >= 500)).toEqual([]);
    expect(read.statuses.get(200) ?? 0).toBeGreaterThan(asked.length / 10);
  } finally {
    await stop();
  }
}
