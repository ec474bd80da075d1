// The searches of IHE MHD (ITI-66, ITI-67) and of the French PDSm by their own parameters, by GET and POST: test/cases/search/mhd.json.
// https://profiles.ihe.net/ITI/MHD/ITI-66.html, https://profiles.ihe.net/ITI/MHD/ITI-67.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../carnet.ts';
import { claims } from '../identity/issuer.ts';
import {
  comparable,
  openSearchWorld,
  type Realm,
  realms,
  type SearchWorld,
  searched,
  searchedByPost,
  table,
} from './search-world.ts';

/** `colleague`: a doctor to whom the record is shared, and who sees nothing masked. Without a caller: the one who sees everything. */
type Row = readonly [query: string, found: readonly string[], section: string, caller?: 'colleague'];
const tables: Readonly<Record<string, readonly Row[]>> = table('mhd');

let world: SearchWorld;
let colleague: Client;
beforeAll(async () => {
  world = await openSearchWorld('mhd-world');
  colleague = world.carnet.as(claims.professional({ rpps: '10000000020' }));
}, 60_000);
afterAll(async () => await world.carnet.stop());

/** Each list of matches is the same by GET and POST. */
async function found(client: Client, type: string, query: string, realm: Realm): Promise<readonly string[] | string> {
  const asked = world.written(query, realm);
  const [reply, posted] = await Promise.all([searched(client, type, asked), searchedByPost(client, type, asked)]);
  expect(comparable(posted)).toEqual(comparable(reply));
  return reply.status === 200 ? world.names(reply, realm).toSorted() : reply.text;
}

describe.each(Object.entries(tables))('%s', (type, rows) => {
  describe.each(realms)('%s', (realm) => {
    it.each(rows.filter(([, , , caller]) => caller === undefined))('%s: %p (%s)', async (query, names) => {
      expect(await found(world.asker(realm), type, query, realm)).toEqual(names.toSorted());
    });
  });

  it.each(rows.filter(([, , , caller]) => caller !== undefined))('%s: %p (%s), of %s', async (query, names) => {
    expect(await found(colleague, type, query, 'national')).toEqual(names.toSorted());
  });
});
