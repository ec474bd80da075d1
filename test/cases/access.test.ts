// The tables of test/cases/access under both regimes: who sees what, alike by read, search, count, page, chain, include and bytes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type Carnet, startCarnet } from '../carnet.ts';
import { noon, Play, type Regime, type Table } from './case.ts';

const folder = join(import.meta.dirname, 'access');
const tables: readonly Table[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

describe.each<Regime>(['2018', '2022'])('regime %s', (regime) => {
  let carnet: Carnet;
  let now = noon;
  beforeAll(async () => {
    carnet = await startCarnet({ regime, clock: () => now });
  });
  afterAll(async () => await carnet.stop());

  for (const { title, both = false, cases } of tables) {
    if (regime === '2022' && !both) continue;
    describe(title, () => {
      it.each(cases.filter(({ only = regime }) => only === regime))('$name', async (one) => {
        await new Play({
          carnet,
          regime,
          setClock: (at) => {
            now = at;
          },
        }).run(one);
      });
    });
  }
});
