// The tables of test/cases/access under both regimes: who sees what, alike by read, search, count, page, chain, `_has`, include and bytes.
// regimes.json: regimes.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';
import { noon, Play, type Regime, type Stage } from './case.ts';
import { askRows, judgeQuestion, namesIn, type Table, valueOf, type World } from './world.ts';

/** For many requests together. */
const patience = 120_000;
const folder = join(import.meta.dirname, 'access');
const tables: readonly Table[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && name !== 'regimes.json')
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

describe.each<Regime>(['2018', '2022'])('regime %s', (regime) => {
  let carnet: Carnet;
  let now = noon;
  beforeAll(async () => {
    carnet = await startCarnet({ regime, clock: () => now });
  });
  afterAll(async () => await carnet.stop());
  const stage = (): Stage => ({
    carnet,
    regime,
    setClock: (at) => {
      now = at;
    },
  });

  for (const { title, both = false, cases = [], worlds = [] } of tables) {
    if (regime === '2022' && !both) continue;
    describe(title, () => {
      if (cases.length > 0)
        it.each(cases.filter(({ only = regime }) => only === regime))('$name', async (one) => {
          await new Play(stage()).run(one);
        });
      for (const world of worlds) describe(world.name, () => playWorld(world, stage));
    });
  }
});

function playWorld(world: World, stage: () => Stage): void {
  const { rows = [], asks = [] } = world;
  let play: Play;
  let answers: Awaited<ReturnType<typeof askRows>>;
  beforeAll(async () => {
    play = new Play(stage());
    await play.run(world);
  }, patience);
  if (asks.length > 0) it.each(asks)('%s %s %j: %s', async (...question) => await judgeQuestion(play, question));
  if (rows.length === 0) return;
  describe('sees', () => {
    beforeAll(async () => {
      answers = await askRows(play, rows, stage().setClock);
    }, patience);
    it.each(rows.map((row) => ({ row, name: `${row[0]}: ${row[2]}` })))('$name', ({ row }) => {
      const seen = valueOf(answers.get(row));
      expect(seen).toEqual(typeof row[1] === 'string' ? namesIn(row[1]) : row[1]);
    });
  });
}
