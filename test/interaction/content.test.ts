// Search inside documents over HTTP: who finds what, in which order, and that what is hidden moves nothing: test/cases/search/content.json.
// https://hl7.org/fhir/R4/search.html#content
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ContentWorld, openContentWorld, type Sent } from './content-world.ts';
import { table } from './search-world.ts';

/** Who asks what, and the names of what is found: in this order. */
type Row = readonly [as: string, query: string, found: readonly string[], section: string];
type Refused = readonly [as: string, query: string, status: number, code: string, section: string];
const { documents, rows, refused } = table('content') as { documents: Sent[]; rows: Row[]; refused: Refused[] };

/** Of those who see less: what is hidden from them, wherever they are entitled otherwise. */
const hiddenFrom: Readonly<Record<string, string>> = { specialist: 'MASQUE_PS', holder: 'INVISIBLE_PATIENT' };

let full: ContentWorld;
const without = new Map<string, ContentWorld>();

beforeAll(async () => {
  const less = Object.entries(hiddenFrom).map(async ([name, hidden]) => {
    without.set(name, await openContentWorld(documents.filter(({ label }) => label !== hidden)));
  });
  [full] = await Promise.all([openContentWorld(documents), ...less]);
}, 120_000);
afterAll(async () => {
  for (const { carnet } of [full, ...without.values()]) await carnet.stop();
});

it.each(rows)('%s: %s', async (as, query, names) => {
  const asked = await full.ask(as, query);
  expect({ status: asked.status, names: asked.names }).toEqual({ status: 200, names });
  expect(asked.scores).toEqual(asked.scores.toSorted((one, other) => other - one));
  expect(asked.scores.filter((score) => score < 0 || score > 1)).toEqual([]);
  if (query.includes('_total')) expect(asked.total).toBe(query.includes('_count=0') ? asked.total : names.length);
});

it.each(rows.filter(([as]) => Object.hasOwn(hiddenFrom, as)))('hidden is absent to %s: %s', async (as, query) => {
  const { status, names, scores, total } = await full.ask(as, query);
  const less = await without.get(as)?.ask(as, query);
  expect({ status, names, scores, total }).toEqual({
    status: less?.status,
    names: less?.names,
    scores: less?.scores,
    total: less?.total,
  });
});

it.each(refused)('refuses %s: %s', async (as, query, status, code) => {
  const { status: given, body } = await full.ask(as, query);
  expect({ status: given, code: body.issue[0].code }).toEqual({ status, code });
});
