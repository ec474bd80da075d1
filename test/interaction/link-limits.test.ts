// What links and includes find has a limit; what the caller may not see does not count towards it.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#include
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { actor, consent, loinc, visibility } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';
import { encoded } from './search-world.ts';

const database = 'test-link-limits';
const many = 2001;
let ground: Ground;
const ids: Record<string, string> = {};

/** Beside what is deposited, as many copies of it: only their ids, and whom they name as performer, are their own. */
async function multiply(id: string): Promise<void> {
  const client = await MongoClient.connect(process.env.TEST_MONGODB_URI ?? '');
  const rows = client.db(database).collection<{ _id: string; idx: string[] }>('Observation');
  const row = await rows.findOne({ _id: id });
  if (row === null) throw new Error('nothing to copy');
  const digits = 'abcdefghij';
  const copies = Array.from({ length: many }, (_, at) => {
    const own = String(at)
      .padStart(13, '0')
      .replace(/\d/g, (digit) => digits[Number(digit)] ?? '');
    const idx = row.idx.map((entry) => (entry.startsWith('performer|Practitioner/') ? `performer|Practitioner/${own}` : entry));
    return { ...row, _id: `${ground.key}-${own}`, idx };
  });
  await rows.insertMany(copies);
  await client.close();
}

beforeAll(async () => {
  ground = await openGround({}, { database });
  const hospital = ground.as('hospital');
  const subject = { reference: `Patient/${ground.key}` };
  const deposit = async (name: string, resource: object): Promise<void> => {
    ids[name] = idIn(written(await hospital.post(`/${Object.values(resource)[0]}`, { ...resource, subject })));
  };
  const kind = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' };
  await deposit('stay', { resourceType: 'Encounter', status: 'finished', class: kind });
  const common = { status: 'final', encounter: { reference: `Encounter/${ids.stay}` } };
  const code = (text: string) => ({ coding: [{ system: loinc, code: text }] });
  await deposit('one', { resourceType: 'Observation', ...common, code: code('2339-0') });
  const hidden = {
    meta: { security: [{ system: visibility, code: 'MASQUE_PS' }] },
    performer: [{ reference: 'Practitioner/x' }],
  };
  await deposit('masked', { resourceType: 'Observation', ...common, ...hidden, code: code('7917-8') });
  const result = [{ reference: `Observation/${ids.one}` }];
  await deposit('report', { resourceType: 'DiagnosticReport', status: 'final', code: code('58410-2'), result });
  const shared = consent('sharing', ground.key, { type: 'permit', actor: [actor({ rpps: '10000000010' })] });
  written(await ground.as('holder').post('/Consent', shared));
  await multiply(ids.masked ?? '');
}, 60_000);
afterAll(async () => await ground.stop());

async function asked(client: Client, query: string): Promise<Reply> {
  const filled = query.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ground.key);
  const at = filled.indexOf('?');
  return await client.get(`/${filled.slice(0, at)}?${encoded(filled.slice(at + 1))}`);
}

describe.each([
  ['DiagnosticReport?result.status=final', 'http.result.status', 1],
  ['DiagnosticReport?result.encounter.class=IMP', 'http.result.encounter.class', 1],
  ['Practitioner?_has:Observation:performer:status=final', 'http._has:Observation:performer:status', 0],
  ['Encounter?_id={stay}&_revinclude=Observation:encounter', 'http._revinclude', 2],
  ['Encounter?_id={stay}&_revinclude:iterate=*', 'http._revinclude', undefined],
] as const)('%s', (query, at, count) => {
  it('is too much for whoever sees all', async () => {
    const reply = await asked(ground.as('doctor'), query);
    expectOutcome(reply, 400, at);
    expect(reply.body.issue[0].code).toBe('too-costly');
  });

  it('is answered to whoever sees little', async () => {
    const reply = await asked(ground.as('stranger'), query);
    expect(reply.status).toBe(200);
    if (count !== undefined) expect((reply.body.entry ?? []).length).toBe(count);
  });
});

// The same for whoever sees all: the links lead from one record, or from what is named.
it.each([
  ['DiagnosticReport?patient={key}&result.status=final', 1],
  ['DiagnosticReport?_id={report}&result.encounter.class=IMP', 1],
  ['Encounter?patient={key}&_has:Observation:encounter:status=final', 1],
  ['Patient?_id={key}&_has:Observation:patient:code=7917-8', 1],
  ['Observation?patient={key}&encounter.class=IMP&_summary=count', 0],
])('%s is answered', async (query, count) => {
  const reply = await asked(ground.as('doctor'), query);
  expect([reply.status, (reply.body.entry ?? []).length]).toEqual([200, count]);
  if (query.includes('_summary=count')) expect(reply.body.total).toBe(many + 2);
});

it('many hidden rows before the few that are seen leave their page, its total and its links as they are', async () => {
  const [few, all] = [ground.as('stranger'), ground.as('doctor')];
  for (const sort of ['', '&_sort=_id', '&_sort=-_lastUpdated', '&_sort=code']) {
    const reply = await asked(few, `Observation?patient={key}&_count=1&_total=accurate${sort}`);
    expect([reply.status, reply.body.total, reply.body.entry.length]).toEqual([200, 1, 1]);
    expect(reply.body.link.map(({ relation }: Body) => relation)).toEqual(['self']);
  }
  expect((await asked(all, 'Observation?patient={key}&_count=1&_total=accurate')).body.total).toBe(many + 2);
  const nothing = await asked(few, 'Observation?patient={key}&code=7917-8&_count=500&_total=accurate');
  expect([nothing.status, nothing.body.total, nothing.body.entry]).toEqual([200, 0, undefined]);
});
