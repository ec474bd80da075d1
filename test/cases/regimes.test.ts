// One table under every regime, each a restart on the same database: that of 2018, that of 2022, and 2018 with one switch set otherwise.
// A row says what differs from 2018, and in which regime: test/cases/access/regimes.json.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Carnet, type CarnetOptions, startCarnet } from '../carnet.ts';
import { noon, Play } from './case.ts';
import type { Body } from './shorthand.ts';
import { namesIn, type Sight, settled, valueOf, type World } from './world.ts';

type Row = readonly [caller: string, sees: Sight, why: string, differs?: Readonly<Record<string, Sight>>];
type Table = { readonly switches: Readonly<Record<string, Body>>; readonly worlds: readonly (World & { rows: readonly Row[] })[] };

const read = (path: string): Body => JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8'));
const { switches, worlds }: Table = read('access/regimes.json');
const regime2018: Body = read('../../profiles/Parameters-regime-2018.json');
const rows = worlds.flatMap((world) => world.rows.map((row) => ({ world, row, name: `${world.name}: ${row[0]}: ${row[2]}` })));

/** What a row says of a regime, where it differs from that of 2018. */
function difference([, , , differs = {}]: Row, regime: string): Sight | undefined {
  return Object.entries(differs).find(([regimes]) => regimes.split(' ').includes(regime))?.[1];
}
const isPublished = (regime: string): regime is '2018' | '2022' => regime === '2018' || regime === '2022';
const sight = (sees: Sight): readonly string[] | number => (typeof sees === 'string' ? namesIn(sees) : sees);
/** For many requests together. */
const patience = 120_000;
const regimes = ['2022', '2018', ...Object.keys(switches)];

describe('the table', () => {
  it.each(regimes.filter((regime) => regime !== '2018'))('has what %s makes different, and nothing that it does not', (regime) => {
    const said = rows.filter(({ row }) => difference(row, regime) !== undefined);
    expect(said.length).toBeGreaterThan(0);
    for (const { name, row } of said) expect([name, sight(difference(row, regime) ?? 0)]).not.toEqual([name, sight(row[1])]);
  });

  it('knows every switch and every regime that it names', () => {
    const named = rows.flatMap(({ row }) => Object.keys(row[3] ?? {}).flatMap((key) => key.split(' ')));
    expect(named.filter((name) => !regimes.includes(name))).toEqual([]);
    const parameters = regime2018.parameter.map(({ name }: Body) => name).filter((name: string) => name !== 'description');
    expect(Object.keys(switches).toSorted()).toEqual(parameters.toSorted());
  });
});

describe('under', () => {
  const folder = mkdtempSync(join(tmpdir(), 'regimes-'));
  const database = `test-regimes-${process.pid}`;
  const running: Carnet[] = [];
  const plays = new Map<World, Play>();

  async function start(regime: string): Promise<Carnet> {
    const carnet = await startCarnet({ regime: regimeOf(regime), database, clock: () => noon });
    running.push(carnet);
    return carnet;
  }

  function regimeOf(regime: string): Required<CarnetOptions>['regime'] {
    if (isPublished(regime)) return regime;
    const file = join(folder, `${regime}.json`);
    const parameter = regime2018.parameter.map((one: Body) => (one.name === regime ? { name: regime, ...switches[regime] } : one));
    writeFileSync(file, JSON.stringify({ ...regime2018, parameter }));
    return { file };
  }

  /** That of 2022 takes every deposit. */
  beforeAll(async () => {
    const carnet = await start('2022');
    for (const world of worlds) {
      const play = new Play({ carnet, regime: '2022', setClock: () => undefined });
      await play.run(world);
      plays.set(world, play);
    }
  }, patience);
  afterAll(async () => {
    for (const carnet of running) await carnet.stop();
    rmSync(folder, { recursive: true });
  });

  describe.each(regimes)('%s', (regime) => {
    let answers: Awaited<ReturnType<typeof settled<(typeof rows)[number], Awaited<ReturnType<Play['sees']>>>>>;
    beforeAll(async () => {
      const carnet = running.length === 1 && regime === '2022' ? running[0] : await start(regime);
      answers = await settled(rows, async ({ world, row }, at) => {
        const play = plays.get(world);
        if (play === undefined) throw new Error(`${world.name} was never set up`);
        return isPublished(regime) ? await play.looks(row[0], at, carnet) : await play.lists(row[0], carnet);
      });
    }, patience);

    it.each(rows.map((row, at) => ({ ...row, at })))('$name', ({ row, at }) => {
      expect(valueOf(answers[at])).toEqual(sight(difference(row, regime) ?? row[1]));
    });
  });
});
