// A world is what a list of requests has made of an empty server, under a clock and ids that depend on the step alone.
import { createHash } from 'node:crypto';
import type { Ids } from '../../src/fhir/id.ts';
import { isObject, type JsonObject, objectsOf } from '../../src/fhir/json.ts';
import { type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import type { Claims } from '../identity/issuer.ts';

/** Ids of what earlier steps created, by name. */
export type Names = Readonly<Record<string, string>>;

/** Callers who see what is written; absent: everybody whom it concerns at all, so that no world leaves it out. */
export type Seen = {
  readonly seen?: readonly string[];
  /** Callers whose own rights it changes: it stays in their worlds. */
  readonly rights?: readonly string[];
};

/** One entry of a transaction: worlds without it have the same Bundle without it. */
export type StepEntry = Seen & { readonly name?: string; readonly entry: (names: Names) => JsonObject };

export type Step = Seen & {
  readonly by: string;
  /** The name under which later steps know what it creates. */
  readonly name?: string;
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  readonly path: (names: Names) => string;
  readonly body?: (names: Names) => object;
  /** A transaction, in place of a body. */
  readonly entries?: readonly StepEntry[];
  readonly fails?: true;
};

export type Created = { readonly name: string; readonly type: string; readonly id: string; readonly resource: JsonObject };

export type World = {
  readonly carnet: Carnet;
  readonly created: readonly Created[];
  /** Sends as the caller, at the clock and with the ids of that step. */
  readonly at: (step: number, by: string) => Client;
  readonly stop: () => Promise<void>;
};

/** Steps from here on are questions. */
export const questionsFrom = 10_000;
const beginning = Date.parse('2026-11-10T09:00:00Z');
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

type StepIds = Ids & { readonly reset: (step: number, taken?: ReadonlySet<string>) => void };

/** `taken`: what entries that this world leaves out have drawn in the world that has them. */
function stepIds(): StepIds {
  let step = 0;
  let drawn = 0;
  let skipped: ReadonlySet<string> = new Set();
  const next = (): string => {
    drawn += 1;
    const digest = createHash('sha256').update(`${step} ${drawn}`).digest();
    return [...digest.subarray(0, 13)].map((byte) => alphabet[byte % 32]).join('');
  };
  return {
    reset: (to, taken = new Set()) => {
      step = to;
      drawn = 0;
      skipped = taken;
    },
    key: () => {
      let key = next();
      while (skipped.has(key)) key = next();
      return key;
    },
  };
}

export function namesOf(created: readonly Created[]): Names {
  return Object.fromEntries(created.map(({ name, id }) => [name, id]));
}

export function isHidden({ seen, rights = [] }: Seen, caller: string): boolean {
  return seen !== undefined && !seen.includes(caller) && !rights.includes(caller);
}

/** An emergency token lives four hours at most. */
const lifetime = 14_400;

type PeopleOf = (names: Names) => Readonly<Record<string, Claims>>;
type At = (step: number, by: string, taken?: ReadonlySet<string>) => Client;

/** A server that answers at the clock and with the ids of each step; `known`: what has been created by now. */
async function stage(
  peopleOf: PeopleOf,
  known: () => readonly Created[],
  database?: string,
): Promise<Pick<World, 'carnet'> & { readonly at: At }> {
  let now = beginning;
  const ids = stepIds();
  const carnet = await startCarnet({ clock: () => new Date(now), ids, ...(database === undefined ? {} : { database }) });
  const clients = new Map<string, { readonly client: Client; readonly until: number }>();
  const at: At = (step, by, taken) => {
    now = beginning + step * 1000;
    ids.reset(step, taken);
    const kept = clients.get(by);
    if (kept && step < kept.until) return kept.client;
    const claims = peopleOf(namesOf(known()))[by];
    if (claims === undefined) throw new Error(`nobody is called ${by}`);
    const client = carnet.as(claims, { expiresIn: lifetime });
    // Claims of later times name what was created since.
    if (step >= questionsFrom) clients.set(by, { client, until: step + lifetime });
    return client;
  };
  return { carnet, at };
}

/** A world that stands in the database already. */
export async function reopen(peopleOf: PeopleOf, created: readonly Created[], database: string): Promise<World> {
  const { carnet, at } = await stage(peopleOf, () => created, database);
  return { carnet, created, at, stop: carnet.stop };
}

/** `without`: what is left out. Names of what it would have created are taken from `given`, the world that has it. */
export async function build(
  peopleOf: PeopleOf,
  steps: readonly Step[],
  without: (what: Seen) => boolean,
  given: readonly Created[] = [],
  database?: string,
): Promise<World> {
  const created: Created[] = [];
  const { carnet, at } = await stage(peopleOf, () => [...given, ...created], database);
  for (const [index, step] of steps.entries()) {
    if (without(step) || step.entries?.every(without)) continue;
    const names = namesOf([...given, ...created]);
    const kept = (step.entries ?? []).filter((entry) => !without(entry));
    const left = (step.entries ?? []).filter(without).map(({ name }) => name);
    const body = step.entries === undefined ? step.body?.(names) : transactionOf(kept, names);
    const client = at(index, step.by, keysIn(given.filter(({ name }) => left.includes(name))));
    const reply = await send(client, step, names, body);
    if (reply.status < 400 === (step.fails ?? false))
      throw new Error(`step ${index} ${step.name ?? ''} of ${step.by}: ${reply.status} ${reply.text.slice(0, 600)}`);
    created.push(...(step.entries === undefined ? made(step.name, reply, body) : madeOf(kept, reply, body)));
  }
  return { carnet, created, at, stop: carnet.stop };
}

function transactionOf(entries: readonly StepEntry[], names: Names): JsonObject {
  return { resourceType: 'Bundle', type: 'transaction', entry: entries.map(({ entry }) => entry(names)) };
}

/** The keys of what was created, and of the Binary that came with it. */
function keysIn(created: readonly Created[]): ReadonlySet<string> {
  const urls = created.flatMap(({ resource }) => JSON.stringify(resource).match(/Binary\/[\w-]+/g) ?? []);
  return new Set([...created.map(({ id }) => id), ...urls].flatMap((id) => id.split('-').slice(-1)));
}

function located(name: string | undefined, location: unknown, resource: object): readonly Created[] {
  const [, type, id] = /(?:^|\/)(\w+)\/([\w-]+)\/_history\/1$/.exec(typeof location === 'string' ? location : '') ?? [];
  return name === undefined || type === undefined || id === undefined ? [] : [{ name, type, id, resource: { ...resource, id } }];
}

function made(name: string | undefined, { headers, body: answered }: Reply, sent: object | undefined): readonly Created[] {
  return located(name, headers.location, answered ?? sent ?? {});
}

function madeOf(entries: readonly StepEntry[], { body }: Reply, sent: object | undefined): readonly Created[] {
  const answered = objectsOf(body?.entry);
  const asked = isObject(sent) ? objectsOf(sent.entry) : [];
  return entries.flatMap(({ name }, at) => {
    const response = answered[at]?.response;
    const resource = answered[at]?.resource ?? asked[at]?.resource;
    return located(name, isObject(response) ? response.location : undefined, isObject(resource) ? resource : {});
  });
}

async function send(client: Client, { method = 'POST', path }: Step, names: Names, body: object | undefined): Promise<Reply> {
  const headers = { 'X-Request-Id': 'step', Prefer: 'return=representation' };
  if (method === 'POST') return await client.post(path(names), body ?? {}, headers);
  if (method === 'PATCH') return await client.patch(path(names), body ?? [], headers);
  if (method === 'PUT')
    return await client.send('PUT', path(names), { ...headers, 'Content-Type': 'application/fhir+json' }, JSON.stringify(body));
  return method === 'DELETE' ? await client.send('DELETE', path(names), headers) : await client.get(path(names), headers);
}
