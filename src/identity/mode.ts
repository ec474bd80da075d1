// The access mode: treatment, or an emergency, which is for few, for one record, for a while and with a reason.
// https://profiles.ihe.net/ITI/IUA/index.html#3714221-json-web-token-option (purpose_of_use)
import type { JsonObject } from '../fhir/json.ts';
import type { Ins, Mode, Who } from './caller.ts';
import { listClaim, readCoding } from './claim.ts';
import { actReason, healthProfession } from './systems.ts';
import type { VerifiedClaims } from './trust.ts';
import { invalidToken } from './unauthorized.ts';

const modes: readonly Mode[] = ['TREAT', 'BTG', 'ETREAT'];
const longestEmergency = 4 * 3600;
const doctor = '10';

/** TREAT where the token names no purpose. */
export function modeOf(iua: JsonObject): Mode {
  const [purpose, ...more] = listClaim(iua, 'purpose_of_use', readCoding);
  if (purpose === undefined) return 'TREAT';
  const mode = modes.find((code) => code === purpose.code);
  if (mode === undefined || purpose.system !== actReason || more.length > 0) {
    throw invalidToken('The access token does not name exactly one known purpose of use');
  }
  return mode;
}

export type Emergency = {
  readonly mode: Mode;
  readonly who: Who;
  readonly reason: string | undefined;
  readonly patient: string | undefined;
  readonly person: Ins | undefined;
};

/** Throws a Refusal (401) unless the token may be used in its mode. `samu`: FINESS of the structures of centre 15. */
export function checkEmergency(
  { mode, who, reason, patient, person }: Emergency,
  verified: VerifiedClaims,
  samu: ReadonlySet<string>,
): void {
  if (mode === 'TREAT') return;
  if (reason === undefined) throw invalidToken('An emergency token needs a reason');
  if ((patient === undefined) === (person === undefined)) throw invalidToken('An emergency token names exactly one record');
  const { issuedAt, expires } = verified;
  if (issuedAt === undefined || expires - issuedAt > longestEmergency)
    throw invalidToken('An emergency token lives four hours at most');
  if (!mayInvoke(mode, who, samu)) throw invalidToken('The bearer may not claim this purpose of use');
}

function mayInvoke(mode: 'BTG' | 'ETREAT', who: Who, samu: ReadonlySet<string>): boolean {
  if (who.kind !== 'professional' || who.profession.system !== healthProfession) return false;
  if (mode === 'BTG') return true;
  return who.profession.code === doctor && who.finess !== undefined && samu.has(who.finess);
}
