// Care teams and related persons as access rules: members and guardians by their business identifiers.
// https://hl7.org/fhir/R4/careteam.html, https://hl7.org/fhir/R4/relatedperson.html
import { isGuardianship } from '../access/deposit.ts';
import type { Guardian, Member, Team } from '../access/record.ts';
import { beginningOfTime, endOfTime, type Interval, periodOf } from '../fhir/instant.ts';
import { isObject, type JsonObject, objectsOf } from '../fhir/json.ts';
import { actorOf } from './actor.ts';
import { type Context, codingsOf } from './context.ts';

const guardianshipValueSet = 'https://carnet.example/fhir/ValueSet/guardianship';
const always: Interval = { low: beginningOfTime, high: endOfTime };

export function guardianship({ conformance }: Pick<Context, 'conformance'>): ReadonlySet<string> {
  return conformance.valueSet(guardianshipValueSet);
}

/** A period that cannot be read holds never. */
function periodIn(value: unknown): Interval {
  if (value === undefined) return always;
  return (isObject(value) ? periodOf(value) : undefined) ?? { low: endOfTime, high: beginningOfTime };
}

/** Undefined: a team that is not active has no members. */
export async function teamOf(context: Context, id: string, team: JsonObject): Promise<Team | undefined> {
  if (team.status !== undefined && team.status !== 'active') return undefined;
  const members: Member[] = [];
  for (const { member, period } of objectsOf(team.participant)) {
    const actor = isObject(member) ? await actorOf(context, member) : undefined;
    if (actor !== undefined) members.push({ actor, period: periodIn(period) });
  }
  return { id, period: periodIn(team.period), members };
}

export function guardianOf(context: Context, id: string, person: JsonObject): Guardian | undefined {
  if (person.active === false || !isGuardianship(person, guardianship(context))) return undefined;
  const known = guardianship(context);
  const codes = codingsOf(person.relationship).flatMap(({ system, code }) => (known.has(`${system}|${code}`) ? [code] : []));
  return { id, period: periodIn(person.period), minor: !codes.includes('GUARD') };
}
