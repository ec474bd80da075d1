// What one caller sees of a case's resources, by every way there is: all ways must agree, and their common answer is returned.
import { expect } from '@jest/globals';
import type { Body, Client, Reply } from '../carnet.ts';
import { idsOf } from '../carnet.ts';
import { testIns } from '../resources.ts';
import type { Known } from './people.ts';
import { caseSystem } from './shorthand.ts';

export type Made = { readonly type: string; readonly id: string };

/** Names, sorted; or the status that refuses every way alike (401, 403). */
export async function seenBy(client: Client, known: Known, made: ReadonlyMap<string, Made>): Promise<readonly string[] | number> {
  const read = await byReading(client, made);
  const refused = new Set([...read.values()].filter((status) => status === 401 || status === 403));
  const [status] = refused;
  const types = [...new Set([...made.values()].map(({ type }) => type))];
  if (status !== undefined) {
    expect([...read.values()].every((one) => one === status)).toBe(true);
    for (const type of types) expect((await client.get(searchOf(type, known))).status).toBe(status);
    return status;
  }
  const seen = [...made.keys()].filter((name) => read.get(name) === 200).toSorted();
  const checks = types.map(async (type) => {
    const names = seen.filter((name) => made.get(name)?.type === type);
    const others = new Set([...made].filter(([, one]) => one.type === type).map(([, { id }]) => id));
    const expected = names.map((name) => made.get(name)?.id ?? '').toSorted();
    const ours = (ids: readonly string[]): readonly string[] => ids.filter((id) => others.has(id)).toSorted();
    const person = seen.includes('patient');
    for (const [way, ids] of await waysOf(client, type, known, person, expected)) {
      expect({ type, way, ids: ours(ids) }).toEqual({ type, way, ids: expected });
    }
    await referringAgrees(client, type, known, person, { seen: expected, hidden: [...others].filter((id) => !expected.includes(id)) });
  });
  await Promise.all([...checks, bytesAgree(client, made, read)]);
  return seen;
}

/** The same by one request alone: of every type, with its total. */
export async function listedTo(client: Client, made: ReadonlyMap<string, Made>): Promise<readonly string[] | number> {
  const all = [...made.values()];
  const types = [...new Set(all.map(({ type }) => type))];
  const reply = await client.get(`/?_type=${types.join(',')}&_id=${all.map(({ id }) => id).join(',')}&_count=200&_total=accurate`);
  if (reply.status !== 200) return reply.status;
  const ids = new Set(idsOf(reply));
  expect(reply.body.total).toBe(ids.size);
  return [...made.keys()].filter((name) => ids.has(made.get(name)?.id ?? '')).toSorted();
}

async function byReading(client: Client, made: ReadonlyMap<string, Made>): Promise<ReadonlyMap<string, number>> {
  const statuses = await Promise.all(
    [...made].map(async ([name, { type, id }]) => [name, (await client.get(`/${type}/${id}`)).status] as const),
  );
  for (const [name, status] of statuses) expect([name, [200, 401, 403, 404, 410].includes(status)]).toEqual([name, true]);
  const read = new Map(statuses);
  await Promise.all([...made].map(async ([name, one]) => await versionsAgree(client, name, one, read.get(name) ?? 0)));
  return read;
}

/** Versions are there where the resource is; after a delete, where it last was. */
async function versionsAgree(client: Client, name: string, { type, id }: Made, read: number): Promise<void> {
  const whole = await client.get(`/${type}/${id}/_history`);
  const expected = read === 410 ? 200 : read;
  expect([name, 'history', whole.status]).toEqual([name, 'history', expected]);
  if (expected !== 200) expect([name, 'vread', (await client.get(`/${type}/${id}/_history/1`)).status]).toEqual([name, 'vread', read]);
  else expect([name, 'deleted', whole.body.entry[0].resource === undefined]).toEqual([name, 'deleted', read === 410]);
}

/** Types without a parameter that names the record. */
const pathless: Readonly<Record<string, string>> = { Bundle: 'identifier', Provenance: 'agent:identifier' };

function searchOf(type: string, { key }: Known): string {
  if (type === 'Patient') return `/Patient?_id=${key}`;
  const name = pathless[type];
  return name === undefined ? `/${type}?patient=Patient/${key}&_count=200` : `/${type}?${name}=${caseSystem}|${key}&_count=200`;
}

type Way = readonly [way: string, ids: readonly string[]];

async function waysOf(client: Client, type: string, known: Known, person: boolean, expected: readonly string[]): Promise<readonly Way[]> {
  const get = async (path: string): Promise<Reply> => {
    const reply = await client.get(path);
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
    return reply;
  };
  const { key, ins } = known;
  const all = searchOf(type, known);
  const include = type === 'Patient' || pathless[type] !== undefined ? '' : `&_include=${type}:patient`;
  const [search, count] = await Promise.all([get(`${all}${include}`), get(`${all.replace('&_count=200', '')}&_summary=count`)]);
  expect([type, count.body.total]).toEqual([type, idsOf(search).length]);
  if (type === 'Patient') return [['search', idsOf(search)]];
  if (pathless[type] !== undefined) return [['search', idsOf(search)]];
  const [pages, chained, chain, included, everywhere] = await Promise.all([
    // Two fit on one page.
    idsOf(search).length > 2 ? paged(get, all.replace('200', '2')) : idsOf(search),
    get(`/${type}?patient.identifier=${testIns}|${ins}&_count=200`),
    get(`/${type}?patient=Patient/${key}&patient.gender=female&_count=200`),
    get(`/Patient?_id=${key}&_revinclude=${type}:patient`),
    unidentified.has(type) ? search : get(`/${type}?identifier=${caseSystem}|${key}&_count=200`),
  ]);
  // Through a person who is hidden nothing is found.
  expect([type, 'chain', idsOf(chain).length > 0]).toEqual([type, 'chain', person && idsOf(search).length > 0]);
  expect([type, 'revinclude', idsOf(included)]).toEqual([type, 'revinclude', person ? [key] : []]);
  const patients = idsOf(search, 'include').filter((id) => id === key);
  expect([type, 'include', patients]).toEqual([type, 'include', person && idsOf(search).length > 0 ? [key] : []]);
  const beyond = (ids: readonly string[]): readonly string[] => (person ? ids : [...ids, ...expected]);
  return [
    ['search', idsOf(search)],
    ['page', pages],
    ['chain by INS', idsOf(chained)],
    ['chain', beyond(idsOf(chain))],
    ['revinclude', beyond(idsOf(included, 'include'))],
    ['everywhere', idsOf(everywhere)],
  ];
}

/** A person is found by what is seen of him, by nothing else. */
async function referringAgrees(
  client: Client,
  type: string,
  { key }: Known,
  person: boolean,
  ids: Readonly<Record<'seen' | 'hidden', readonly string[]>>,
): Promise<void> {
  if (type === 'Patient' || pathless[type] !== undefined) return;
  const found = async (of: readonly string[]): Promise<readonly string[]> => {
    if (of.length === 0) return [];
    const reply = await client.get(`/Patient?_id=${key}&_has:${type}:patient:_id=${of.join(',')}`);
    expect([type, '_has', reply.status]).toEqual([type, '_has', 200]);
    return idsOf(reply);
  };
  if (!person) expect({ type, way: '_has', found: await found([...ids.seen, ...ids.hidden]) }).toEqual({ type, way: '_has', found: [] });
  else {
    const [seen, hidden] = await Promise.all([found(ids.seen), found(ids.hidden)]);
    expect({ type, way: '_has', seen, hidden }).toEqual({ type, way: '_has', seen: ids.seen.length > 0 ? [key] : [], hidden: [] });
  }
}

/** Their makers give no identifier. */
const unidentified = new Set(['Consent', 'CareTeam', 'RelatedPerson']);

async function paged(get: (path: string) => Promise<Reply>, first: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let path: string | undefined = first, pages = 0; path !== undefined && pages < 50; pages += 1) {
    const page: Reply = await get(path);
    ids.push(...idsOf(page));
    path = page.body.link.find(({ relation }: Body) => relation === 'next')?.url;
  }
  return ids;
}

/** A document's bytes are there where the document is. */
async function bytesAgree(client: Client, made: ReadonlyMap<string, Made>, read: ReadonlyMap<string, number>): Promise<void> {
  for (const [name, { type, id }] of made) {
    if (type !== 'DocumentReference') continue;
    const binary = binaries.get(id);
    if (read.get(name) === 200) {
      const url = (await client.get(`/DocumentReference/${id}`)).body.content[0].attachment.url;
      binaries.set(id, url);
      expect([name, 'bytes', (await client.get(url)).status]).toEqual([name, 'bytes', 200]);
    } else if (binary !== undefined) {
      expect([name, 'bytes', (await client.get(binary)).status]).toEqual([name, 'bytes', read.get(name)]);
    }
  }
}

/** Addresses of bytes that some caller has seen. */
const binaries = new Map<string, string>();
