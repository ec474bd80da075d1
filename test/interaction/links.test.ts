// Chains, `_has` and includes, by callers who see everything and by those who see less, by GET and POST: test/cases/search/links.json.
// https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has, https://hl7.org/fhir/R4/search.html#include
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims, cx } from '../identity/issuer.ts';
import { visibility } from '../resources.ts';
import { finess, ins } from './ground.ts';
import {
  asSent,
  comparable,
  encoded,
  openSearchWorld,
  type Realm,
  realms,
  type SearchWorld,
  searched,
  searchedByPost,
  table,
} from './search-world.ts';

/** `included`: absent where nothing was asked for. */
type Row = readonly [query: string, found: readonly string[], section: string, included?: readonly string[]];
type Refused = readonly [query: string, code: string, at: string, section: string];
type Caller = 'doctor' | 'tester' | 'colleague' | 'holder' | 'hospital' | 'stranger' | 'limited';
const tables: Readonly<Record<'everybody' | Caller, readonly Row[]>> & { readonly refused: readonly Refused[] } = table('links');

let world: SearchWorld;
let people: Readonly<Record<Caller, Client>>;
beforeAll(async () => {
  world = await openSearchWorld('links-world');
  const { as } = world.carnet;
  people = {
    doctor: world.asker('national'),
    tester: world.asker('testers'),
    // The record of Anne is shared with her; nothing masked is.
    colleague: as(claims.professional({ rpps: '10000000020' })),
    holder: as(claims.holder(cx(ins))),
    hospital: as(claims.structure(finess)),
    stranger: as(claims.professional({ rpps: '10000000010' })),
    limited: as(claims.professional({ rpps: '10003461033', scope: 'user/Observation.rs user/DiagnosticReport.rs' })),
  };
}, 60_000);
afterAll(async () => await world.carnet.stop());

const typeOf = (query: string): string => query.slice(0, query.indexOf('?'));
const parametersOf = (query: string): string => query.slice(query.indexOf('?') + 1);

async function ask(client: Client, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const [type, parameters] = [typeOf(query), parametersOf(query)];
  const reply = await searched(client, type, parameters, headers);
  const posted = await searchedByPost(client, type, parameters, headers);
  expect(comparable(withoutTraces(posted))).toEqual(comparable(withoutTraces(reply)));
  return reply;
}

/** A wildcard includes the trace of the question before. */
function withoutTraces(reply: Reply): Reply {
  const { entry, ...body } = reply.body;
  const others = entry?.filter(({ resource }: Body) => resource.resourceType !== 'AuditEvent');
  return { ...reply, body: { ...body, entry: others } };
}

async function expectRow(client: Client, realm: Realm, [text, found, , included = []]: Row): Promise<void> {
  const query = world.written(text, realm);
  const reply = await ask(client, query);
  expect({ status: reply.status, text: reply.status === 200 ? '' : reply.text }).toEqual({ status: 200, text: '' });
  expect(world.names(reply, realm).toSorted()).toEqual(found.toSorted());
  expect(world.names(reply, realm, 'include').toSorted()).toEqual(included.toSorted());
  if (query.includes('_total=accurate')) expect(reply.body.total).toBe(found.length);
  const [{ url }] = reply.body.link;
  expect(asSent(url)).toEqual(asSent(`http://carnet.test/fhir/${typeOf(query)}?${encoded(parametersOf(query))}`));
  const entries: readonly Body[] = reply.body.entry ?? [];
  expect(new Set(entries.map(({ fullUrl }) => fullUrl)).size).toBe(entries.length);
}

describe.each(realms)('whoever sees everything, %s', (realm) => {
  it.each(tables.everybody)('%s: %p (%s)', async (...row) => await expectRow(world.asker(realm), realm, row));
});

it.each(tables.tester)('tester, %s: %p (%s)', async (...row) => await expectRow(people.tester, 'testers', row));

describe.each(['doctor', 'colleague', 'holder', 'hospital', 'stranger', 'limited'] as const)('%s', (caller) => {
  it.each(tables[caller])('%s: %p (%s)', async (...row) => await expectRow(people[caller], 'national', row));
});

describe('refusals depend on the request alone', () => {
  it.each(tables.refused)('%s: %s at %s (%s)', async (query, code, at) => {
    for (const client of [people.doctor, people.stranger, people.tester]) {
      const reply = await ask(client, query);
      expectOutcome(reply, 400, at);
      expect(reply.body.issue[0].code).toBe(code);
    }
    const lenient = await ask(people.doctor, query, { Prefer: 'handling=lenient' });
    expect(lenient.status).toBe(code === 'not-supported' ? 200 : 400);
    if (lenient.status === 200) expect(lenient.body.link[0].url).toBe(`http://carnet.test/fhir/${typeOf(query)}`);
  });

  it.each([
    ['more than 32 links', Array.from({ length: 5 }, () => `${'part-of.'.repeat(7)}status=finished`).join('&')],
    ['a name of more than 512 characters', `${'x'.repeat(513)}=1`],
    ['more than 64 parameters', Array.from({ length: 65 }, () => 'class=IMP').join('&')],
    ['more than 200 values', `part-of.class=${Array.from({ length: 201 }, (_, at) => at).join(',')}`],
    ['a value of more than 4000 characters', `_has:Observation:encounter:code=${'x'.repeat(4001)}`],
  ])('%s', async (_title, parameters) => {
    const reply = await people.doctor.send(
      'POST',
      '/Encounter/_search',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      encoded(parameters),
    );
    expectOutcome(reply, 400);
    expect(reply.body.issue[0].code).toBe('too-costly');
  });

  it('callers who read nothing are refused before a link is followed', async () => {
    for (const client of [world.carnet.as(claims.feeder()), world.carnet.as(claims.agent())])
      for (const query of ['Observation?patient.family=Lef', 'Patient?_has:Observation:patient:code=2339-0'])
        expectOutcome(await ask(client, query), 403);
  });
});

it('what is unknown is left out of self, and the rest is applied', async () => {
  const query =
    'Observation?patient.family=Lefort&patient.nothing=x&_has:Robot:subject:code=1&_include:recurse=Observation:patient';
  const reply = await ask(people.doctor, query, { Prefer: 'handling=lenient' });
  expect(world.names(reply, 'national')).toEqual(['brunoGlucose']);
  expect(asSent(reply.body.link[0].url)).toEqual(asSent('http://carnet.test/fhir/Observation?patient.family=Lefort'));
});

it('each page includes what its own rows refer to', async () => {
  const pages: [readonly string[], readonly string[]][] = [];
  let address: string | undefined =
    '/Observation?_has:DiagnosticReport:result:status=final&_sort=date&_count=1&_include=Observation:encounter';
  while (address !== undefined) {
    const reply: Reply = await people.doctor.get(address);
    pages.push([world.names(reply, 'national'), world.names(reply, 'national', 'include')]);
    address = reply.body.link.find(({ relation }: Body) => relation === 'next')?.url;
  }
  expect(pages).toEqual([
    [['virus'], ['crisis']],
    [['glucose'], ['stay']],
    [['sodium'], ['visit']],
  ]);
});

/** Whatever is asked of all records finds in one of them what it finds there when this is named: links are then followed from fewer rows. */
describe('in one record', () => {
  const rows = [...tables.everybody, ...tables.doctor].filter(([, , , included]) => included === undefined);
  const ofRecord = ([query]: Row): boolean =>
    /^(Observation|DiagnosticReport|Encounter|DocumentReference|List|Procedure|Condition)\?/.test(query);
  it.each(rows.filter(ofRecord))('%s', async (text, found) => {
    const query = world.written(`${text}&patient={anne}`, 'national');
    const reply = await searched(people.doctor, typeOf(query), parametersOf(query));
    const elsewhere = ['brunoGlucose', 'brunoStay', 'note'];
    expect(world.names(reply, 'national').toSorted()).toEqual(found.filter((name) => !elsewhere.includes(name)).toSorted());
  });

  it.each(rows.filter(([query]) => query.startsWith('Patient?')))('%s', async (text, found) => {
    for (const name of ['anne', 'bruno']) {
      const query = world.written(`${text}&_id={${name}}`, 'national');
      const reply = await searched(people.doctor, 'Patient', parametersOf(query));
      expect(world.names(reply, 'national')).toEqual(found.filter((one) => one === name));
    }
  });
});

it('criteria of conditional interactions go over links', async () => {
  const criteria = world.written('_has:DiagnosticReport:result:code=24331-1&encounter.class=IMP', 'national');
  const [hospital, json] = [people.hospital, { 'Content-Type': 'application/json-patch+json' }];
  const patch = JSON.stringify([{ op: 'replace', path: '/status', value: 'amended' }]);
  const patched = await hospital.send('PATCH', `/Observation?${encoded(criteria)}`, json, patch);
  expect([patched.status, patched.headers.etag]).toEqual([200, 'W/"2"']);
  const none = world.written('_has:DiagnosticReport:result:code=24331-1&patient.family=Lef', 'national');
  expect((await hospital.send('PATCH', `/Observation?${encoded(none)}`, json, patch)).status).toBe(404);
});

describe('a version that is referred to', () => {
  const included = async (client: Client, query: string): Promise<readonly string[]> => {
    const reply = await ask(client, world.written(query, 'national'));
    const entries: readonly Body[] = reply.body.entry ?? [];
    return entries.flatMap(({ resource, search }) =>
      search.mode === 'include' ? [`${resource.status} ${resource.meta.versionId}`] : [],
    );
  };

  it('is included as it was, beside the current one where that is referred to as well', async () => {
    expect(await included(people.doctor, 'DiagnosticReport?_id={versioned}&_include=DiagnosticReport:result')).toEqual([
      'final 1',
    ]);
    const both = 'DiagnosticReport?_id={versioned},{panel}&_include=DiagnosticReport:result';
    expect((await included(people.doctor, both)).toSorted()).toEqual(['amended 2', 'final 1', 'final 1']);
  });

  it('is hidden as the current one is', async () => {
    const query = 'DiagnosticReport?_id={versioned}&_include=DiagnosticReport:result';
    expect(await included(people.colleague, query)).toEqual(['final 1']);
    const masked = [{ op: 'add', path: '/meta/security', value: [{ system: visibility, code: 'MASQUE_PS' }] }];
    expect((await people.holder.patch(world.written('/Observation/{glucose}', 'national'), masked)).status).toBe(200);
    expect(await included(people.colleague, query)).toEqual([]);
    expect(await included(people.doctor, query)).toEqual(['final 1']);
  });
});

it('a circle of references ends', async () => {
  const shelf = world.written('List/{shelf}', 'testers');
  const entry = [{ op: 'add', path: '/entry/-', value: { item: { reference: shelf } } }];
  const patched = await world.asker('testers').patch(world.written('/List/{folder}', 'testers'), entry);
  expect(patched.status).toBe(200);
  const rows: readonly Row[] = [
    ['List?_id={shelf}&_include:iterate=List:item', ['shelf'], 'include', ['cabinet', 'folder', 'letter', 'glucose']],
    [
      'List?_id={folder}&_include:iterate=List:item&_revinclude:iterate=List:item',
      ['folder'],
      'include',
      ['cabinet', 'shelf', 'letter', 'glucose'],
    ],
    ['List?item:List.item:List.item:List.title=Rayon', ['shelf'], 'chaining'],
    ['List?_has:List:item:_has:List:item:_has:List:item:title=Rayon', ['shelf'], 'has'],
  ];
  for (const row of rows) await expectRow(world.asker('testers'), 'testers', row);
});
