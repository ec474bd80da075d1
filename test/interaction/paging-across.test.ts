// Pages over several types, at the root and in compartments: each row once, none short, none skipped, while others write.
// https://hl7.org/fhir/R4/http.html#paging
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { document } from '../resources.ts';
import { idIn, written } from './ground.ts';
import { openPlaces, type Places } from './places.ts';
import { encoded } from './search-world.ts';

let world: Places;
beforeAll(async () => {
  world = await openPlaces(() => new Date());
}, 60_000);
afterAll(async () => await world.carnet.stop());

const rowsOn = ({ body }: Reply): readonly string[] =>
  (body.entry ?? []).map(({ resource }: Body) => `${resource.resourceType}/${resource.id}`);
const nextOf = ({ body }: Reply): string | undefined => body.link.find(({ relation }: Body) => relation === 'next')?.url;

function addressOf(address: string, more: string): string {
  const [path = '', query = ''] = world.filled(address).split('?');
  return `${path}?${encoded(`${query}${query === '' ? '' : '&'}${more}`)}`;
}

async function pages(client: Client, first: string): Promise<readonly Reply[]> {
  const found: Reply[] = [];
  for (let next: string | undefined = first; next !== undefined; ) {
    const reply: Reply = await client.get(next);
    expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
    found.push(reply);
    next = nextOf(reply);
    if (found.length > 100) throw new Error('the pages do not end');
  }
  return found;
}

const types = '_type=Observation,Condition,DocumentReference,Encounter,Immunization';
describe.each([
  [`?${types}`, 'doctor'],
  [`?${types}`, 'other'],
  [`?${types}`, 'hospital'],
  [`?${types}`, 'clinic'],
  [`?${types}&_sort=_lastUpdated`, 'hospital'],
  [`?${types}&_sort=_tag`, 'doctor'],
  ['?_type=Observation,DocumentReference&_sort=-encounter,date', 'hospital'],
  ['?_type=Organization,Practitioner,Device', 'nurse'],
  [`/Patient/{anne}/*?${types}`, 'holder'],
  [`/Patient/{anne}/*?${types}&_sort=-_id`, 'doctor'],
  ['/Practitioner/{martin}/*?_type=Practitioner,Observation,DocumentReference,Encounter', 'hospital'],
  ['/Encounter/{stay}/Observation?_sort=-value-quantity', 'other'],
])('%s as %s', (address, name) => {
  it.each([1, 3])('by pages of %p', async (count) => {
    const client = world.as(name);
    const whole = rowsOn(await client.get(addressOf(address, '_count=500')));
    const turned = await pages(client, addressOf(address, `_count=${count}&_total=accurate`));
    expect(turned.flatMap(rowsOn)).toEqual(whole);
    expect(new Set(whole).size).toBe(whole.length);
    for (const { body } of turned) expect(body.total).toBe(whole.length);
    for (const page of turned.slice(0, -1)) expect(rowsOn(page).length).toBe(count);
    expect(turned.length).toBe(Math.max(1, Math.ceil(whole.length / count)));
  });

  it('_count=0 is the total alone', async () => {
    const whole = rowsOn(await world.as(name).get(addressOf(address, '_count=501')));
    const { body } = await world.as(name).get(addressOf(address, '_count=0'));
    expect([body.total, body.entry, body.link.length]).toEqual([whole.length, undefined, 1]);
  });
});

describe('a page', () => {
  const first = async (address: string): Promise<string> =>
    (nextOf(await world.as('doctor').get(addressOf(address, '_count=2'))) ?? '').replace('http://carnet.test/fhir', '');
  const places = [
    '?_type=Observation,Condition',
    '/Observation',
    '/Patient/{anne}/Observation',
    '/Patient/{anne}/*',
    '/Encounter/{stay}/*',
  ];

  it.each(places)('of %s opens there alone, for its caller alone', async (place) => {
    const token = (await first(place)).split('?')[1] ?? '';
    const here = world.filled(place).split('?')[0] ?? '';
    expect((await world.as('doctor').get(`${here}?${token}`)).status).toBe(200);
    for (const other of [...places, '/Patient/{bruno}/Observation', '/Condition'].map(
      (one) => world.filled(one).split('?')[0] ?? '',
    ))
      if (other !== here) expectOutcome(await world.as('doctor').get(`${other}?${token}`), 400, 'http._page');
    for (const name of ['other', 'holder', 'hospital'])
      expectOutcome(await world.as(name).get(`${here}?${token}`), 400, 'http._page');
    expectOutcome(await world.as('doctor').get(`${here}?${token.slice(0, -3)}`), 400, 'http._page');
    expectOutcome(await world.as('doctor').get(`${here}?${token}&_count=3`), 400, 'http._page');
  });

  it.each(places)('of %s opens by POST and answers HEAD', async (place) => {
    const [path = '', token = ''] = (await first(place)).split('?');
    const got = await world.as('doctor').get(`${path}?${token}`);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(rowsOn(await world.as('doctor').send('POST', `${path}/_search`, form, token))).toEqual(rowsOn(got));
    const head = await world.as('doctor').send('HEAD', `${path}?${token}`);
    expect([head.status, head.headers['content-type']]).toEqual([200, got.headers['content-type']]);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  });

  it('is as it is for a token that may search less meanwhile', async () => {
    const client = world.as('doctor ~ user/Observation.rs user/Condition.rs');
    const page = nextOf(await client.get('?_count=2')) ?? '';
    const less = await world.as('doctor ~ user/Observation.rs').get(page);
    expect([...new Set(rowsOn(less).map((row) => row.split('/')[0]))]).toEqual(['Observation']);
  });
});

// Last: it writes.
describe('while others write without a pause', () => {
  it.each([
    `?${types}`,
    `?${types}&_sort=_lastUpdated`,
    `?${types}&_sort=-_lastUpdated`,
    `/Patient/{anne}/*?${types}`,
    '/Patient/{anne}/*?_type=Observation,DocumentReference&_sort=date',
    '/Practitioner/{martin}/*?_type=Observation,DocumentReference,Encounter',
    '/DocumentReference?_sort=description,-date',
  ])('%s loses and repeats nothing that was there and stays', async (address) => {
    const [client, hospital] = [world.as('doctor'), world.as('hospital')];
    const before = rowsOn(await client.get(addressOf(address, '_count=500')));
    let writing = true;
    const write = async (at: number): Promise<void> => {
      const more = {
        date: `2026-0${1 + (at % 8)}-11T10:00:00+01:00`,
        ...(at % 3 === 0 ? {} : { description: `Texte ${at % 4}` }),
      };
      const author = [{ reference: world.filled('Practitioner/{martin}') }];
      const fresh = idIn(
        written(await hospital.post('/DocumentReference', document(world.filled('{anne}'), '34112-3', { author, ...more }))),
      );
      if (at % 2 === 0) expect((await hospital.delete(`/DocumentReference/${fresh}`)).status).toBe(204);
      if (writing) await write(at + 1);
    };
    const writers = [write(0), write(1)];
    const turned = await pages(client, addressOf(address, '_count=2')).finally(() => {
      writing = false;
    });
    await Promise.all(writers);
    const seen = turned.flatMap(rowsOn);
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((row) => !seen.includes(row))).toEqual([]);
    for (const page of turned.slice(0, -1)) expect(rowsOn(page).length).toBe(2);
  });
});
