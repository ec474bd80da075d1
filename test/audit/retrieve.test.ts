// Who finds which traces by each search parameter: the holder all of his record, his médecin traitant likewise, a professional his own acts, others none.
// https://profiles.ihe.net/ITI/TF/Volume2/ITI-81.html, https://hl7.org/fhir/R4/auditevent.html#search
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { ins, otherFiness } from '../interaction/ground.ts';
import { encoded } from '../interaction/search-world.ts';
import { testIns } from '../resources.ts';
import { type Acted, openActed, type Person, rpps } from './acted.ts';

let acted: Acted;
beforeAll(async () => {
  acted = await openActed();
});
afterAll(async () => await acted.ground.stop());

/** By the names of openActed; of what the search itself leaves, and of what was prepared, nothing. */
const ofDoctor = ['read', 'vread', 'history', 'search', 'system', 'emergency', 'card', 'create', 'secretary'];
const ofHospital = ['update', 'patch', 'delete'];
const all = [...ofDoctor, ...ofHospital, 'refused', 'nurse', 'traces'];
const balp = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit';

const questions: readonly (readonly [query: string, found: readonly string[]])[] = [
  ['patient=Patient/{key}', all],
  [`patient.identifier=${testIns}|${ins}`, all],
  [`patient.identifier=${testIns}|180067512345643`, []],
  ['patient:identifier=x', []],
  ['date=ge2026-11-26T09:00:18Z', []],
  ['date=ge2026-11-26T09:00:01Z&date=lt2026-11-26T09:00:03Z', ['read', 'vread']],
  [`agent:identifier=https://rpps.esante.gouv.fr|${rpps}`, ofDoctor],
  [`agent:identifier=${otherFiness}`, ofHospital],
  [`agent.identifier=https://rpps.esante.gouv.fr|${rpps}`, ofDoctor],
  [`agent.identifier=${otherFiness},https://issuer.example|nadia`, [...ofHospital, 'secretary']],
  ['agent:identifier=https://issuer.example|logiciel-cabinet', ofDoctor.filter((name) => name !== 'card')],
  [`agent:identifier=https://issuer.example|nadia`, ['secretary']],
  ['agent-name=dr claire', ofDoctor],
  ['agent-name:contains=colin', ['secretary']],
  ['agent-role=60', ['nurse']],
  ['agent-role=https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale|SM54', ofDoctor],
  ['address=127.0.0.1', all],
  ['address=192.0.2.1', []],
  ['action=D', ['delete']],
  ['action=C,U', ['create', 'secretary', 'update', 'patch']],
  ['type=http://terminology.hl7.org/CodeSystem/audit-event-type|rest', all],
  ['subtype=vread', ['vread']],
  ['entity=DocumentReference/{id}', ['read', 'vread', 'history', 'search', 'system', 'emergency', 'card']],
  ['entity=DocumentReference/{id}&action=E', ['search', 'system']],
  ['entity:identifier=patch', ['patch']],
  ['entity.identifier=patch', ['patch']],
  ['entity-name=statute', all],
  ['entity-type=http://hl7.org/fhir/resource-types|DocumentReference', ['history', 'search', 'system']],
  ['entity-role=http://terminology.hl7.org/CodeSystem/object-role|1', all.filter((name) => name !== 'refused')],
  ['outcome=4', ['refused']],
  ['outcome=0', all.filter((name) => name !== 'refused')],
  ['policy=urn:ietf:params:oauth:jti:jeton-2', ['emergency']],
  ['site=carnet.test', all],
  ['source:identifier=http://carnet.test/fhir', all],
  ['source.identifier=http://carnet.test/fhir&agent.identifier=x', []],
  ['altid=x', []],
  [`_profile=${balp}.PatientRead`, ['read', 'vread', 'emergency', 'card', 'nurse']],
  [`_has:Provenance:target:_id=x`, []],
];

const filled = (query: string): string => query.replaceAll('{key}', acted.ground.key).replaceAll('{id}', acted.id);

/** When openActed acted. */
const acts = 'date=ge2026-11-26T09:00:01Z&date=lt2026-11-26T09:00:18Z';

/** Names of the requests whose traces are found. */
async function found(person: Person, query: string): Promise<readonly string[]> {
  const { status, body, text } = await acted.as(person).get(`/AuditEvent?${encoded(filled(query))}&${acts}&_count=100`);
  if (status !== 200) return [`${status} ${text.slice(0, 300)}`];
  const ids: readonly string[] = (body.entry ?? []).map(({ resource }: Body) => resource.entity[0].what.identifier.value);
  return ids.filter((id) => all.includes(id)).toSorted();
}

describe('the holder', () => {
  test.each(questions)('%s', async (query, names) => {
    expect(await found('holder', query)).toEqual(names.toSorted());
  });
});

describe('others', () => {
  // Acts within the record and of no record; the traces of the other are not theirs.
  const seen: Readonly<Record<'doctor' | 'nurse' | 'stranger' | 'hospital', readonly string[]>> = {
    doctor: all,
    nurse: ['nurse'],
    stranger: ['refused'],
    hospital: [],
  };
  test.each(['doctor', 'nurse', 'stranger', 'hospital'] as const)('%s', async (person) => {
    for (const [query, names] of questions.filter(([asked]) => !asked.startsWith('patient.identifier')))
      expect([query, await found(person, query)]).toEqual([
        query,
        names.filter((name) => seen[person].includes(name)).toSorted(),
      ]);
  });

  it('are refused where they read nothing', async () => {
    for (const person of ['secretary', 'operator'] as const)
      expect((await acted.as(person).get(`/AuditEvent?patient=${acted.ground.key}`)).status).toBe(403);
  });

  it('find their own acts alone by his number', async () => {
    const query = `patient.identifier=${testIns}|${ins}`;
    expect(await found('nurse', query)).toEqual(['nurse']);
    expect(await found('doctor', query)).toEqual(all.toSorted());
    expect(await found('hospital', query)).toEqual([]);
  });
});

it('is traced itself, once for each page, and the pages are those of the first', async () => {
  const holder = acted.as('holder');
  const before = (await holder.get(`/AuditEvent?patient=${acted.ground.key}&_summary=count`)).body.total;
  const ids: string[] = [];
  let pages = 0;
  for (let next: string | undefined = `/AuditEvent?patient=${acted.ground.key}&_count=40`; next !== undefined; pages += 1) {
    acted.later();
    const { body }: { body: Body } = await holder.get(next);
    ids.push(...body.entry.map(({ resource }: Body) => resource.id));
    next = body.link.find(({ relation }: Body) => relation === 'next')?.url;
  }
  // The count's own trace is the last before the first page.
  expect([ids.length, new Set(ids).size]).toEqual([before + 1, before + 1]);
  expect((await holder.get(`/AuditEvent?patient=${acted.ground.key}&_summary=count`)).body.total).toBe(before + 1 + pages);
});
