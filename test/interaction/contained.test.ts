// What is contained in others is found where it is asked for, and seen as its container is: test/cases/search/contained.json.
// https://hl7.org/fhir/R4/search.html#contained
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Body, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { type Entry, openPlaces, type Places } from './places.ts';
import { encoded, table } from './search-world.ts';

type Found = readonly [caller: string, address: string, found: readonly string[], section: string];
type Part = readonly [caller: string, address: string, found: readonly string[]];
type Refused = readonly [caller: string, address: string, status: number, code: string, at?: string];
type Table = {
  readonly world: readonly Entry[];
  readonly found: readonly Found[];
  readonly parts: readonly Part[];
  readonly refused: readonly Refused[];
};
const { world: more, found, parts, refused }: Table = table('contained');

let world: Places;
beforeAll(async () => {
  world = await openPlaces(() => new Date(), more);
}, 60_000);
afterAll(async () => await world.carnet.stop());

const nextOf = ({ body }: Reply): string | undefined => body.link.find(({ relation }: Body) => relation === 'next')?.url;

async function asked(caller: string, address: string, form = ''): Promise<Reply> {
  const [path = '', query = ''] = world.filled(address).split('?');
  return await world.as(caller).get(`${path}?${encoded(`${query}${form}`)}`);
}

it.each(found.map((row, at) => [...row, at % 3 === 2] as const))('%s: %s: %p (%s)', async (...row) => {
  const [caller, address, names, , byPage] = row;
  const reply = await asked(caller, address, '&_total=accurate');
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
  const inOrder = !address.includes('both') && !address.includes('_sort');
  expect(inOrder ? world.names(reply) : world.names(reply).toSorted()).toEqual(inOrder ? names : names.toSorted());
  expect(reply.body.total).toBe(names.length);
  if (!byPage) return;
  const turned: string[] = [];
  for (let page: Reply | undefined = await asked(caller, address, '&_count=1'); page !== undefined; ) {
    turned.push(...world.names(page));
    const next = nextOf(page);
    page = next === undefined ? undefined : await world.as(caller).get(next);
  }
  expect(turned).toEqual(world.names(reply));
});

it.each(parts)('%s: %s: %p', async (caller, address, names) => {
  const reply = await asked(caller, address);
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
  const entries: readonly Body[] = reply.body.entry ?? [];
  const told = entries.map(({ fullUrl, resource }) => {
    const [, type, id, part] = /\/([A-Za-z]+)\/([^/#]+)(?:#(.+))?$/.exec(fullUrl) ?? [];
    expect(resource.id).toBe(part ?? id);
    expect(resource.resourceType).toBe(address.slice(1).split('?')[0]);
    expect(part === undefined ? resource.resourceType : type).toBe(type);
    return part === undefined ? world.nameOf(id ?? '') : `${world.nameOf(id ?? '')}#${part}`;
  });
  expect(address.includes('both') ? told.toSorted() : told).toEqual(address.includes('both') ? names.toSorted() : names);
});

it.each(refused)('refuses %s: %s: %p', async (...[caller, address, status, code, at]) => {
  const reply = await asked(caller, address);
  expectOutcome(reply, status, at);
  expect(reply.body.issue[0].code).toBe(code);
});
