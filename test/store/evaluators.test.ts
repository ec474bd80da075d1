// The two evaluators agree on what the server really asks of what it really stores: searches by every declared parameter, modifier
// and prefix, Permissions of every caller, places of pages; on the official examples and on records with hidden things.
// https://hl7.org/fhir/R4/search.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Document, MongoClient } from 'mongodb';
import { authorize } from '../../src/access/authorize.ts';
import type { Permission } from '../../src/access/permission.ts';
import type { AccessRecord } from '../../src/access/record.ts';
import { loadStatute } from '../../src/access/statute.ts';
import type { SearchParameter, TypeCapability } from '../../src/conformance/conformance.ts';
import { readObject } from '../../src/conformance/published.ts';
import { isObject, type JsonObject, parseJson } from '../../src/fhir/json.ts';
import { Refusal } from '../../src/fhir/outcome.ts';
import { all, and, type Filter } from '../../src/filter/filter.ts';
import { matches } from '../../src/filter/matches.ts';
import { afterFilter, positionOf } from '../../src/filter/order.ts';
import type { Row } from '../../src/filter/row.ts';
import { authenticate } from '../../src/identity/authenticate.ts';
import { loadTrust } from '../../src/identity/trust.ts';
import { parseSearch, type Query } from '../../src/search/query.ts';
import { type Links, resolveSearch } from '../../src/search/resolve.ts';
import { toMongo } from '../../src/store/query.ts';
import { fromStored } from '../../src/store/records.ts';
import { type Body, baseUrl } from '../carnet.ts';
import { conformance, root } from '../conformance/example.ts';
import { claims, testIssuer } from '../identity/issuer.ts';
import { examplesOf } from '../interaction/example-questions.ts';
import { formsOf, valuesOf } from '../worlds/parameters.ts';
import { everybody, steps } from '../worlds/story.ts';
import { build, namesOf, questionsFrom, type World } from '../worlds/world.ts';

const now = new Date('2026-11-25T12:00:00+01:00');
const moments = { now, today: new Date('2026-11-25T00:00:00+01:00') };
const statute = loadStatute(conformance, readObject(`${root}/profiles/Parameters-regime-2018.json`));
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const database = `evaluators-${process.pid}`;
const client = new MongoClient(process.env.TEST_MONGODB_URI ?? '');
/** All rows in one place, whatever their type: what no Filter of its own type meets may be met by another's. */
const together = client.db(database).collection<{ _id: string } & Document>('together');

let world: World;
let rows: readonly Row[] = [];
let permissions: readonly Permission[] = [];
let texts: ReadonlyMap<string, readonly JsonObject[]> = new Map();

async function storeExamples(): Promise<void> {
  const tester = world.at(questionsFrom, 'tester');
  for (const capability of conformance.types.values()) {
    const entry = examplesOf(capability).map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    if (entry.length === 0) continue;
    const { status, body } = await tester.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const refused = (body?.entry ?? []).filter(({ response }: Body) => !response.status.startsWith('201'));
    expect([status, refused]).toEqual([200, []]);
  }
}

async function rowsStored(): Promise<readonly Row[]> {
  const found = new Map<string, Row>();
  for (const type of conformance.types.keys()) {
    for (const name of [database, `${database}-htest`]) {
      const some = await client.db(name).collection<Row>(type).find().toArray();
      for (const row of type === 'AuditEvent' ? some.slice(0, 60) : some) found.set(row._id, row);
    }
  }
  return [...found.values()];
}

/** Of each caller in every record of the story. */
async function permissionsOfAll(): Promise<readonly Permission[]> {
  const issuer = testIssuer({ baseUrl, now: () => now });
  const professions = new Set(statute.habilitation.keys());
  const trust = loadTrust(undefined, [issuer.trusted], { baseUrl, professions, samu: new Set() });
  const records: readonly AccessRecord[] = (
    await client.db(database).collection<{ _id: string }>('records').find().toArray()
  ).map((stored) => fromStored(stored as Parameters<typeof fromStored>[0]));
  const callers = Object.values(everybody(namesOf(world.created))).map(
    async (one) => await authenticate(trust, `Bearer ${issuer.token(one)}`, now),
  );
  return (await Promise.all(callers)).map((caller) => authorize({ caller, now, statute }, records));
}

beforeAll(async () => {
  const everyone = (names: Parameters<typeof everybody>[0]) => ({ ...everybody(names), tester: claims.tester() });
  world = await build(everyone, steps, () => false, [], database);
  await storeExamples();
  rows = await rowsStored();
  await together.insertMany([...rows]);
  await together.createIndex({ idx: 1 });
  permissions = await permissionsOfAll();
  const resources = rows.map(({ j }) => parseJson(j)).filter(isObject);
  texts = Map.groupBy(resources, ({ resourceType }) => String(resourceType));
}, 120_000);
afterAll(async () => {
  await world.stop();
  await client.close();
});

const types = [...conformance.types.values()].filter(({ search }) => search.size > 0);
/** Choices of one generated search: places in lists whose lengths only the stored resources tell. */
const choice = fc.record({
  capability: fc.constantFrom(...types),
  conditions: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }),
  sort: fc.option(fc.tuple(fc.nat(), fc.boolean(), fc.nat()), { freq: 2 }),
  permission: fc.option(fc.nat(), { freq: 1 }),
  national: fc.boolean(),
});
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];

/** Names and values of a search that some stored resource of the type may meet. */
function searchOf(capability: TypeCapability, [of, resource, value, form]: Choice['conditions'][number]): readonly string[] {
  const parameter = pick([...capability.search.values()], of);
  if (parameter === undefined) return [];
  if (form % 9 === 0) return [`${parameter.code}:missing=${form % 2 === 0}`];
  return formIn(parameter, texts.get(capability.type) ?? [], resource, value, form);
}

/** Of the resources from the chosen one on, the first that has a value. */
function formIn(
  parameter: SearchParameter,
  resources: readonly JsonObject[],
  from: number,
  value: number,
  form: number,
): readonly string[] {
  for (const [at] of resources.entries()) {
    const resource = pick(resources, from + at);
    const found = resource && pick(valuesOf(parameter, resource), value);
    if (found) return [pick(formsOf(parameter, found), form) ?? ''];
  }
  return [];
}

function parsed({ capability, sort, national }: Choice, conditions: readonly string[]): Query | undefined {
  const key = sort && pick([...capability.search.keys()], sort[0]);
  const order = key ? [`_sort=${sort[1] ? '-' : ''}${key}`] : [];
  const parameters = [...conditions, ...order].flatMap((text) => [...new URLSearchParams(text)]);
  const options = { lenient: false, now, base: baseUrl, ...(national ? {} : { recordParameters: () => new Set<string>() }) };
  try {
    return parseSearch(conformance, capability.type, parameters, options);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const inMemory = (filter: Filter): readonly string[] =>
  rows.flatMap((row) => (matches(filter, row, moments) ? [row._id] : [])).toSorted();
const inMongo = async (filter: Filter): Promise<readonly string[]> =>
  (await together.find(toMongo(filter, moments)).project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id).toSorted();

/** Whatever links ask for is looked up in memory, among all rows. */
const everywhere: Links = {
  rows: async ({ filter }) => inMemory(filter),
  targets: async ({ filter }) => inMemory(filter),
  ahead: async () => all,
  behind: () => all,
};

/** Undefined where the server takes no such search. */
async function filterOf(chosen: Choice): Promise<Filter | undefined> {
  const conditions = chosen.conditions.flatMap((one) => searchOf(chosen.capability, one));
  const query = conditions.length === 0 ? undefined : parsed(chosen, conditions);
  if (query === undefined) return undefined;
  const found = await resolveSearch(query, everywhere);
  const row = chosen.sort && pick(rows, chosen.sort[2]);
  const page = row ? afterFilter(query.sort, positionOf(query.sort, row)) : found;
  const permission = chosen.permission === null ? undefined : pick(permissions, chosen.permission);
  return and(found, page, permission?.read(chosen.capability.type) ?? found);
}

describe('what MongoDB finds is what matches() says', () => {
  it('has 500 resources of every type to ask about', () => {
    expect(rows.length).toBeGreaterThanOrEqual(500);
    expect([...conformance.types.keys()].filter((type) => !texts.has(type))).toEqual([]);
  });

  it('of 200 searches', async () => {
    const tally = { asked: 0, found: 0 };
    await fc.assert(
      fc.asyncProperty(choice, async (chosen) => {
        const filter = await filterOf(chosen);
        fc.pre(filter !== undefined);
        const expected = inMemory(filter);
        tally.asked += 1;
        tally.found += Number(expected.length > 0);
        expect(await inMongo(filter)).toEqual(expected);
      }),
      { seed, numRuns: 200, maxSkipsPerRun: 20 },
    );
    process.stderr.write(`evaluators: seed ${seed}, ${tally.found} of ${tally.asked} Filters meet some of ${rows.length} rows\n`);
    expect(tally.found).toBeGreaterThan(50);
  }, 60_000);

  it('of every Permission for every type', async () => {
    const filters = [...conformance.types.keys()].flatMap((type) => permissions.map((permission) => permission.read(type)));
    const distinct = new Map(filters.map((filter) => [JSON.stringify(filter), filter]));
    for (const filter of distinct.values()) expect(await inMongo(filter)).toEqual(inMemory(filter));
    expect(distinct.size).toBeGreaterThan(20);
  }, 60_000);
});
