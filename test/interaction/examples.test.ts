// Every declared search parameter finds the official examples that have a value, all of them and no other, in the testers' database.
// https://hl7.org/fhir/R4/search.html, https://hl7.org/fhir/R4/downloads.html
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Body, type Carnet, type Client, startCarnet } from '../carnet.ts';
import { conformance } from '../conformance/example.ts';
import { claims } from '../identity/issuer.ts';
import { examplesOf, type Question, questionsTo } from './example-questions.ts';
import { now, searched } from './search-world.ts';

const types = [...conformance.types.values()].filter((capability) => examplesOf(capability).length > 0);
const asked = types.flatMap((capability) =>
  [...capability.search.values()].flatMap((parameter) =>
    questionsTo(capability, parameter).map((question) => ({ type: capability.type, ...question })),
  ),
);

/** Many at once, each of the lanes one after the other. */
async function inLanes<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

async function stored(tester: Client, resources: readonly JsonObject[]): Promise<void> {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const { status, body, text } = await tester.post('', { resourceType: 'Bundle', type: 'batch', entry });
  const refused = (body?.entry ?? []).filter(({ response }: Body) => response.status.slice(0, 3) !== '201');
  if (status !== 200 || refused.length > 0) throw new Error(`not stored: ${status} ${text.slice(0, 2000)}`);
}

async function idsFound(tester: Client, { type, query }: Question & { readonly type: string }): Promise<readonly string[]> {
  const { status, body, text } = await searched(tester, type, `${query}&_count=500&_elements=id`);
  return status === 200 ? (body.entry ?? []).map(({ resource }: Body) => resource.id).toSorted() : [text];
}

let carnet: Carnet;
const answers = new Map<object, readonly string[]>();
beforeAll(async () => {
  carnet = await startCarnet({ clock: () => now });
  const tester = carnet.as(claims.tester());
  await inLanes(types, async (capability) => await stored(tester, examplesOf(capability)));
  await inLanes(asked, async (question) => void answers.set(question, await idsFound(tester, question)));
}, 120_000);
afterAll(async () => await carnet.stop());

describe.each(types.map(({ type }) => type))('%s', (type) => {
  it.each(asked.filter((question) => question.type === type))('$query', (question) => {
    expect(answers.get(question)).toEqual(question.found.toSorted());
  });
});
