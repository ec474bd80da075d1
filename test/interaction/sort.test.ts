// Order by every kind of key, of one type and of several, as who sees all and who sees less gets it: test/cases/search/sort.json.
// https://hl7.org/fhir/R4/search.html#sort
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Body, Reply } from '../carnet.ts';
import { now, openPlaces, type Places } from './places.ts';
import { encoded, table } from './search-world.ts';

/** `a|b`: either, for what is equal in the order. */
type Row = readonly [caller: string, address: string, found: readonly string[], section: string];
const rows: readonly Row[] = table('sort');

let world: Places;
beforeAll(async () => {
  let ticks = 0;
  world = await openPlaces(() => new Date(now.getTime() + ticks++));
}, 60_000);
afterAll(async () => await world.carnet.stop());

function addressOf(address: string, more: string): string {
  const [path = '', query = ''] = world.filled(address).split('?');
  return `${path}?${encoded(`${query}${query === '' ? '' : '&'}${more}`)}`;
}

const nextOf = ({ body }: Reply): string | undefined => body.link.find(({ relation }: Body) => relation === 'next')?.url;

it.each(rows.map((row, at) => [...row, at % 3 === 0] as const))('%s: %s: %p (%s)', async (...row) => {
  const [caller, address, found, , byPage] = row;
  const client = world.as(caller);
  const reply = await client.get(addressOf(address, '_count=500'));
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
  const names = world.names(reply);
  expect(names.map((name, at) => (found[at]?.split('|').includes(name) ? found[at] : name))).toEqual(found);
  expect(new Set(names).size).toBe(found.length);
  if (!byPage) return;
  const turned: string[] = [];
  for (let next: string | undefined = addressOf(address, '_count=2'); next !== undefined; ) {
    const page: Reply = await client.get(next);
    turned.push(...world.names(page));
    next = nextOf(page);
  }
  expect(turned).toEqual(names);
});
