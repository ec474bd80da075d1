// Order, pages, totals, includes and refusals of searches, by GET and POST, in both databases: test/cases/search/queries.json.
// https://hl7.org/fhir/R4/search.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import {
  asSent,
  comparable,
  encoded,
  openSearchWorld,
  realms,
  type SearchWorld,
  searched,
  searchedByPost,
  table,
} from './search-world.ts';

type Row = {
  readonly type: string;
  readonly q: string;
  /** Names of the matches: in any order, or in this one, `a|b` being either. */
  readonly find?: readonly string[];
  readonly order?: readonly string[];
  readonly include?: readonly string[];
  /** `null`: none. */
  readonly total?: number | null;
  readonly links?: readonly string[];
  readonly self?: string;
  readonly lenient?: boolean;
  /** The issue code, and the parameter at fault. */
  readonly refused?: string;
  readonly at?: string;
  readonly spec: string;
};
const rows: readonly Row[] = table('queries');

let world: SearchWorld;
beforeAll(async () => {
  world = await openSearchWorld();
}, 60_000);
afterAll(async () => await world.carnet.stop());

describe.each(realms)('%s', (realm) => {
  it.each(rows.filter(({ refused }) => refused === undefined))('$type?$q ($spec)', async (row) => {
    const { type, q, find, order, include = [], total, links, self, lenient } = row;
    const asked = world.written(q, realm);
    const prefer = lenient === true ? { Prefer: 'handling=lenient' } : {};
    const reply = await searched(world.asker(realm), type, asked, prefer);
    expect({ status: reply.status, text: reply.status === 200 ? '' : reply.text }).toEqual({ status: 200, text: '' });
    const names = world.names(reply, realm);
    if (find !== undefined) expect(names.toSorted()).toEqual(find.toSorted());
    if (order !== undefined) {
      expect(new Set(names).size).toBe(order.length);
      expect(names.map((name, at) => (order[at]?.split('|').includes(name) ? order[at] : name))).toEqual(order);
    }
    expect(world.names(reply, realm, 'include').toSorted()).toEqual(include.toSorted());
    if (total !== undefined) expect(reply.body.total ?? null).toBe(total);
    if (links !== undefined) expect(reply.body.link.map(({ relation }: Body) => relation)).toEqual(links);
    const sent = self ?? (asked === '' ? '' : asked);
    const [{ url }] = reply.body.link;
    expect(asSent(url)).toEqual(asSent(`http://carnet.test/fhir/${type}${sent === '' ? '' : `?${encoded(sent)}`}`));
    expect(comparable(await searchedByPost(world.asker(realm), type, asked, prefer))).toEqual(comparable(reply));
  });

  it.each(rows.filter(({ refused }) => refused !== undefined))('refuses $type?$q ($spec)', async ({ type, q, refused, at }) => {
    const replies = [await searched(world.asker(realm), type, q), await searchedByPost(world.asker(realm), type, q)];
    for (const reply of replies) {
      expectOutcome(reply, 400, at);
      expect(reply.body.issue[0].code).toBe(refused);
    }
    if (refused === 'not-supported') return;
    const lenient = await searched(world.asker(realm), type, q, { Prefer: 'handling=lenient' });
    // What is known and wrong is not dropped.
    expect(lenient.status).toBe(400);
  });
});
