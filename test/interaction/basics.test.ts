// Tokens, strings, references and the parameters of every resource, by GET, in both databases, and as a professional from whom some
// of what matches is masked: test/cases/search/{tokens,strings,references,metadata}.json over the world of basics.json.
// https://hl7.org/fhir/R4/search.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectOutcome } from '../http/expect.ts';
import { openSearchWorld, type Realm, type SearchWorld, searched, table } from './search-world.ts';

/** `hidden`: of what is found, what the specialist must not see: to him it is absent. */
type Row = readonly [type: string, query: string, found: readonly string[], section: string, hidden?: readonly string[]];
/** However lenient the search; the parameter at fault is the query's only one. */
type Refused = readonly [type: string, query: string, code: string, section: string];
type Theme = { readonly found: readonly Row[]; readonly refused: readonly Refused[] };

let world: SearchWorld;
beforeAll(async () => {
  world = await openSearchWorld('basics');
}, 60_000);
afterAll(async () => await world.carnet.stop());

async function finds(person: string, realm: Realm, [type, query, , ,]: Row, expected: readonly string[]): Promise<void> {
  const reply = await searched(world.as(person), type, `${world.written(query, realm)}&_total=accurate`);
  const found = reply.status === 200 ? world.names(reply, realm).toSorted() : reply.text;
  expect([found, reply.body.total]).toEqual([expected.toSorted(), expected.length]);
}

describe.each(['tokens', 'strings', 'references', 'metadata'])('%s', (theme) => {
  const { found, refused }: Theme = table(theme);

  it.each(found)('%s?%s: %p (search.html#%s)', async (...row) => await finds('doctor', 'national', row, row[2]));

  // It is the same search over another database: a part of the rows shows that.
  it.each(found.filter((_, at) => at % 4 === 0))('in the testers’ database %s?%s', async (...row) => {
    await finds('tester', 'testers', row, row[2]);
  });

  it.each(found.filter(([, , , , hidden]) => hidden !== undefined))('to the specialist %s?%s', async (...row) => {
    const [, , all, , hidden = []] = row;
    await finds(
      'specialist',
      'national',
      row,
      all.filter((name) => !hidden.includes(name)),
    );
  });

  it.each(refused)('refuses %s?%s: %s (search.html#%s)', async (type, query, code) => {
    const reply = await searched(world.as('doctor'), type, query, { Prefer: 'handling=lenient' });
    expectOutcome(reply, 400, `http.${query.slice(0, query.indexOf('='))}`);
    expect(reply.body.issue[0].code).toBe(code);
  });
});
