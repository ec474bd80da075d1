// `npm run invite -- FILE [--out FILE] [--days N] [--keep]`: a list of persons becomes activation codes. The environment is the server's.
// Ends with 0: every line got its code, 1: some lines are no persons, 2: nothing was done, or not all.
import { parseArgs } from 'node:util';
import { validDays } from '../identity/activation-code.ts';
import { activationsOf } from '../store/activation.ts';
import { withDatabases } from './database.ts';
import { type Invited, invite } from './invite/invite.ts';
import { StartError } from './start-error.ts';

const usage = 'npm run invite -- FILE [--out FILE] [--days N] [--keep]';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Asked = { readonly path: string; readonly out: string; readonly days: number; readonly keep: boolean };

function askedOf(args: readonly string[]): Asked {
  const { values, positionals } = parsed(args);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new StartError(usage);
  const { out = `${path}.codes.csv`, days = String(validDays), keep = false } = values;
  if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > 366) throw new StartError('--days takes 1 to 366');
  return { path, out, days: Number(days), keep };
}

function parsed(args: readonly string[]) {
  const options = { out: { type: 'string' }, days: { type: 'string' }, keep: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch {
    throw new StartError(usage);
  }
}

async function run(asked: Asked): Promise<Invited> {
  return await withDatabases(
    async (open) =>
      await invite({
        ...asked,
        activations: activationsOf(await open('national')),
        now: new Date(),
        log: say,
        complain: (line) => void process.stderr.write(`${line}\n`),
      }),
  );
}

/** An error of the database may quote an INS. */
function lineOf(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const { name = 'Error', code = '' } = error as { name?: string; code?: unknown };
  return `Interrupted (${name} ${String(code)}): go on with --keep and another --out`;
}

try {
  const asked = askedOf(process.argv.slice(2));
  const { made, replaced, kept, invalid } = await run(asked);
  const had = asked.keep ? `${kept} had one or have used theirs` : `${replaced} in place of one that was not used`;
  say(`${made + replaced} codes in ${asked.out}, ${had}; ${invalid} lines are invalid`);
  process.exitCode = invalid > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`${lineOf(error)}\n`);
  process.exitCode = 2;
}
