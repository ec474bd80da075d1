// Some thousands of rows as the server writes them: one large record, and two hundred like a small one, multiplied in the database.
// https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
import { BSON, type Db, type Document } from 'mongodb';
import { isObject, type JsonObject } from '../../src/fhir/json.ts';
import type { Carnet, Client, Reply } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { idIn, written } from '../interaction/ground.ts';
import { actor, consent, document, loinc, patient } from '../resources.ts';

export const database = `plans-${process.pid}`;
const [largeIns, smallIns] = ['279035121518989', '180067512345643'];
const finess = '750712184';
const rpps = { treating: '10003461033', specialist: '10000000010' };
const copies = { documents: 240, observations: 60, records: 200, traces: 40, versions: 200, practitioners: 400 };
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const terminology = 'http://terminology.hl7.org/CodeSystem';

export type Person = 'treating' | 'specialist' | 'holder' | 'relative' | 'hospital' | 'operator';
export type Ground = { readonly as: (name: Person) => Client; readonly ids: Readonly<Record<string, string>> };

/** Thirteen letters of an id, from a number. */
function letters(number: number): string {
  return Array.from({ length: 13 }, (_, at) => alphabet[Math.trunc(number / 32 ** (at % 6)) % 32]).join('');
}

type Words = ReadonlyMap<string | RegExp, string>;

/** The row's text with other words in it, some days earlier. */
function copied(row: Document, words: Words, days: number): Document {
  let text = BSON.EJSON.stringify(row, { relaxed: false });
  for (const [from, to] of words) text = text.replaceAll(from, to);
  const copy: Document = BSON.EJSON.parse(text, { relaxed: false });
  return days === 0 ? copy : earlier(copy, days);
}

function earlier(value: Document, days: number): Document {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, earlierValue(one, days)]));
}
function earlierValue(value: unknown, days: number): unknown {
  if (value instanceof Date) return new Date(value.getTime() - days * 86_400_000);
  if (Array.isArray(value)) return value.map((one) => earlierValue(one, days));
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype ? earlier(value, days) : value;
}

const codes = ['34112-3', '34112-3', '11502-2', '11488-4', '57833-6', '34112-3', '18748-4', '34133-9'];

function resourcesOf(key: string, practitioner: string): readonly JsonObject[] {
  const subject = { reference: `Patient/${key}` };
  const observation = (code: string, value: number): JsonObject => ({
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: `${terminology}/observation-category`, code: 'laboratory' }] }],
    code: { coding: [{ system: loinc, code }] },
    subject,
    effectiveDateTime: '2026-11-01',
    valueQuantity: { value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  });
  return [
    ...codes.map((code, at) =>
      document(key, code, {
        identifier: [{ system: 'urn:oid:1.2.3', value: `number-${at}-0` }],
        description: `Courrier ${at}`,
        author: [{ reference: `Practitioner/${practitioner}` }],
        ...(at === 5 ? { status: 'superseded' } : {}),
      }),
    ),
    observation('15074-8', 6.3),
    observation('2857-1', 4),
  ];
}

async function openRecord(
  people: Readonly<Record<string, Client>>,
  ins: string,
  practitioner: string,
): Promise<readonly string[]> {
  const { agent, hospital, treating } = people;
  const holder = people[ins];
  if (agent === undefined || hospital === undefined || treating === undefined || holder === undefined) throw new Error('nobody');
  const key = idIn(written(await agent.post('/Patient', patient(ins))));
  const wish = async (kind: string, provision: JsonObject, by: Client): Promise<Reply> =>
    written(await by.post('/Consent', consent(kind, key, provision)));
  await wish('opening', { type: 'permit' }, agent);
  await wish('sharing', { type: 'permit', actor: [actor({ rpps: rpps.treating }, 'PCP')] }, holder);
  await wish('sharing', { type: 'permit', actor: [actor({ rpps: rpps.specialist })] }, holder);
  const relative = idIn(
    written(
      await holder.post('/RelatedPerson', {
        ...{ resourceType: 'RelatedPerson', active: true, patient: { reference: `Patient/${key}` } },
        relationship: [{ coding: [{ system: `${terminology}/v3-RoleCode`, code: 'HUSB' }] }],
      }),
    ),
  );
  await wish('mandate', { type: 'permit', actor: [actor({ reference: `RelatedPerson/${relative}` })] }, holder);
  const ids = [key, relative];
  for (const [at, resource] of resourcesOf(key, practitioner).entries())
    ids.push(idIn(written(await (at % 4 === 3 ? treating : hospital).post(`/${resource.resourceType}`, resource))));
  const list = { resourceType: 'List', status: 'current', mode: 'working', subject: { reference: `Patient/${key}` } };
  const entry = [{ item: { reference: `DocumentReference/${ids[2]}` } }];
  ids.push(idIn(written(await hospital.post('/List', { ...list, date: '2026-11-02', entry }))));
  const report = {
    ...{ resourceType: 'DiagnosticReport', status: 'final', subject: { reference: `Patient/${key}` } },
    code: { coding: [{ system: loinc, code: '58410-2' }] },
    effectiveDateTime: '2026-11-01',
    result: [{ reference: `Observation/${ids[10]}` }],
  };
  ids.push(idIn(written(await hospital.post('/DiagnosticReport', report))));
  const { status } = await treating.patch(`/DocumentReference/${ids[5]}`, [
    { op: 'replace', path: '/status', value: 'superseded' },
  ]);
  if (status !== 200) throw new Error(`not patched: ${status}`);
  await treating.get(`/DocumentReference?patient=Patient/${key}`);
  return ids;
}

/** Further rows of one record: each with an id, a number and a day of its own. */
async function multiplyRows(db: Db, type: string, key: string, count: number): Promise<void> {
  const collection = db.collection<{ _id: string } & Document>(type);
  const rows = await collection.find({ rec: key }).toArray();
  const made = rows.flatMap((row, of) =>
    Array.from({ length: count }, (_, at) => {
      const number = (of + 1) * 100_000 + at + 1;
      const words: Words = new Map<string | RegExp, string>([
        [row.id ?? row._id, `${key}-${letters(number)}`],
        [/number-(\d)-0/g, `number-$1-${at + 1}`],
      ]);
      return copied(row, words, at + 1);
    }),
  );
  await collection.insertMany(made as ({ _id: string } & Document)[], { ordered: false });
}

const perRecord = [
  'Patient',
  'RelatedPerson',
  'Consent',
  'DocumentReference',
  'Binary',
  'Observation',
  'List',
  'DiagnosticReport',
  'AuditEvent',
];

/** The whole record again and again, under other keys and INS. */
async function multiplyRecord(db: Db, key: string): Promise<void> {
  const copy = async (name: string, filter: Document): Promise<void> => {
    const collection = db.collection<{ _id: string } & Document>(name);
    const rows = await collection.find(filter).toArray();
    const made = Array.from({ length: copies.records }, (_, at) => {
      const words = new Map([
        [key, letters(at + 1)],
        [smallIns, String(200_000_000_000_000 + at)],
      ]);
      return rows.map((row) => copied(row, words, 0));
    });
    if (rows.length > 0) await collection.insertMany(made.flat() as ({ _id: string } & Document)[], { ordered: false });
  };
  await copy('records', { _id: key });
  await copy('keys', { ids: key });
  await copy('history', { rec: key });
  for (const type of perRecord) await copy(type, { rec: key });
}

async function multiplyPeople(db: Db, id: string): Promise<void> {
  const collection = db.collection<{ _id: string } & Document>('Practitioner');
  const [row] = await collection.find({ _id: id }).toArray();
  if (row === undefined) throw new Error('no practitioner');
  const made = Array.from({ length: copies.practitioners }, (_, at) => {
    const words = new Map([
      [id, letters(at + 1)],
      [rpps.treating, String(20_000_000_000 + at)],
      ['martin', `m${letters(at)}`],
      ['Martin', `M${letters(at)}`],
    ]);
    return copied(row, words, at);
  });
  await collection.insertMany(made as ({ _id: string } & Document)[], { ordered: false });
}

export async function groundOf({ as }: Carnet, db: Db): Promise<Ground> {
  const people = {
    agent: as(claims.agent({ vitale: [cx(largeIns), cx(smallIns)] })),
    operator: as(claims.operator()),
    hospital: as(claims.structure(finess)),
    treating: as(claims.professional({ rpps: rpps.treating, name: 'Dr Claire Martin' })),
    specialist: as(claims.professional({ rpps: rpps.specialist })),
    [largeIns]: as(claims.holder(cx(largeIns))),
    [smallIns]: as(claims.holder(cx(smallIns))),
    holder: as(claims.holder(cx(largeIns))),
  };
  const practitioner = idIn(
    written(
      await people.operator.post('/Practitioner', {
        resourceType: 'Practitioner',
        active: true,
        identifier: [{ system: 'https://rpps.esante.gouv.fr', value: rpps.treating }],
        name: [{ family: 'Martin', given: ['Claire'] }],
      }),
    ),
  );
  const small = await openRecord(people, smallIns, practitioner);
  await multiplyRecord(db, small[0] ?? '');
  const large = await openRecord(people, largeIns, practitioner);
  const [key = '', relative = ''] = large;
  await multiplyRows(db, 'DocumentReference', key, copies.documents);
  await multiplyRows(db, 'Observation', key, copies.observations);
  await multiplyRows(db, 'AuditEvent', key, copies.traces);
  await multiplyRows(db, 'history', key, copies.versions);
  await multiplyPeople(db, practitioner);
  return {
    as: (name) => (name === 'relative' ? as(claims.related(relative)) : people[name]),
    ids: { key, practitioner, document: large[2] ?? '', revised: large[5] ?? '', observation: large[10] ?? '' },
  };
}
