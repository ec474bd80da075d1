// The short forms of resources in the tables of cases, made into FHIR.
import type { JsonObject } from '../../src/fhir/json.ts';
import { actor, consent, document, label, visibility } from '../resources.ts';
import { identifierOf, type Known } from './people.ts';
import { recordTypes } from './record-types.ts';
import { type Body, coded, identifier, labelled, type Maker, type Shorthand, subject, typed } from './shorthand.ts';

const a03 = 'https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument';
const roleCode = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const actReason = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const resourceTypes = 'http://hl7.org/fhir/resource-types';




/** A provision whose actors, codes, classes, purposes, labels and data are names. */
export function provision(short: Shorthand, known: Known): JsonObject {
  const { actor: actors, code, class: classes, purpose, securityLabel, data, provision: nested, ...rest } = short;
  const each = (list: Body, make: (one: string) => JsonObject): JsonObject[] =>
    list.map((one: Body) => (typeof one === 'string' ? make(one) : one));
  return {
    ...rest,
    ...(actors && { actor: each(actors, (one) => actorNamed(one, known)) }),
    ...(code && { code: each(code, typed) }),
    ...(classes && { class: each(classes, (one) => (/^\d/.test(one) ? { system: a03, code: one } : { system: resourceTypes, code: one })) }),
    ...(purpose && { purpose: each(purpose, (one) => ({ system: actReason, code: one })) }),
    ...(securityLabel && { securityLabel: each(securityLabel, (one) => ({ system: visibility, code: one })) }),
    ...(data && { data: each(data, (one) => ({ meaning: 'instance', reference: { reference: referenceTo(one, known) } })) }),
    ...(nested && { provision: nested.map((one: Body) => provision(one, known)) }),
  };
}

function referenceTo(name: string, { ids }: Known): string {
  return name.includes('/') ? name : `DocumentReference/${ids.get(name)}`;
}

/** `doctor`, `PCP:doctor`, `ATTPHYS:doctor`, `related:mother`, `team:t1`, `secretary`. */
function actorNamed(text: string, { ids, key }: Known): JsonObject {
  const [, role, name = ''] = /^(?:(PCP|ATTPHYS):)?(.+)$/.exec(text) ?? [];
  const as = role === 'PCP' || role === 'ATTPHYS' ? role : 'IRCP';
  if (name.startsWith('related:')) return actor({ reference: `RelatedPerson/${ids.get(name.slice(8))}` }, as);
  if (name.startsWith('team:')) return actor({ reference: `CareTeam/${ids.get(name.slice(5))}` }, as);
  if (name === 'secretary') {
    const secretary = { identifier: { system: 'https://issuer.example', value: `secretary-${key}` } };
    return { ...actor({ rpps: '' }, as), reference: secretary };
  }
  const identifier = identifierOf(name);
  if (identifier === undefined) throw new Error(`no actor ${text}`);
  return actor(identifier, as);
}

/** What an operation is sent. */
export function asked({ actor: who, purpose = [], sameRights }: Shorthand, known: Known): JsonObject {
  const parameter = [
    ...(who === undefined ? [] : [{ name: 'actor', valueReference: actorNamed(who, known).reference }]),
    ...purpose.map((code: string) => ({ name: 'purpose', valueCode: code })),
    ...(sameRights === undefined ? [] : [{ name: 'same-rights', valueBoolean: sameRights }]),
  ];
  return { resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) };
}

/** By the member of a step that names what it makes. */
export const makers: Readonly<Record<string, Maker>> = {
  document: ({ type = '34112-3', date, labels, category, relates, more = {} }, known) => ({
    ...document(known.key, 'x', { identifier: identifier(known) }),
    type: typed(type),
    ...(date && { date: date.length === 10 ? `${date}T12:00:00+01:00` : date }),
    ...(labels && { securityLabel: labels.map(label) }),
    ...(category && { category: [coded(category, a03)] }),
    ...(relates && {
      relatesTo: Object.entries<string | readonly string[]>(relates).flatMap(([code, names]) =>
        [names].flat().map((name) => ({ code, target: { reference: referenceTo(name, known) } })),
      ),
    }),
    ...more,
  }),
  immunization: (step, known) => ({
    resourceType: 'Immunization',
    ...labelled(step),
    identifier: identifier(known),
    status: 'completed',
    vaccineCode: coded('J07BX03', 'http://www.whocc.no/atc'),
    patient: subject(known),
    occurrenceDateTime: step.date ?? '2026-10-01',
  }),
  allergy: (step, known) => ({
    resourceType: 'AllergyIntolerance',
    ...labelled(step),
    identifier: identifier(known),
    clinicalStatus: coded('active', 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'),
    code: coded('227493005', 'http://snomed.info/sct'),
    patient: subject(known),
    recordedDate: step.date ?? '2026-09-01',
  }),
  claim: (step, known) => ({
    resourceType: 'Claim',
    ...labelled(step),
    identifier: identifier(known),
    status: 'active',
    type: coded('professional', 'http://terminology.hl7.org/CodeSystem/claim-type'),
    use: 'claim',
    patient: subject(known),
    ...(step.period && { billablePeriod: step.period }),
    created: step.created ?? '2026-05-04',
    provider: { display: 'Cabinet' },
    priority: coded('normal', 'http://terminology.hl7.org/CodeSystem/processpriority'),
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'Assurance maladie' } }],
  }),
  ...recordTypes,
  consent: ({ kind = 'sharing', permit, deny, more = {} }, known) =>
    consent(
      kind,
      kind === 'delegation' ? undefined : known.key,
      provision(permit ? { type: 'permit', ...permit } : { type: 'deny', ...deny }, known),
      more,
    ),
  team: ({ members, more = {} }, known) => ({
    resourceType: 'CareTeam',
    status: 'active',
    subject: subject(known),
    participant: members.map(({ who, ...rest }: Body) => ({ member: actorNamed(who, known).reference, ...rest })),
    ...more,
  }),
  person: ({ relation = 'FRND', period, proof = true, more = {} }, known) => ({
    resourceType: 'RelatedPerson',
    active: true,
    patient: subject(known),
    relationship: [coded(relation, roleCode)],
    ...(period && { period }),
    ...(period &&
      proof && {
        extension: [
          {
            url: 'https://carnet.example/fhir/StructureDefinition/guardianship-proof',
            valueAttachment: { title: 'Livret de famille' },
          },
        ],
      }),
    ...more,
  }),
};
