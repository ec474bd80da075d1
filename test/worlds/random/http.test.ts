// A thousand random worlds over HTTP: each caller is given what the law lets him see, as if nothing else had ever been written.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { it } from '@jest/globals';

const program = join(import.meta.dirname, 'http.ts');
const run = promisify(execFile);

it('two worlds answer alike, and give what the law gives', async () => {
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env: process.env });
  process.stdout.write(stdout.split('\n').slice(-2).join('\n'));
}, 2_400_000);
