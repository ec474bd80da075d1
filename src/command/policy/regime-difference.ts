// Two regimes, switch by switch.
import type { Regime } from '../../access/statute.ts';
import { counted, type Difference, difference } from './difference.ts';

type Choice = Exclude<keyof Regime, 'claimsMonths' | 'samu'>;

/** The value that lets more be seen, and what it lets be seen. */
const wider: { readonly [name in Choice]: readonly [value: Regime[name], what: string] } = {
  opening: ['opt-out', 'records without an opening Consent are open, unless an opening deny is in force'],
  emergency: ['objection', 'in an emergency nobody needs a permit for that purpose: only denies keep him out'],
  occupationalPhysician: ['permit', 'an occupational physician whom a permit names reads, and deposits'],
  professionalAccess: ['consent', 'professionals read by permits without the card in the reader'],
};
const choices: readonly Choice[] = ['opening', 'emergency', 'occupationalPhysician', 'professionalAccess'];

export function regimeDifference(before: Regime, after: Regime): Difference {
  const said = ({ what, name }: Gain): string => (name === undefined ? what : `${what} (${name} ${after[name]})`);
  const [more, less] = [gains(before, after).map(said), gains(after, before).map(said)];
  return difference([`${counted(more.length, 'rule')} more, ${less.length} less`], { more, less });
}

type Gain = { readonly what: string; readonly name?: Choice | 'claimsMonths' };

/** What the second lets be seen and the first does not. */
function gains(first: Regime, second: Regime): readonly Gain[] {
  const { claimsMonths } = second;
  return [
    ...choices
      .filter((name) => first[name] !== second[name] && second[name] === wider[name][0])
      .map((name) => ({ name, what: wider[name][1] })),
    ...(claimsMonths > first.claimsMonths
      ? [{ name: 'claimsMonths' as const, what: `reimbursement data of ${claimsMonths} months is seen` }]
      : []),
    ...second.samu
      .filter((finess) => !first.samu.includes(finess))
      .map((finess) => ({ what: `doctors of ${finess} read as centre 15` })),
  ];
}
