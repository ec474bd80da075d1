// Questions that search otherwise than by one type and its parameters: at the root, in compartments, in texts and contained resources, in XML.
// https://hl7.org/fhir/R4/search.html, https://hl7.org/fhir/R4/compartmentdefinition.html
import { encodeQuery } from './parameters.ts';
import { type Created, get, never, type Question } from './question.ts';

const xml = { Accept: 'application/fhir+xml' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const posted = (path: string, query: string): Question => ({ method: 'POST', path, headers: form, body: encodeQuery(query) });

/** `GET [base]?…`: rows of several types in one order. */
export function rootQuestions(created: readonly Created[]): readonly Question[] {
  const patient = created.find(({ name }) => name === 'adult')?.id ?? never;
  const ids = created.filter((_, at) => at % 3 === 0).map(({ id }) => id);
  const queries = [
    '_type=Observation,Condition,Procedure&_total=accurate',
    '_type=DocumentReference,List&_count=3&_total=accurate',
    '_type=DocumentReference,Observation&_lastUpdated=ge2026-11-10T09:01:00Z',
    '_type=Observation,Encounter&_sort=-_lastUpdated&_count=2',
    '_type=Observation,Condition&_sort=_id&_count=2',
    '_type=AllergyIntolerance,Immunization,Communication&_summary=count',
    `_type=Observation,DiagnosticReport&patient=Patient/${patient}&_count=2`,
    `_id=${ids.join(',')}`,
    `_type=DocumentReference,List,Observation&_id=${ids.join(',')}&_total=accurate`,
    '_type=DocumentReference,AllergyIntolerance&_security=MASQUE_PS',
    '_type=DocumentReference,Condition&_security:not=MASQUE_PS&_count=4',
    '_type=DocumentReference,List&_content=lithotritie',
    '_type=Practitioner,Organization&_total=accurate',
    '_type=AuditEvent,Consent&_count=3',
    `_lastUpdated=ge2026-11-10T09:01:00Z&patient=Patient/${patient}`,
    '_count=0',
  ];
  return [
    ...queries.map((query) => get(`/?${encodeQuery(query)}`)),
    posted('/_search', queries[0] ?? ''),
    posted('/_search', queries[1] ?? ''),
  ];
}

export const kinds: readonly string[] = ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device'];
const members: readonly (readonly [type: string, query: string])[] = [
  ['Observation', '_total=accurate'],
  ['DocumentReference', '_count=3&_total=accurate'],
  ['Condition', 'code=73211009'],
  ['Procedure', '_summary=count'],
  ['AllergyIntolerance', ''],
  ['Encounter', 'class=EMER&_total=accurate'],
  ['Communication', '_sort=sent'],
  ['List', '_include=List:item&_count=2'],
  ['Consent', '_summary=count'],
  ['AuditEvent', '_count=2'],
  ['RelatedPerson', ''],
  ['*', '_count=5&_total=accurate'],
  ['*', '_type=Observation,Condition&_summary=count'],
];

/** Each compartment of the story, hidden, visible or unknown, and what it may hold in turns. */
export function compartmentQuestions(created: readonly Created[]): readonly Question[] {
  const owners = created.filter(({ type }) => kinds.includes(type));
  const all = [...kinds.map((type) => ({ type, id: never })), ...owners];
  return all.flatMap(({ type, id }, at) => {
    const some = type === 'Patient' ? members : members.filter((_, index) => (index + at) % 4 === 0);
    const asked = some.map(([member, query]) => get(`/${type}/${id}/${member}${query === '' ? '' : `?${encodeQuery(query)}`}`));
    return [...asked, posted(`/${type}/${id}/Observation/_search`, '_total=accurate')];
  });
}

/** Words in hidden and in visible documents: who reads the hidden one must not show in a rank, an order or a number. */
const texts = [
  'DocumentReference?_content=lithotritie',
  'DocumentReference?_content=lithotritie&_total=accurate&_count=1',
  'DocumentReference?_content=compte rendu&_total=accurate&_count=1',
  'DocumentReference?_content=lithotritie,coronarographie&_count=1',
  'DocumentReference?_content=coronarographie',
  'DocumentReference?_content=coronarographie&_summary=count',
  'DocumentReference?_content=lithotritie&_sort=date',
  'DocumentReference?_content=lithotrities&type=34112-3',
  'Observation?_content=ng',
  'Communication?_content=annoncer',
  'Communication?_content=bonjour&_total=accurate',
  'List?_content=suite',
  'Condition?_text=diabete',
  'DocumentReference?_text=rossignol',
  'Patient?_has:DocumentReference:patient:_content=coronarographie',
  'List?item:DocumentReference._content=coronarographie',
];

/** A name that stands only in a contained resource. */
const contained = [
  'Practitioner?family=Rossignol&_contained=true',
  'Practitioner?family=Rossignol&_contained=both&_containedType=contained',
  'Practitioner?family=Pinson&_contained=true&_containedType=contained&_total=accurate',
  'Practitioner?_contained=both&_total=accurate',
  'DocumentReference?author.family=Rossignol',
  'DocumentReference?author.given=Zoe&_total=accurate',
  'DocumentReference?author:Practitioner.name=Pinson',
];

const hospital = [
  'DocumentReference?patient.identifier=urn:oid:1.2.250.1.213.1.4.10|279035121518989&status=current&_total=accurate',
  'DocumentReference?patient.identifier=urn:oid:1.2.250.1.213.1.4.10|279035121518989&status=superseded&creation=ge2000',
  'DocumentReference?isArchived=true',
  'DocumentReference?isArchived=false&_total=accurate',
  'DocumentReference?period-start=ge2026&period-end=le2027',
  'List?patient.identifier=urn:oid:1.2.250.1.213.1.4.10|279035121518989&code=submissionset&status=current',
  'List?code=submissionset&designationType=34112-3',
  'List?code=submissionset&sourceId=urn:oid:1.2.3&_total=accurate',
  'List?source.family=Martin&code=submissionset',
  'List?authorOrg=Colline',
];

export function textQuestions(): readonly Question[] {
  return [...texts, ...contained, ...hospital].map((query) => get(`/${encodeQuery(query)}`));
}

/** The same in the other format: what is not there is not there in either. */
export function xmlQuestions(created: readonly Created[]): readonly Question[] {
  const ids = created.filter((_, at) => at % 4 === 0);
  const searches = [
    'DocumentReference?_total=accurate&_count=3',
    'Observation?_include=Observation:encounter',
    'DiagnosticReport?_include=DiagnosticReport:result&_format=xml',
    'List?_revinclude=Provenance:target&_summary=true',
    'Consent?_elements=status&_count=2',
    'AuditEvent?_count=2',
    'DocumentReference/_history?_count=3',
    '_history?_count=3',
  ];
  return [
    ...[{ type: 'DocumentReference', id: never }, ...ids].map(({ type, id }) => get(`/${type}/${id}`, xml)),
    ...searches.map((path) => get(`/${path}`, xml)),
  ];
}
