// Random worlds over HTTP: each caller is given what the law lets him see, as if nothing else had ever been written.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { it } from '@jest/globals';

const program = join(import.meta.dirname, 'http.ts');
const run = promisify(execFile);
/** As many as fit: a world takes about 0.9 s of processor time, the server and MongoDB together. */
const worlds = process.env.RUNS ?? '300';

/** Always these worlds, until what longer runs have found is settled (README); `SEED=` asks others. */
const seed = '1804766478';

it('two worlds answer alike, and give what the law gives', async () => {
  const env = { SEED: seed, ...process.env, RUNS: worlds };
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env });
  process.stdout.write(stdout.split('\n').slice(-2).join('\n'));
}, 2_400_000);
