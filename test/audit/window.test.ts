// What the claims window takes along: at each moment the traces and notices are those of a record in which only what is still seen ever was.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addDays, addMonths, dayInParis } from '../../src/fhir/instant.ts';
import type { Body } from '../carnet.ts';
import { idIn, written } from '../interaction/ground.ts';
import { type House, type Name, openTown, type Town } from '../notice/house.ts';

/** Claims by the days until they leave the window; two of one day leave together. */
const claims = { soon: 10, later: 20, together: 20, last: 30 } as const;
type Claim = keyof typeof claims;
type Told = { readonly house: House; readonly names: ReadonlyMap<string, string> };

let town: Town;
const records = new Map<string, Told>();
const every = ['soon', 'later', 'together', 'last'] as const;
const moments: readonly [days: number, left: readonly Claim[]][] = [
  [0, every],
  [10, every],
  [11, ['later', 'together', 'last']],
  [21, ['last']],
  [31, []],
];

beforeAll(async () => {
  town = await openTown();
  for (const [, left] of moments) if (!records.has(left.join())) records.set(left.join(), await lived(left));
}, 60_000);
afterAll(async () => await town.stop());

const same = { 'X-Request-Id': 'same' };
const searches = [
  'Claim?patient=Patient/key',
  'Patient/key/Claim',
  'Patient?_id=key&_revinclude=Claim:patient',
  'DocumentReference?patient=Patient/key',
];

/** Of these claims and no others: fed at once, found by two doctors, their traces and notices read by the holder. */
async function lived(left: readonly Claim[]): Promise<Told> {
  const house = await town.house();
  const entry = left.map((name) => ({ resource: claim(house.key, claims[name]), request: { method: 'POST', url: 'Claim' } }));
  const fed =
    left.length === 0
      ? undefined
      : await house.as('feeder').post('/', { resourceType: 'Bundle', type: 'transaction', entry }, same);
  expect(fed?.status ?? 200).toBe(200);
  const locations: readonly string[] = (fed?.body.entry ?? []).map(({ response }: Body) => response.location);
  for (const path of searches) await asked(house, 'doctor', path);
  await asked(house, 'treating', 'Claim?patient=Patient/key');
  for (const path of ['AuditEvent?patient=Patient/key', 'Communication?patient=Patient/key']) await asked(house, 'holder', path);
  // Those of one day have one name: which comes first is chance.
  const names = left.map(
    (name, at) => [/Claim\/([^/]+)/.exec(locations[at] ?? '')?.[1] ?? 'none', `of-${claims[name]}`] as const,
  );
  return { house, names: new Map(names) };
}

async function asked(house: House, name: Name, path: string): Promise<void> {
  expect((await house.as(name).get(`/${path.replace('key', house.key)}`, same)).status).toBe(200);
}

function claim(key: string, days: number): object {
  const day = dayInParis(addMonths(addDays(town.clock(), days), -24));
  return {
    resourceType: 'Claim',
    status: 'active',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/claim-type', code: 'professional' }] },
    use: 'claim',
    patient: { reference: `Patient/${key}` },
    billablePeriod: { start: day, end: day },
    created: day,
    provider: { display: 'Cabinet' },
    priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/processpriority', code: 'normal' }] },
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'Assurance maladie' } }],
  };
}

/** As texts, in which records and claims have the same names everywhere. */
function plain({ house: { key }, names }: Told, resources: readonly Body[]): readonly string[] {
  const texts = resources.map(({ id: _id, ...rest }) =>
    JSON.stringify(rest, (name, value) => (name === 'query' ? Buffer.from(value, 'base64').toString() : value)),
  );
  const named = (text: string): string => [...names].reduce((so, [id, name]) => so.replaceAll(id, name), text);
  return texts
    .map((text) =>
      named(text)
        .replaceAll(new RegExp(`${key}-\\w+`, 'g'), 'one')
        .replaceAll(key, 'key')
        .replaceAll(/1150675\d+/g, 'ins'),
    )
    .toSorted();
}

async function tracesOf({ house }: Pick<Told, 'house'>, name: Name = 'holder'): Promise<readonly Body[]> {
  const { body } = await house.as(name).get(`/AuditEvent?patient=Patient/${house.key}&entity:identifier=same&_count=200`);
  return (body.entry ?? []).map(({ resource }: Body) => resource);
}

/** Every notice leads to what it is about. */
async function noticesOf({ house }: Told): Promise<readonly Body[]> {
  const notices = await house.noticesOf('holder');
  for (const { reference } of notices.flatMap((notice) => notice.about.slice(1)))
    expect((await house.as('holder').get(`/${reference}`)).status).toBe(200);
  return notices;
}

async function after<T>(days: number, ask: () => Promise<T>): Promise<T> {
  town.pass({ days });
  const answer = await ask();
  town.pass({ days: -days });
  return answer;
}

function recordOf(left: readonly Claim[]): Told {
  const told = records.get(left.join());
  if (told === undefined) throw new Error('no such record');
  return told;
}

it.each(moments)('after %i days they are those of %j alone', async (days, left) => {
  const kept = async (told: Told): Promise<readonly string[]> => [
    ...plain(told, await noticesOf(told)),
    ...plain(told, await tracesOf(told)),
    ...plain(told, await tracesOf(told, 'doctor')),
  ];
  const [full, without] = await after(days, async () => [await kept(recordOf(every)), await kept(recordOf(left))]);
  expect(full).toEqual(without);
  for (const name of left) expect(full?.join()).toContain(`Claim/of-${claims[name]}`);
});

it.each([
  [0, 'Claim?patient=', ['of-10', 'of-20 of-20', 'of-30']],
  [25, 'Claim?patient=', ['of-30']],
  [31, 'Claim?patient=', ['']],
  [0, 'AuditEvent?patient=', ['']],
  [31, 'AuditEvent?patient=', ['']],
])('after %i days a search %s is told by those of %j', async (days, search, expected) => {
  const told = recordOf(every);
  const traces = await after(days, async () => plain(told, await tracesOf(told)));
  const ofSearch = traces.filter((text) => text.includes(`"query":"${search}`) && !text.includes('"10000000012"'));
  expect(ofSearch.map((text) => [...text.matchAll(/of-\d+/g)].join(' '))).toEqual(expected);
});

it('a claim that is dated back out of the window takes its traces and notices along, and no others', async () => {
  const house = await town.house();
  const ids: string[] = [];
  for (const days of [claims.soon, claims.last])
    ids.push(idIn(written(await house.as('feeder').post('/Claim', claim(house.key, days), same))));
  const [moved = '', left] = ids;
  for (const id of ids) await asked(house, 'doctor', `Claim/${id}`);
  const listing = async (id: string | undefined): Promise<number> =>
    (await tracesOf({ house })).filter(({ entity }) => JSON.stringify(entity).includes(`Claim/${id}`)).length;
  expect([await listing(moved), await listing(left), (await house.noticesOf('holder')).length]).toEqual([2, 2, 2]);
  const body = JSON.stringify({ ...claim(house.key, -1), id: moved });
  const put = await house.as('feeder').send('PUT', `/Claim/${moved}`, { 'Content-Type': 'application/fhir+json' }, body);
  expect(put.status).toBe(200);
  expect([await listing(moved), await listing(left), (await house.noticesOf('holder')).length]).toEqual([0, 2, 1]);
});
