// The e-mail address of a person, among the ways to reach him.
// https://hl7.org/fhir/R4/datatypes.html#ContactPoint
import { holds, periodOf } from '../fhir/instant.ts';
import { isObject, type JsonObject, objectsOf, textOf } from '../fhir/json.ts';

const address = /^[^\s<>()[\]\\,;:"@]{1,64}@[a-z\d-]+(\.[a-z\d-]+)+$/i;
const longest = 254;
/** A temporary one counts as well; what is old never does. */
const uses = ['home', 'mobile', 'temp', 'work'];

/** Of those in force now: by rank, then the private one first. */
export function emailOf({ telecom }: JsonObject, now: Date): string | undefined {
  const found = objectsOf(telecom)
    .filter(({ system, use }) => system === 'email' && use !== 'old')
    .filter(({ period }) => isInForce(period, now))
    .flatMap(({ value, rank, use }) => {
      const text = textOf(value)?.trim() ?? '';
      const isOne = text.length <= longest && address.test(text);
      return isOne ? [{ text, rank: Number(rank ?? Number.POSITIVE_INFINITY), use: uses.indexOf(String(use ?? 'home')) }] : [];
    });
  return found.toSorted((one, other) => compare(one.rank, other.rank) || one.use - other.use)[0]?.text;
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

/** One that cannot be read holds at no time. */
function isInForce(period: unknown, now: Date): boolean {
  if (period === undefined) return true;
  const interval = isObject(period) ? periodOf(period) : undefined;
  return interval !== undefined && holds(interval, now);
}
