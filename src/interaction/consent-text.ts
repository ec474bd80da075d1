// The Consent that an operation writes for who asks for it, as a client would write it by hand.
// https://hl7.org/fhir/R4/consent.html
import { consentKind } from '../access/consent.ts';
import type { ConsentKind } from '../access/record.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { Caller } from '../identity/caller.ts';

export type Asker = { readonly caller: Caller; readonly now: Date };

const law = 'https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665';

/** `patient`: the record's key. */
export function consentText(
  { caller, now }: Asker,
  kind: Exclude<ConsentKind, 'delegation'>,
  patient: string,
  provision: JsonObject,
): JsonObject {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
    category: [coded(consentKind, kind)],
    patient: { reference: `Patient/${patient}` },
    dateTime: now.toISOString(),
    performer: [{ reference: caller.who.kind === 'related' ? `RelatedPerson/${caller.who.related}` : `Patient/${patient}` }],
    policy: [{ uri: law }],
    provision,
  };
}

export function coded(system: string, code: string): JsonObject {
  return { coding: [{ system, code }] };
}
