// Which questions are asked and of whom, the same in every run: each goes to one caller, every other one to the doctor or the holder.
import type { Question } from './question.ts';

/** A quarter of all each, in turns. */
export const quarters: readonly string[] = ['doctor', 'holder'];
export const professionals: readonly string[] = ['speech', 'stranger', 'blocked', 'treating', 'inside', 'rescuer', 'secretary'];
export const others: readonly string[] = [
  'neighbour',
  'minor',
  'relative',
  'parent',
  'hospital',
  'clinic',
  'feeder',
  'agent',
  'operator',
];
/** One of them each time that is left, in turns. */
const rest = [...professionals, ...others];

const isAll = process.env.WORLDS === 'all';

/** Two of three, and each that is the first with its parameter or modifier. */
export function sampled(questions: readonly Question[], all = isAll): readonly Question[] {
  const known = new Set<string>();
  return questions.filter(({ path, always }, at) => {
    const names = [...path.matchAll(/[?&]([^=&]+)=/g)].map(([, name]) => name ?? '');
    const isFirst = names.some((name) => !known.has(name));
    for (const name of names) known.add(name);
    return all || always === true || isFirst || at % 3 !== 2;
  });
}

/** WORLDS=all asks everybody everything. */
export function isAsked(caller: string, at: number, all = isAll): boolean {
  if (all) return true;
  const slot = at % 4;
  if (slot < quarters.length) return quarters[slot] === caller;
  const left = Math.trunc(at / 4) * 2 + slot - quarters.length;
  // Each round begins one further, so that nobody gets the same of ten prefixes every time.
  return rest[(left + Math.trunc(left / rest.length)) % rest.length] === caller;
}
