// Which passwords are taken: long ones that are in no list of breaches and say nothing of whose they are.
// https://pages.nist.gov/800-63-3/sp800-63b.html#memsecretver
import type { Ins } from '../../identity/caller.ts';
import { type Breached, breached, fold } from './breached.ts';

export type Fault = 'short' | 'long' | 'common' | 'personal';

export const shortest = 12;
export const longest = 200;

/** Undefined: it is taken. */
export async function faultOf(password: string, ins: Ins): Promise<Fault | undefined> {
  const text = password.normalize('NFC');
  const length = [...text].length;
  if (length < shortest) return 'short';
  if (length > longest) return 'long';
  const folded = fold(text);
  if (isPersonal(folded, ins)) return 'personal';
  return isCommon(folded, await breached(shortest)) ? 'common' : undefined;
}

/** The number, half of it, or the month of birth that it says. */
function isPersonal(folded: string, { value }: Ins): boolean {
  const digits = folded.replaceAll(/[^\da-z]/g, '');
  const runs = Array.from({ length: value.length - 6 }, (_, at) => value.slice(at, at + 7).toLowerCase());
  const [year, month] = [value.slice(1, 3), value.slice(3, 5)];
  const births = ['19', '20'].flatMap((century) => [`${month}${century}${year}`, `${century}${year}${month}`]);
  return [...runs, ...births].some((run) => digits.includes(run));
}

/** In whole, or with digits and signs around what is very common. */
function isCommon(folded: string, { whole, common }: Breached): boolean {
  const core = folded.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return whole.has(folded) || common.has(core) || repeats(folded);
}

/** `soleilsoleil`, `aaaaaaaaaaaa`. */
function repeats(text: string): boolean {
  return /^(.{1,8})\1+.{0,3}$/s.test(text);
}
