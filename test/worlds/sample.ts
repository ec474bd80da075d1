// Who is asked which questions, the same in every run: each goes to one caller of all, and every other one to the doctor or the holder too.
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
/** One of them each time, in turns. */
const rest = [...professionals, ...others];

/** WORLDS=all asks everybody everything. */
export function isAsked(caller: string, at: number, all = process.env.WORLDS === 'all'): boolean {
  if (all) return true;
  // Each round begins one further, so that nobody gets the same of ten prefixes every time.
  const turn = (at + Math.trunc(at / rest.length)) % rest.length;
  return quarters.includes(caller) ? turn % 4 === quarters.indexOf(caller) : rest.indexOf(caller) === turn;
}
