// Verified claims → Caller: one kind, one profession, one purpose, and an issuer that may speak for that kind.
// https://profiles.ihe.net/ITI/IUA/index.html#3714221-json-web-token-option
import type { JsonObject } from '../fhir/json.ts';
import type { Caller, Ins, Mode, Scope, Vouched, Who } from './caller.ts';
import { listClaim, objectClaim, parsedClaim, readParsed, textClaim } from './claim.ts';
import { parseId, parseIns } from './identifiers.ts';
import { readMarks } from './marks.ts';
import { checkEmergency, modeOf } from './mode.ts';
import { scopesOf } from './scope.ts';
import type { Trust, VerifiedClaims } from './trust.ts';
import { invalidToken } from './unauthorized.ts';
import { whoOf } from './who.ts';

/** Throws a Refusal (401) for a caller who is not wholly recognised. */
export function callerOf(trust: Trust, verified: VerifiedClaims): Caller {
  const { claims, issuer, subject, expires } = verified;
  const iua = objectClaim(objectClaim(claims, 'extensions') ?? {}, 'ihe_iua') ?? {};
  const who = whoOf(readMarks(claims, iua, { ...trust, issuer: issuer.issuer }), trust.professions);
  if (!issuer.kinds.has(who.kind)) throw invalidToken('The issuer of the access token may not speak for this kind of caller');
  const mode = modeOf(iua);
  const context = contextOf(claims, iua);
  const reason = textClaim(claims, 'reason')?.trim();
  checkEmergency({ mode, who, reason, ...context }, verified, trust.samu);
  const scopes = scopesOf(who.kind, textClaim(claims, 'scope') ?? '', trust.narrow);
  checkBinding(who, scopes, context.patient);
  const vouched = vouchedOf(verified, who);
  return {
    who,
    issuer: issuer.issuer,
    subject,
    ...tokenIn(claims),
    ...namesOf(iua),
    scopes,
    mode,
    ...(mode === 'TREAT' || reason === undefined ? {} : { reason }),
    ...(context.patient === undefined ? {} : { patient: context.patient }),
    ...(context.person === undefined ? {} : { person: context.person }),
    vitale: listClaim(claims, 'vitale', (item) => readParsed(item, parseIns)),
    ...(vouched === undefined ? {} : { vouched }),
    expires: new Date(expires * 1000),
    id: idOf(who, issuer.issuer, subject) + bindingOf(mode, scopes, context),
  };
}

type Context = { readonly patient: string | undefined; readonly person: Ins | undefined };

function contextOf(claims: JsonObject, iua: JsonObject): Context {
  return { patient: parsedClaim(claims, 'patient', parseId), person: parsedClaim(iua, 'person_id', parseIns) };
}

export const registrationName = (id: string): string => `registration|${id}`;
export const keyName = (kid: string): string => `key|${kid}`;
/** What an account allowed an app. */
export const grantName = (id: string): string => `grant|${id}`;
export const tokenName = (jti: string): string => `token|${jti}`;

/** What a person has not granted he has not said. */
function vouchedOf({ issuer, key, claims }: VerifiedClaims, { kind }: Who): Vouched | undefined {
  if (issuer.own === undefined) return undefined;
  const registration = textClaim(claims, 'registration');
  if (registration === undefined || key.kid === undefined) throw invalidToken();
  const [token, grant] = [textClaim(claims, 'jti'), textClaim(claims, 'grant')];
  if (kind === 'holder' && grant === undefined) throw invalidToken();
  return [
    registrationName(registration),
    keyName(key.kid),
    ...(token === undefined ? [] : [tokenName(token)]),
    ...(grant === undefined ? [] : [grantName(grant)]),
  ];
}

/** https://www.rfc-editor.org/rfc/rfc9068#section-2.2 */
function tokenIn(claims: JsonObject): Pick<Caller, 'client' | 'token'> {
  const client = textClaim(claims, 'client_id');
  const token = textClaim(claims, 'jti');
  return { ...(client === undefined ? {} : { client }), ...(token === undefined ? {} : { token }) };
}

function namesOf(iua: JsonObject): Pick<Caller, 'name' | 'organizationName'> {
  const name = textClaim(iua, 'subject_name');
  const organizationName = textClaim(iua, 'subject_organization');
  return { ...(name === undefined ? {} : { name }), ...(organizationName === undefined ? {} : { organizationName }) };
}

/** `patient/` scopes need their record; holder and relative have one by themselves, and a holder no other than his own. */
function checkBinding(who: Who, scopes: readonly Scope[], patient: string | undefined): void {
  const bound = scopes.some(({ context }) => context === 'patient');
  if (bound && patient === undefined && who.kind !== 'holder' && who.kind !== 'related') {
    throw invalidToken('Scopes of the form patient/ need the claim patient');
  }
  if (who.kind === 'holder' && who.patient !== undefined && patient !== undefined && patient !== who.patient) {
    throw invalidToken('The claims patient and fhirUser name two records');
  }
}

/** Free text is percent-encoded, so that no two callers share an id. */
function idOf(who: Who, issuer: string, subject: string): string {
  const account = `${issuer}|${encodeURIComponent(subject)}`;
  switch (who.kind) {
    case 'professional':
      return `p:${who.rpps}`;
    case 'delegate':
      return `d:${who.secretary.issuer}|${encodeURIComponent(who.secretary.subject)}|${who.rpps}`;
    case 'structure':
      return `s:${who.finess}`;
    case 'related':
      return `r:${who.related}`;
    case 'feeder':
      return `f:${issuer}`;
    case 'holder':
      return `h:${account}`;
    case 'agent':
      return `a:${account}`;
    case 'operator':
      return `o:${account}`;
    case 'tester':
      return `t:${account}`;
  }
}

/** What the token confines its bearer to: nothing for an ordinary one. */
function bindingOf(mode: Mode, scopes: readonly Scope[], { patient, person }: Context): string {
  const emergency = mode !== 'TREAT';
  const confined = emergency || scopes.some(({ context }) => context === 'patient');
  const record = patient ?? (emergency && person !== undefined ? `${person.system}|${person.value}` : undefined);
  return (emergency ? `#${mode}` : '') + (confined && record !== undefined ? `#${record}` : '');
}
