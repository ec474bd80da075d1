// Hidden is the same as absent: each caller gets the same answers from the world that holds what he may not see and from the one that never did.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reply } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { attempts, byInteraction, modifiers, parameterQuestions, type Question, questions } from './requests.ts';
import { everybody, people, steps } from './story.ts';
import { build, isHidden, namesOf, type World } from './world.ts';

const callers = [...Object.keys(people), 'relative', 'parent', 'rescuer'];
const afterwards = 10_000;
let compared = 0;

type Difference = { readonly question: string; readonly full: string; readonly without: string };

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

/** Both worlds in step; a next link is followed in each, up to five pages. */
async function compare(
  full: World,
  without: World,
  caller: string,
  asked: readonly Question[],
  first: number,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  let step = first;
  for (const question of asked) {
    let pair: readonly [Question, Question] = [question, question];
    for (let page = 0; page < 5; page += 1) {
      step += 1;
      const [one, other] = await Promise.all([ask(full, caller, step, pair[0]), ask(without, caller, step, pair[1])]);
      compared += 1;
      const asked = `${pair[0].method} ${pair[0].path} ${pair[0].body ?? ''} page ${page}`;
      if (shape(one) !== shape(other)) differences.push(difference(asked, shape(one), shape(other)));
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
  return differences;
}

describe('the list of questions', () => {
  it('knows every interaction that is declared', () => {
    const declared = new Set([...conformance.types.values()].flatMap(({ interactions }) => [...interactions]));
    expect([...declared].filter((name) => byInteraction[name] === undefined)).toEqual([]);
  });

  it('knows every parameter that is declared', () => {
    for (const capability of conformance.types.values()) {
      for (const parameter of capability.search.values()) {
        expect([parameter.code, parameterQuestions(capability, parameter, []).length > 0 || parameter.code === '_id']).toEqual([
          parameter.code,
          true,
        ]);
      }
    }
    expect(modifiers).toEqual(['missing', 'not', 'exact', 'contains', 'identifier']);
  });
});

describe('hidden is the same as absent', () => {
  let full: World;
  beforeAll(async () => {
    full = await build(everybody, steps, () => false);
  }, 60_000);
  afterAll(async () => {
    await full.stop();
    process.stderr.write(`worlds: ${compared} answers compared\n`);
  });

  it.each(callers)(
    'for %s',
    async (caller) => {
      const hidden = steps.filter((step) => isHidden(step, caller));
      expect(hidden.length).toBeGreaterThan(0);
      const mine = await build(everybody, steps, () => false);
      const without = await build(everybody, steps, (step) => isHidden(step, caller), mine.created);
      try {
        const asked = questions(conformance, mine.created);
        const read = await compare(mine, without, caller, asked, afterwards);
        const tried = await compare(
          mine,
          without,
          caller,
          attempts(conformance, mine.created, namesOf(mine.created).adult ?? ''),
          afterwards + 20 * asked.length,
        );
        expect([...read, ...tried].slice(0, 5)).toEqual([]);
      } finally {
        await mine.stop();
        await without.stop();
      }
    },
    120_000,
  );

  it('can tell worlds apart: to the médecin traitant those of the doctor are different', async () => {
    const without = await build(everybody, steps, (step) => isHidden(step, 'doctor'), full.created);
    const differences = await compare(full, without, 'treating', questions(conformance, full.created).slice(0, 600), afterwards);
    await without.stop();
    expect(differences.length).toBeGreaterThan(50);
  }, 60_000);
});
