// Questions that read over a link: chains, `_has`, includes. Each row on the way must be the caller's to see.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has, https://hl7.org/fhir/R4/search.html#include
import type { Conformance, TypeCapability } from '../../src/conformance/conformance.ts';
import { encodeQuery, escaped } from './parameters.ts';
import { type Created, get, never, type Question } from './question.ts';

/** What hidden and visible resources of a type say. */
const ends: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    'name=Lef',
    'birthdate=lt1990',
    'birthdate=gt1970',
    'gender=male',
    'identifier=urn:oid:1.2.250.1.213.1.4.10|180067512345643',
  ],
  Practitioner: ['name=Martin', 'identifier=10003461033', 'active=true'],
  Organization: ['name=H'],
  DocumentReference: ['type=34112-3', 'description=ancienne', 'status=superseded', 'type=57833-6', 'description:missing=false'],
  RelatedPerson: ['name=Jean', 'relationship=HUSB'],
  CareTeam: ['status=active'],
  Encounter: ['class=EMER', 'class:not=IMP'],
  Observation: ['code=15074-8', 'code=2857-1', 'value-quantity=gt4', 'status:missing=true', 'code:not=8867-4'],
  DiagnosticReport: ['code=58410-2', 'code=24627-2'],
  Procedure: ['status=completed', 'code=64915003'],
  Condition: ['code=73211009', 'recorded-date=ge2026-08-04'],
  AllergyIntolerance: ['code=227493005', 'clinical-status=active'],
  FamilyMemberHistory: ['relationship=FTH'],
  Communication: ['sent=ge2026-11', 'status=completed'],
  Claim: ['created=2026-11-01'],
  ExplanationOfBenefit: ['created=2026-11-01', 'status=active'],
  Consent: ['status=active', 'category=sharing'],
  List: ['title=mixed', 'status=current'],
  Device: ['status=active'],
  Location: ['name=Colline'],
  HealthcareService: ['name=Cardiologie'],
  PractitionerRole: ['active=true'],
  MedicationRequest: ['status=completed'],
  MedicationDispense: ['status=completed', 'whenhandedover=lt2024'],
  Composition: ['title=Synth'],
  Provenance: ['recorded=ge2026'],
  AuditEvent: ['date=ge2026', 'action=R'],
  Bundle: ['type=document'],
};

const endIn = (type: string, at: number): string | undefined => ends[type]?.[at % (ends[type]?.length ?? 1)];

/** One step from every reference parameter to the types that it leads to: where they are many, to a third of them in turns. */
function chains({ types }: Conformance, { type, search }: TypeCapability): readonly string[] {
  return [...search.values()]
    .filter((parameter) => parameter.type === 'reference')
    .flatMap(({ code, target }) => {
      const led = target.filter((one) => types.has(one));
      const some = led.length > 8 ? led.filter((_, at) => at % 3 === (type.length + code.length) % 3) : led;
      return some.map((one) => [code, one] as const);
    })
    .flatMap(([code, one], at) => {
      const end = endIn(one, at);
      return end === undefined ? [] : [`${code}:${one}.${escaped(end)}`];
    });
}

/** What refers to a resource of the type: a third of all that may, in turns. */
function reverse({ type, revincludes }: TypeCapability): readonly string[] {
  const links = [...revincludes].filter((link) => /^\w+:[\w-]+$/.test(link));
  return links.flatMap((link, at) => {
    const end = endIn(link.split(':')[0] ?? '', at);
    return end === undefined || at % 3 !== type.length % 3 ? [] : [`_has:${link}:${escaped(end)}`];
  });
}

/** Two at a time, and every third again for what is included itself. */
function includes({ includes: named, revincludes }: TypeCapability): readonly string[] {
  const all = [...[...named].map((name) => `_include=${name}`), ...[...revincludes].map((name) => `_revinclude=${name}`)];
  const pairs = all.map((_, at) => all.slice(at, at + 2)).filter((_, at) => at % 2 === 0);
  return pairs.flatMap((pair, at) => {
    const query = `${pair.join('&')}&_count=50`;
    return at % 3 === 0 ? [query, query.replaceAll('include=', 'include:iterate=')] : [query];
  });
}

/** Links over links, as a reader would write them who looks for what is hidden. */
const deep: readonly (readonly [type: string, query: string])[] = [
  ['Procedure', 'encounter.class=EMER'],
  ['Procedure', 'encounter:below=Encounter/{stay}'],
  ['Encounter', 'part-of:below=Encounter/{stay}&_total=accurate'],
  ['Procedure', 'encounter:Encounter.subject:Patient.name=Lef'],
  ['Procedure', 'encounter:Encounter._has:Procedure:encounter:code=80146002'],
  ['DiagnosticReport', 'result.code=2857-1'],
  ['DiagnosticReport', 'result:Observation.code:not=2857-1'],
  ['DiagnosticReport', 'result:Observation.value-quantity=gt4'],
  ['DiagnosticReport', 'result:Observation.value-quantity=gt6'],
  ['DiagnosticReport', 'result:Observation.encounter:Encounter.class=IMP'],
  ['DiagnosticReport', 'result:Observation.subject:Patient.birthdate=lt1990&_sort=-date'],
  ['MedicationDispense', 'prescription.status=completed'],
  ['MedicationDispense', 'prescription:MedicationRequest.authoredon=lt2024'],
  ['Encounter', '_has:Procedure:encounter:code=80146002'],
  ['Encounter', '_has:Observation:encounter:_has:DiagnosticReport:result:code=24627-2'],
  ['Observation', '_has:DiagnosticReport:result:code=24627-2'],
  ['Observation', '_has:DiagnosticReport:result:_id:missing=false'],
  ['Patient', '_has:Observation:patient:code=2857-1'],
  ['Patient', '_has:Observation:patient:value-quantity=lt5.1'],
  ['Patient', '_has:Observation:patient:value-quantity=lt4.9'],
  ['Patient', '_has:Condition:patient:code=73211009'],
  ['Patient', '_has:Condition:patient:code:not=44054006'],
  ['Patient', '_has:AllergyIntolerance:patient:_id:missing=false'],
  ['Patient', '_has:DocumentReference:patient:_has:List:item:title=mixed'],
  ['Patient', '_has:Encounter:subject:_has:Procedure:encounter:status=completed'],
  ['Patient', '_has:AuditEvent:patient:agent:Practitioner.name=Martin'],
  ['Patient', '_has:Consent:patient:status=active&_summary=count'],
  ['Practitioner', '_has:DocumentReference:author:type=34112-3'],
  ['Practitioner', '_has:CareTeam:participant:status=active'],
  ['DocumentReference', '_has:List:item:status=current&_total=accurate'],
  ['DocumentReference', '_has:Provenance:target:recorded=ge2026'],
  ['DocumentReference', '_has:DocumentReference:relatesto:status=current'],
  ['DocumentReference', 'relatesto:DocumentReference.description=ancienne'],
  ['DocumentReference', 'patient._has:Observation:patient:code=2857-1'],
  ['DocumentReference', 'patient._has:Condition:patient:code=73211009&_count=2'],
  ['DocumentReference', 'subject:Patient._has:RelatedPerson:patient:name=Jean'],
  ['List', 'item:DocumentReference.description=ancienne'],
  ['List', 'item:DocumentReference._has:Provenance:target:recorded=ge2026'],
  ['List', 'item:List.item:DocumentReference.type=34112-3&_summary=count'],
  ['Composition', 'entry:Procedure.code=64915003'],
  ['Composition', 'entry:Observation.value-quantity=5'],
  ['Provenance', 'target:List.item:DocumentReference.type=34112-3'],
  ['AuditEvent', 'entity:DocumentReference.type=57833-6'],
  ['AuditEvent', 'patient._has:Condition:patient:code=73211009&_count=3'],
  ['CareTeam', 'participant:Practitioner.name=Martin'],
  ['RelatedPerson', 'patient._has:Observation:patient:code=2857-1'],
  ['DiagnosticReport', '_include=*&_revinclude=*&_count=5'],
  [
    'DiagnosticReport',
    '_include=DiagnosticReport:result&_include:iterate=Observation:encounter&_revinclude:iterate=Procedure:encounter',
  ],
  ['List', '_include=List:item&_include:iterate=List:item&_revinclude:iterate=Provenance:target'],
  ['List', '_include=List:item:DocumentReference&_count=2'],
  ['DocumentReference', '_revinclude=List:item&_revinclude:iterate=Provenance:target&_count=3'],
  ['DocumentReference', '_include=DocumentReference:*&_revinclude=DocumentReference:*&_count=4'],
  ['Patient', '_revinclude=*'],
  ['Encounter', '_revinclude=Observation:*&_revinclude=Procedure:encounter&_count=1'],
];

/** `{name}`: the id of what has that name in the story. */
export function deepQuestions(created: readonly Created[]): readonly Question[] {
  const ids = new Map(created.map(({ name, id }) => [name, id]));
  const filled = (query: string): string => query.replace(/\{(\w+)\}/g, (_, name: string) => ids.get(name) ?? never);
  return deep.map(([type, query]) => get(`/${type}?${encodeQuery(filled(query))}`));
}

export function linkQuestions(conformance: Conformance, capability: TypeCapability): readonly Question[] {
  const queries = [...chains(conformance, capability), ...reverse(capability), ...includes(capability)];
  return queries.map((query) => get(`/${capability.type}?${query}`));
}
