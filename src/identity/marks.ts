// What in a token may tell who is asking, gathered and checked in form before a kind is read from it.
// https://profiles.ihe.net/ITI/IUA/index.html#3714221-json-web-token-option, https://www.rfc-editor.org/rfc/rfc8693#section-4.1
import type { JsonObject } from '../fhir/json.ts';
import type { Coding, Ins } from './caller.ts';
import { listClaim, objectClaim, parsedClaim, readCoding, textClaim } from './claim.ts';
import { parseFiness, parseId, parseIns, parseRpps } from './identifiers.ts';
import { callerRole, speciality } from './systems.ts';
import { invalidToken } from './unauthorized.ts';

export type Secretary = { readonly issuer: string; readonly subject: string; readonly name?: string };

/** Each mark is undefined where the token has none of it. Several codes of one sort stay several: who reads them refuses. */
export type Marks = {
  readonly roles: readonly string[] | undefined;
  readonly professions: readonly Coding[] | undefined;
  readonly specialities: readonly string[] | undefined;
  readonly rpps: string | undefined;
  readonly secretary: Secretary | undefined;
  readonly patient: string | undefined;
  readonly related: string | undefined;
  readonly practitioner: string | undefined;
  readonly ins: Ins | undefined;
  readonly finess: string | undefined;
};

export type MarksContext = { readonly issuer: string; readonly baseUrl: string; readonly professions: ReadonlySet<string> };

export function readMarks(claims: JsonObject, iua: JsonObject, { issuer, baseUrl, professions }: MarksContext): Marks {
  const professionSystems = new Set([...professions].map((key) => key.slice(0, key.lastIndexOf('|'))));
  const roles = listClaim(iua, 'subject_role', readCoding);
  const codesOf = (system: string): readonly string[] | undefined =>
    some(roles.filter((role) => role.system === system).map(({ code }) => code));
  return {
    roles: codesOf(callerRole),
    professions: some(roles.filter(({ system }) => professionSystems.has(system))),
    specialities: codesOf(speciality),
    rpps: parsedClaim(iua, 'national_provider_identifier', parseRpps),
    secretary: secretaryOf(claims, issuer),
    ...userOf(claims, baseUrl),
    ins: parsedClaim(claims, 'sub_ins', parseIns),
    finess: parsedClaim(iua, 'subject_organization_id', parseFiness),
  };
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** `act.sub` is a name of the token's own issuer; an actor of an actor is nobody we know. */
function secretaryOf(claims: JsonObject, issuer: string): Secretary | undefined {
  const act = objectClaim(claims, 'act');
  if (act === undefined) return undefined;
  const subject = textClaim(act, 'sub');
  const name = textClaim(act, 'name');
  const foreign = act.act !== undefined || (act.iss !== undefined && act.iss !== issuer);
  if (foreign || subject === undefined || !/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(subject))
    throw invalidToken('The act of the access token names nobody');
  return { issuer, subject, ...(name === undefined ? {} : { name }) };
}

/** `fhirUser`, relative or below our base URL. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
function userOf(claims: JsonObject, baseUrl: string): Pick<Marks, 'patient' | 'related' | 'practitioner'> {
  const text = textClaim(claims, 'fhirUser');
  const none = { patient: undefined, related: undefined, practitioner: undefined };
  if (text === undefined) return none;
  const [type, id, ...more] = (text.startsWith(`${baseUrl}/`) ? text.slice(baseUrl.length + 1) : text).split('/');
  if (id === undefined || more.length > 0 || parseId(id) === undefined)
    throw invalidToken('The fhirUser of the access token names nobody');
  if (type === 'Patient') return { ...none, patient: id };
  if (type === 'RelatedPerson') return { ...none, related: id };
  if (type === 'Practitioner' || type === 'PractitionerRole') return { ...none, practitioner: id };
  throw invalidToken('The fhirUser of the access token names nobody');
}
