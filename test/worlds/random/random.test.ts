// Twenty thousand random worlds read as an evaluator reads them that knows the law alone; each line of the law decides something.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const program = join(import.meta.dirname, 'pure.ts');
const run = promisify(execFile);

/** Every line of the formula, and what takes from it. */
const lines = [
  'holder',
  'representative',
  'relative',
  'relative sees the person',
  'structure, depositor',
  'médecin traitant',
  'same rights',
  'depositor',
  'permit',
  'emergency permit',
  'emergency without objection',
  'masked, own structure',
  'sees the person',
  'sees the person in an emergency',
  'his own permit',
  'member',
  'not: held',
  'not: closed',
  'not: blocked',
  'not: structure blocked',
  'not: outside the window',
  'not: INVISIBLE_REPRESENTANTS_LEGAUX',
  'not: MASQUE_PS',
  'not: MASQUE_PS, to a relative',
  'not: no permit',
  'not: no mandate',
  'not: denied',
  'not: matrix',
  'not: no card',
  'not: occupational physician',
  'not: no permit for the person',
  'not: reads nothing',
  'not: another record',
];

const elements = ['period', 'actor', 'purpose', 'class', 'code', 'securityLabel', 'dataPeriod', 'data'];
/** Of provisions, at the root and in exceptions. */
const asked = [1, 2, 3].flatMap((level) => elements.map((name) => `${name}, level ${level}`));

it('the server lets each caller read what the law lets him read', async () => {
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env: process.env });
  process.stdout.write(stdout.split('\n').slice(-2).join('\n'));
  const reached = new Map([...stdout.matchAll(/^ *(\d+) (.+)$/gm)].map(([, times, reason]) => [reason, Number(times)]));
  expect([...lines, ...asked].filter((line) => !((reached.get(line) ?? 0) >= 20))).toEqual([]);
}, 400_000);
