// A world is what a list of requests has made of an empty server, under a clock and ids that depend on the step alone.
import { createHash } from 'node:crypto';
import type { Ids } from '../../src/fhir/id.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { type Carnet, type Client, type Reply, startCarnet } from '../carnet.ts';
import type { Claims } from '../identity/issuer.ts';

/** Ids of what earlier steps created, by name. */
export type Names = Readonly<Record<string, string>>;

export type Step = {
  readonly by: string;
  /** The name under which later steps know what it creates. */
  readonly name?: string;
  readonly method?: 'POST' | 'PATCH' | 'DELETE' | 'GET';
  readonly path: (names: Names) => string;
  readonly body?: (names: Names) => object;
  /** Callers who see what it writes; absent: everybody whom it concerns at all, so that no world leaves it out. */
  readonly seen?: readonly string[];
  /** Callers whose own rights it changes: it stays in their worlds. */
  readonly rights?: readonly string[];
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

function stepIds(): Ids & { readonly reset: (step: number) => void } {
  let step = 0;
  let drawn = 0;
  return {
    reset: (next) => {
      step = next;
      drawn = 0;
    },
    key: () => {
      drawn += 1;
      const digest = createHash('sha256').update(`${step} ${drawn}`).digest();
      return [...digest.subarray(0, 13)].map((byte) => alphabet[byte % 32]).join('');
    },
  };
}

export function namesOf(created: readonly Created[]): Names {
  return Object.fromEntries(created.map(({ name, id }) => [name, id]));
}

export function isHidden({ seen, rights = [] }: Step, caller: string): boolean {
  return seen !== undefined && !seen.includes(caller) && !rights.includes(caller);
}

/** `without`: steps left out. Names of what they would have created are taken from `given`, the world that has them. */
export async function build(
  peopleOf: (names: Names) => Readonly<Record<string, Claims>>,
  steps: readonly Step[],
  without: (step: Step) => boolean,
  given: readonly Created[] = [],
): Promise<World> {
  let now = beginning;
  const ids = stepIds();
  const carnet = await startCarnet({ clock: () => new Date(now), ids });
  const created: Created[] = [];
  const clients = new Map<string, Client>();
  const at = (step: number, by: string): Client => {
    now = beginning + step * 1000;
    ids.reset(step);
    const known = clients.get(by);
    if (known) return known;
    const claims = peopleOf(namesOf([...given, ...created]))[by];
    if (claims === undefined) throw new Error(`nobody is called ${by}`);
    const client = carnet.as(claims, { expiresIn: 300_000 });
    // Claims of later times name what was created since.
    if (step >= questionsFrom) clients.set(by, client);
    return client;
  };
  for (const [index, step] of steps.entries()) {
    if (without(step)) continue;
    const names = namesOf([...given, ...created]);
    const body = step.body?.(names);
    const reply = await send(at(index, step.by), step, names, body);
    if (reply.status < 400 === (step.fails ?? false))
      throw new Error(`step ${index} ${step.name ?? ''} of ${step.by}: ${reply.status} ${reply.text.slice(0, 600)}`);
    const [, type, id] = /\/(\w+)\/([\w-]+)\/_history\/1$/.exec(reply.headers.location ?? '') ?? [];
    if (step.name !== undefined && type !== undefined && id !== undefined) {
      created.push({ name: step.name, type, id, resource: { ...(reply.body ?? body), id } });
    }
  }
  return { carnet, created, at, stop: carnet.stop };
}

async function send(client: Client, { method = 'POST', path }: Step, names: Names, body: object | undefined): Promise<Reply> {
  const headers = { 'X-Request-Id': 'step' };
  if (method === 'POST') return await client.post(path(names), body ?? {}, headers);
  if (method === 'PATCH') return await client.patch(path(names), body ?? [], headers);
  return method === 'DELETE' ? await client.delete(path(names)) : await client.get(path(names), headers);
}
