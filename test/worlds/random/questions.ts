// What both worlds are asked in the same words, about what is seen, what is hidden and what never was.
// https://hl7.org/fhir/R4/http.html
import { depositsOf } from '../../oracle/envelope.ts';
import { nameOf, type World } from '../../oracle/world.ts';
import type { Request } from './servers.ts';

const types = [
  'DocumentReference',
  'Observation',
  'Immunization',
  'List',
  'Composition',
  'Condition',
  'DiagnosticReport',
  'AllergyIntolerance',
  'Procedure',
  'MedicationRequest',
  'MedicationDispense',
  'MedicationStatement',
  'ExplanationOfBenefit',
  'Encounter',
  'Communication',
  'FamilyMemberHistory',
  'Consent',
  'CareTeam',
  'RelatedPerson',
];

/** All of a type that there is to see, each with its exact number. */
export function searches({ key }: World, names: readonly string[]): readonly string[] {
  const there = new Set(names.map((name) => name.split('/')[0]));
  return [
    `Patient?_id=${key}`,
    ...types.filter((type) => there.has(type)).map((type) => `${type}?patient=Patient/${key}&_count=50&_total=accurate`),
  ];
}

/** `pick`: a number below, drawn for this world; `traced`: both have the same traces, what was refused has left some in one of them alone. */
export function lookups(
  world: World,
  hidden: ReadonlySet<string>,
  pick: (below: number) => number,
  traced: boolean,
): readonly string[] {
  const { key } = world;
  const names = depositsOf(world).map(nameOf);
  const any = (list: readonly string[]): string => list[pick(list.length)] ?? `DocumentReference/${key}-zzzzzzzzzzzzz`;
  const secret = [...hidden];
  const one = secret.length === 0 ? any(names) : any(secret);
  const other = any(names);
  const [type = '', id = ''] = one.split('/');
  const patient = `patient=Patient/${key}`;
  const forms = [
    other,
    `${type}?_id=${id}`,
    `${other}/_history`,
    `${one}/_history/1`,
    `DocumentReference?${patient}&_sort=-date,_id&_count=2&_total=accurate`,
    `DocumentReference?${patient}&type=http://loinc.org|34112-3&_summary=count`,
    `DocumentReference?${patient}&_include=DocumentReference:relatesto&_revinclude=List:item`,
    `DocumentReference?${patient}&relatesto=${one.startsWith('DocumentReference') ? one : `DocumentReference/${key}-zzzzzzzzzzzzz`}`,
    `DocumentReference?${patient}&relatesto:DocumentReference.type=34112-3&_total=accurate`,
    `List?${patient}&item=${one}`,
    `List?${patient}&_include=List:item`,
    `Composition?${patient}&_include=Composition:entry&_total=accurate`,
    `Composition?${patient}&entry=${one}`,
    `Patient?_id=${key}&_has:DocumentReference:patient:type=34112-3`,
    `Patient?_id=${key}&_has:${type === 'Patient' ? 'Observation' : type}:patient:_id=${id}`,
    `Patient?_id=${key}&_revinclude=DocumentReference:patient&_revinclude=Observation:patient&_revinclude=Consent:patient`,
    `Observation?${patient}&_sort=date&_elements=status&_total=accurate`,
    `Observation?patient.gender=female&${patient}`,
    `DocumentReference?${patient}&date=lt2026-07-01&_total=accurate`,
    `DocumentReference?${patient}&security-label=MASQUE_PS&_total=accurate`,
    `DocumentReference?${patient}&status=superseded&_total=accurate`,
    `Consent?${patient}&_include=Consent:data&_total=accurate`,
    `Patient/${key}/DocumentReference?_total=accurate`,
    ...(traced ? [`AuditEvent?${patient}&_summary=count`] : []),
  ];
  return [one, ...Array.from({ length: 6 }, () => forms[pick(forms.length)] ?? '')];
}

export const batchOf = (urls: readonly string[]): Request => ({
  method: 'POST',
  path: '',
  body: { resourceType: 'Bundle', type: 'batch', entry: urls.map((url) => ({ request: { method: 'GET', url } })) },
});

/** Asked apart from the batch: pages, a conditional read, and writes that find nothing. */
export function alone(world: World, hidden: ReadonlySet<string>, pick: (below: number) => number): readonly Request[] {
  const names = depositsOf(world).map(nameOf);
  const secret = [...hidden];
  const one = (secret.length === 0 ? names : secret)[pick(secret.length === 0 ? names.length : secret.length)] ?? '';
  // On what he sees they might well be done.
  const writes: readonly Request[] = [
    { method: 'DELETE', path: `/${one}` },
    { method: 'PATCH', path: `/${one}`, body: [{ op: 'add', path: '/language', value: 'fr' }] },
  ];
  const all: readonly Request[] = [
    { method: 'GET', path: `/${one}` },
    { method: 'GET', path: `/${one}`, headers: { 'If-None-Match': 'W/"1"' } },
    { method: 'GET', path: `/DocumentReference?patient=Patient/${world.key}&_count=1&_total=accurate` },
    { method: 'GET', path: `/Observation?patient=Patient/${world.key}&_count=1` },
    { method: 'GET', path: `/${one}/_history` },
    ...(secret.length === 0 ? [] : writes),
  ];
  return [all[pick(all.length)] ?? { method: 'GET', path: `/${one}` }];
}
