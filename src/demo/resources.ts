// The resources that the people of the demonstration write, as their software would send them.

import { consentKind } from '../access/consent.ts';
import { visibilitySystem } from '../access/label.ts';
import type { JsonObject } from '../fhir/json.ts';
import { identified } from '../identity/identifiers.ts';
import { finessSystem, rppsSystem } from '../identity/systems.ts';
import { type Person, type Professional, professionSystem, type Structure } from './people.ts';

export const insSystem = 'urn:oid:1.2.250.1.213.1.4.10';
const loinc = 'http://loinc.org';
const complementary = 'https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire';
const roleCode = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';

export const coded = (system: string, code: string, display?: string): JsonObject => ({
  coding: [display === undefined ? { system, code } : { system, code, display }],
});
const reference = (literal: string): JsonObject => ({ reference: literal });

export function patient({ family, given, gender, born, ins }: Person): JsonObject {
  return {
    resourceType: 'Patient',
    identifier: [{ use: 'official', system: insSystem, value: ins }],
    name: [{ use: 'official', family, given: [given] }],
    gender,
    birthDate: born,
  };
}

export function practitioner({ family, given, rpps, profession }: Professional): JsonObject {
  return {
    resourceType: 'Practitioner',
    active: true,
    identifier: [{ system: rppsSystem, value: rpps }],
    name: [{ family, given: [given] }],
    qualification: [{ code: coded(professionSystem, profession) }],
  };
}

export function organization({ name, finess }: Structure): JsonObject {
  return { resourceType: 'Organization', active: true, identifier: [{ system: finessSystem, value: finess }], name };
}

export type Named =
  | { readonly rpps: string }
  | { readonly finess: string }
  | { readonly literal: string }
  | { readonly issuer: string; readonly sub: string };

export function actor(named: Named, role: 'IRCP' | 'PCP' = 'IRCP'): JsonObject {
  const system = `http://terminology.hl7.org/CodeSystem/${role === 'PCP' ? 'v3-ParticipationFunction' : 'v3-ParticipationType'}`;
  return { role: coded(system, role), reference: named_(named) };
}

function named_(named: Named): JsonObject {
  if ('rpps' in named) return identified('Practitioner', named.rpps);
  if ('finess' in named) return identified('Organization', named.finess);
  return 'literal' in named ? reference(named.literal) : { identifier: { system: named.issuer, value: named.sub } };
}

/** `key` absent: a delegation, which is of no patient. */
export function consent(
  kind: 'opening' | 'sharing' | 'mandate' | 'delegation',
  key: string | undefined,
  provision: JsonObject,
): JsonObject {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', key === undefined ? 'treatment' : 'patient-privacy'),
    category: [coded(consentKind, kind)],
    ...(key === undefined ? {} : { patient: reference(`Patient/${key}`) }),
    policy: [{ uri: 'https://www.legifrance.gouv.fr/codes/id/LEGITEXT000006072665' }],
    provision,
  };
}

export function permit(named: Named, role?: 'PCP'): JsonObject {
  return { type: 'permit', actor: [actor(named, role)] };
}

export type Text = {
  readonly code: string;
  readonly title: string;
  readonly date: string;
  readonly text: string;
  readonly contentType?: string;
  readonly label?: string;
};

export function document(key: string, { code, title, date, text, contentType = 'text/plain', label }: Text): JsonObject {
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    type: coded(/^\d/.test(code) ? loinc : complementary, code, title),
    subject: reference(`Patient/${key}`),
    date,
    description: title,
    ...(label === undefined ? {} : { securityLabel: [coded(visibilitySystem, label)] }),
    content: [{ attachment: { contentType, language: 'fr-FR', title, data: Buffer.from(text).toString('base64') } }],
  };
}

export function cda(title: string, { family, given, ins }: Person, text: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <title>${title}</title>
  <recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="${ins}"/>
    <patient><name><given>${given}</given><family>${family}</family></name></patient></patientRole></recordTarget>
  <component><structuredBody><component><section><title>${title}</title><text>${text}</text></section></component></structuredBody></component>
</ClinicalDocument>
`;
}

export function immunization(key: string, date: string, text: string): JsonObject {
  return {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: { text },
    patient: reference(`Patient/${key}`),
    occurrenceDateTime: date,
  };
}

export function allergy(key: string, date: string, text: string): JsonObject {
  const clinicalStatus = coded('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active');
  return {
    resourceType: 'AllergyIntolerance',
    clinicalStatus,
    code: { text },
    patient: reference(`Patient/${key}`),
    recordedDate: date,
  };
}

export function claim(key: string, day: string, what: string): JsonObject {
  return {
    resourceType: 'Claim',
    status: 'active',
    type: coded('http://terminology.hl7.org/CodeSystem/claim-type', 'professional'),
    use: 'claim',
    patient: reference(`Patient/${key}`),
    billablePeriod: { start: day, end: day },
    created: day,
    provider: { display: what },
    priority: coded('http://terminology.hl7.org/CodeSystem/processpriority', 'normal'),
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'Assurance maladie' } }],
  };
}

export function careTeam(key: string, name: string, members: readonly string[]): JsonObject {
  return {
    resourceType: 'CareTeam',
    status: 'active',
    name,
    subject: reference(`Patient/${key}`),
    participant: members.map((rpps) => ({ member: identified('Practitioner', rpps) })),
  };
}

export function relatedPerson(
  key: string,
  { family, given }: Pick<Person, 'family' | 'given'>,
  code: string,
  more: JsonObject = {},
): JsonObject {
  return {
    resourceType: 'RelatedPerson',
    active: true,
    patient: reference(`Patient/${key}`),
    relationship: [coded(roleCode, code)],
    name: [{ family, given: [given] }],
    ...more,
  };
}

/** What a reception agent records of a parent: until the child comes of age. */
export function guardianship(start: string, end: string): JsonObject {
  const proof = {
    url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
    valueAttachment: { title: 'Livret de famille' },
  };
  return { extension: [proof], period: { start, end } };
}
