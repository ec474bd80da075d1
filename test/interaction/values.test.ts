// Numbers, quantities, dates, URIs and composites by every prefix and modifier: test/cases/search/values.json. Each question is asked
// twice: by whom sees all, and by a colleague for whom what is masked is absent. https://hl7.org/fhir/R4/search.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client } from '../carnet.ts';
import { type Folder, searchParameter, withParameters } from '../conformance/with-parameters.ts';
import { expectOutcome } from '../http/expect.ts';
import { claims } from '../identity/issuer.ts';
import { openSearchWorld, type SearchWorld, searched, table } from './search-world.ts';

/** Names found, in this order where the query sorts. */
type Row = readonly [query: string, found: readonly string[], section: string];
/** `at`: the parameter that the refusal names. */
type Refused = readonly [type: string, query: string, at: string, section: string];
const tables: { readonly found: Readonly<Record<string, readonly Row[]>>; readonly refused: readonly Refused[] } =
  table('values');
const resources: readonly { readonly name: string; readonly resource: Body }[] = table('values-world');
const masked = new Set(resources.flatMap(({ name, resource }) => (JSON.stringify(resource).includes('MASQUE_PS') ? [name] : [])));

/** R4 has no number among the parameters of our types: what has one is dropped into profiles/. */
const own = [
  searchParameter('dose', 'number', 'Immunization', 'Immunization.protocolApplied.doseNumber'),
  searchParameter('amount', 'quantity', 'Immunization', 'Immunization.doseQuantity'),
  searchParameter('vaccine-dose', 'composite', 'Immunization', 'Immunization', {
    component: [
      { definition: 'http://hl7.org/fhir/SearchParameter/Immunization-vaccine-code', expression: 'vaccineCode' },
      { definition: 'https://test.example/SearchParameter/Immunization-dose', expression: 'protocolApplied.doseNumber' },
    ],
  }),
];

let folder: Folder;
let world: SearchWorld;
let colleague: Client;
beforeAll(async () => {
  folder = withParameters(own);
  world = await openSearchWorld('values-world', { conformance: folder.path });
  colleague = world.carnet.as(claims.professional({ rpps: '10000000020' }));
}, 60_000);
afterAll(async () => {
  await world.carnet.stop();
  folder.remove();
});

async function names(client: Client, type: string, query: string): Promise<readonly string[] | string> {
  const reply = await searched(client, type, world.written(`patient={anne}&${query}&_count=100`, 'national'));
  if (reply.status !== 200) return reply.text;
  const found = world.names(reply, 'national');
  return query.includes('_sort') ? found : found.toSorted();
}

describe.each(Object.entries(tables.found))('%s', (type, rows) => {
  it.each(rows)('%s: %p (%s)', async (query, found) => {
    const expected = query.includes('_sort') ? found : found.toSorted();
    const seen = expected.filter((name) => !masked.has(name));
    const asked = await Promise.all([world.asker('national'), colleague].map((client) => names(client, type, query)));
    expect(asked).toEqual([expected, seen]);
  });
});

describe('refused', () => {
  it.each(tables.refused)('%s?%s at %s (%s)', async (type, query, at) => {
    const replies = await Promise.all(
      [world.asker('national'), colleague].map((client) => searched(client, type, world.written(query, 'national'))),
    );
    for (const reply of replies) expectOutcome(reply, 400, `http.${at}`);
    expect(replies[0]?.text).toBe(replies[1]?.text);
  });
});

it('asks 150 questions at least, and most of them of something masked', () => {
  const rows = Object.values(tables.found).flat();
  expect(rows.length).toBeGreaterThanOrEqual(150);
  expect(rows.filter(([, found]) => found.some((name) => masked.has(name))).length).toBeGreaterThan(rows.length / 3);
});
