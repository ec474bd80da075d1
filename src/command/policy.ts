// `npm run policy -- check FILE`: who would see what more and what less under another policy. The environment is the server's.
// Ends with 0: no difference, 1: differences, 2: a file that the start would refuse.

import { oneLine } from '../store/log.ts';
import { check } from './policy/check.ts';
import { StartError } from './start-error.ts';

const [command, file, ...more] = process.argv.slice(2);
try {
  if (command !== 'check' || file === undefined || more.length > 0) throw new StartError('npm run policy -- check FILE');
  const { lines, differs } = check(process.env, file);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = differs ? 1 : 0;
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 2;
}
