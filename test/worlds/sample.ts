// Who is asked which questions, the same in every run: each goes to one caller, every other one to the doctor or the holder.
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

/** WORLDS=all asks everybody everything. */
export function isAsked(caller: string, at: number, all = process.env.WORLDS === 'all'): boolean {
  if (all) return true;
  const slot = at % 4;
  if (slot < quarters.length) return quarters[slot] === caller;
  const left = Math.trunc(at / 4) * 2 + slot - quarters.length;
  // Each round begins one further, so that nobody gets the same of ten prefixes every time.
  return rest[(left + Math.trunc(left / rest.length)) % rest.length] === caller;
}
