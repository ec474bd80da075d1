// Paging through everything: each row once, no short page, `next` only where something follows, steady while others write.
// https://hl7.org/fhir/R4/http.html#paging
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { expectOutcome } from '../http/expect.ts';
import { document } from '../resources.ts';
import { type Ground, idIn, openGround, written } from './ground.ts';
import { encoded } from './search-world.ts';

const many = 23;
let ground: Ground;
let made: readonly string[] = [];

async function deposit(at: number, by: Client = ground.as('hospital')): Promise<string> {
  const day = String(1 + (at % 5)).padStart(2, '0');
  const more = { date: `2026-03-${day}T10:00:00+01:00`, ...(at % 3 === 0 ? {} : { description: `Texte ${at % 4}` }) };
  return idIn(written(await by.post('/DocumentReference', document(ground.key, at % 2 === 0 ? '34112-3' : '11502-2', more))));
}

beforeAll(async () => {
  ground = await openGround();
  made = await Array.from({ length: many }).reduce<Promise<readonly string[]>>(
    async (before, _, at) => [...(await before), await deposit(at)],
    Promise.resolve([]),
  );
}, 60_000);
afterAll(async () => await ground.stop());

const idsOn = ({ body }: Reply): readonly string[] => (body.entry ?? []).map(({ resource }: Body) => resource.id);
const nextOf = ({ body }: Reply): string | undefined => body.link.find(({ relation }: Body) => relation === 'next')?.url;

/** `between`: what happens before each further page. */
async function pages(
  client: Client,
  query: string,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<readonly Reply[]> {
  const found: Reply[] = [];
  let address: string | undefined = `/DocumentReference?${encoded(query)}`;
  while (address !== undefined) {
    if (found.length > 0) await between(found.length);
    const reply: Reply = await client.get(address);
    expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, '']);
    found.push(reply);
    address = nextOf(reply);
    if (found.length > 50) throw new Error('the pages do not end');
  }
  return found;
}

const sorts = [
  '',
  '_sort=date',
  '_sort=-date',
  '_sort=description',
  '_sort=-description',
  '_sort=type,-description,date',
  '_sort=-type,description',
  '_sort=_lastUpdated',
  '_sort=-_lastUpdated,type',
  '_sort=_id',
  '_sort=-category',
  '_sort=author,-security-label,-date',
];
const counts = [1, 2, 5, 7, many - 1, many, many + 1];

describe.each(['doctor', 'hospital', 'holder'] as const)('as %s', (name) => {
  it.each(
    sorts.flatMap((sort, at) =>
      [counts[at % counts.length] ?? 1, counts[(at + 3) % counts.length] ?? 1].map((count) => [sort, count] as const),
    ),
  )('%s by pages of %p', async (sort, count) => {
    const client = ground.as(name);
    const query = sort === '' ? '' : `&${sort}`;
    const whole = idsOn(await client.get(`/DocumentReference?_count=500${query}`));
    expect(whole.toSorted()).toEqual(made.toSorted());
    const turned = await pages(client, `_count=${count}${query}`);
    expect(turned.flatMap(idsOn)).toEqual(whole);
    const sizes = turned.map((page) => idsOn(page).length);
    const last = many % count === 0 ? count : many % count;
    expect(sizes).toEqual([...Array(Math.ceil(many / count) - 1).fill(count), last]);
  });
});

it('carries the total, the filter and the includes through every page', async () => {
  const turned = await pages(
    ground.as('doctor'),
    `patient=${ground.key}&type=34112-3&_count=5&_total=accurate&_include=DocumentReference:patient`,
  );
  const matches = turned.map(({ body }) => body.entry.filter(({ search }: Body) => search.mode === 'match').length);
  expect(matches).toEqual([5, 5, 2]);
  expect(turned.map(({ body }) => body.total)).toEqual([12, 12, 12]);
  for (const { body } of turned) {
    expect(body.entry.filter(({ search }: Body) => search.mode === 'include').map(({ resource }: Body) => resource.id)).toEqual([
      ground.key,
    ]);
    expect(new URL(body.link[0].url).search).toBe(
      `?patient=${ground.key}&type=34112-3&_count=5&_total=accurate&_include=DocumentReference%3Apatient`,
    );
  }
});

it('gives no next where nothing that the caller may see follows', async () => {
  const found = await ground.as('clinic').get('/DocumentReference?_count=1');
  expect([idsOn(found), nextOf(found)]).toEqual([[], undefined]);
});

describe('a page', () => {
  const first = async (name: 'doctor' | 'hospital' = 'doctor', query = '_count=3'): Promise<string> =>
    nextOf(await ground.as(name).get(`/DocumentReference?${query}`)) ?? '';

  it('opens again and again, for its caller alone', async () => {
    const address = await first();
    const [one, two] = [await ground.as('doctor').get(address), await ground.as('doctor').get(address)];
    expect(idsOn(one)).toEqual(idsOn(two));
    expectOutcome(await ground.as('hospital').get(address), 400, 'http._page');
    expectOutcome(await ground.as('holder').get(address), 400, 'http._page');
  });

  it.each<[string, (address: string) => string]>([
    ['of another type', (address) => address.replace('/DocumentReference', '/Immunization')],
    ['with a parameter', (address) => `${address}&type=34112-3`],
    ['twice', (address) => `${address}&${address.split('?')[1]}`],
    ['cut', (address) => address.slice(0, -4)],
    ['changed', (address) => `${address.slice(0, -8)}${address.at(-8) === 'A' ? 'B' : 'A'}${address.slice(-7)}`],
    ['padded', (address) => `${address}=`],
  ])('%s is refused', async (_title, change) => {
    expectOutcome(await ground.as('doctor').get(change(await first())), 400, 'http._page');
  });

  it('opens by POST as well', async () => {
    const address = await first();
    const posted = await ground
      .as('doctor')
      .send('POST', '/DocumentReference/_search', { 'Content-Type': 'application/x-www-form-urlencoded' }, address.split('?')[1]);
    expect(idsOn(posted)).toEqual(idsOn(await ground.as('doctor').get(address)));
  });

  it('says nothing of what it holds', async () => {
    const token = new URL(await first('doctor', `_count=3&type=34112-3&patient=${ground.key}`)).searchParams.get('_page') ?? '';
    expect(token).toMatch(/^[\w-]+$/);
    const bytes = Buffer.from(token, 'base64url').toString('latin1');
    expect(bytes).not.toContain(ground.key);
    expect(bytes).not.toContain('34112');
  });
});

// Last: it writes.
describe('while others write', () => {
  it.each(['_count=4', '_count=4&_sort=date', '_count=3&_sort=-description', '_count=5&_sort=type,date'])(
    '%s loses and repeats nothing that was there',
    async (query) => {
      const client = ground.as('doctor');
      const before = idsOn(await client.get('/DocumentReference?_count=500'));
      const gone: string[] = [];
      const turned = await pages(client, query, async (page) => {
        const [fresh] = await Promise.all([deposit(page), deposit(page + 1)]);
        if (page % 2 === 1) return;
        expect((await ground.as('hospital').delete(`/DocumentReference/${fresh}`)).status).toBe(204);
        gone.push(fresh);
      });
      const seen = turned.flatMap(idsOn);
      expect(new Set(seen).size).toBe(seen.length);
      expect(before.filter((id) => !seen.includes(id))).toEqual([]);
      const sizes = turned.map((page) => idsOn(page).length);
      expect(new Set(sizes.slice(0, -1)).size).toBe(1);
      expect(gone.length).toBeGreaterThan(0);
    },
  );
});
