// `npm run keys -- rotate [--forget]`: the provider signs with another key from now on.
import { parseArgs } from 'node:util';
import { oneLine } from '../store/log.ts';
import { withProviderStore } from './provider-store.ts';
import { StartError } from './start-error.ts';

const usage = 'npm run keys -- rotate [--forget]';

try {
  const { forget } = asked(process.argv.slice(2));
  await withProviderStore(async ({ keys }) => await keys.rotate(new Date(), { forget }));
  const before = forget ? 'are void' : 'are valid until they end';
  process.stdout.write(`Another key signs; tokens that were signed before ${before}.\n`);
} catch (error) {
  process.stderr.write(`${oneLine(error)}\n`);
  process.exitCode = 2;
}

function asked(args: readonly string[]): { readonly forget: boolean } {
  const { values, positionals } = parsed(args);
  if (positionals.join(' ') !== 'rotate') throw new StartError(usage);
  return { forget: values.forget ?? false };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { forget: { type: 'boolean' } } });
  } catch {
    throw new StartError(usage);
  }
}
