// Searches at the root and in compartments, asked by who sees all and by who sees less: test/cases/search/root.json, compartments.json.
// https://hl7.org/fhir/R4/http.html#vsearch, https://hl7.org/fhir/R4/compartmentdefinition.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { openPlaces, type Places } from './places.ts';
import { comparable, encoded, table } from './search-world.ts';

type Found = readonly [caller: string, address: string, found: readonly string[], section: string];
type Refused = readonly [caller: string, address: string, status: number, code: string, at?: string];
type Table = { readonly found: readonly Found[]; readonly refused: readonly Refused[] };

let world: Places;
beforeAll(async () => {
  world = await openPlaces();
}, 60_000);
afterAll(async () => await world.carnet.stop());

/** The path and the query of a row: at the root there is no path. */
function split(address: string): readonly [path: string, query: string] {
  const [path = '', query = ''] = address.split('?');
  return [path, encoded(query)];
}

async function got(client: Client, path: string, query: string): Promise<Reply> {
  return await client.get(`${path}${query === '' ? '' : `?${query}`}`);
}

async function posted(client: Client, path: string, query: string): Promise<Reply> {
  return await client.send('POST', `${path}/_search`, { 'Content-Type': 'application/x-www-form-urlencoded' }, query);
}

describe.each(['root', 'compartments'])('%s', (name) => {
  const { found, refused }: Table = table(name);
  const addressOf = (address: string): string => world.filled(name === 'root' ? `?${address}` : `/${address}`);

  it.each(found.map((row, at) => [...row, at % 3 === 0] as const))('%s: %s: %p (%s)', async (...row) => {
    const [caller, address, names, , byPost] = row;
    const [path, query] = split(addressOf(address));
    const client = world.as(caller);
    const whole = `${query === '' ? '' : `${query}&`}_count=500&_total=accurate`;
    const reply = await got(client, path, whole);
    expect({ status: reply.status, text: reply.status === 200 ? '' : reply.text }).toEqual({ status: 200, text: '' });
    expect(world.names(reply).toSorted()).toEqual(names.toSorted());
    expect(reply.body.total).toBe(reply.body.entry?.length ?? 0);
    const [{ relation, url }] = reply.body.link;
    expect([relation, url]).toEqual(['self', `http://carnet.test/fhir${path}?${whole}`.replaceAll('%20', '+')]);
    if (byPost) expect(world.names(await posted(client, path, whole))).toEqual(world.names(reply));
  });

  it.each(refused)('refuses %s: %s: %p', async (...[caller, address, status, code, at]) => {
    const [path, query] = split(addressOf(address));
    const reply = await got(world.as(caller), path, query);
    expectOutcome(reply, status, at);
    expect(reply.body.issue[0].code).toBe(code);
    if (status !== 404) expect(comparable(await posted(world.as(caller), path, query))).toEqual(comparable(reply));
  });
});
