// `npm run test:deep`: twenty thousand random worlds over HTTP, against a MongoDB of its own; the end line belongs into README.
// SEED= replays a run, RUNS= and MINUTES= bound it, FROM= goes on after an interruption.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const setup = async (name: string): Promise<void> => {
  const { default: run } = await import(pathToFileURL(join(import.meta.dirname, `../../setup/${name}.mjs`)).href);
  await run();
};

await setup('start-mongod');
const { RUNS = '20000' } = process.env;
const program = join(import.meta.dirname, 'http.ts');
const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
  env: { ...process.env, RUNS },
  stdio: 'inherit',
});
// Interrupted, it leaves no MongoDB behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', async (code) => {
  await setup('stop-mongod');
  process.stdout.write('Put the line above into README, under Start and test.\n');
  process.exit(code ?? 1);
});
