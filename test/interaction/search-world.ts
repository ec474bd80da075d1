// The world of test/cases/search: the same resources in the national database, each by its depositor, and in the testers'.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Body, type Carnet, type CarnetOptions, type Client, type Reply, startCarnet } from '../carnet.ts';
import { claims, cx } from '../identity/issuer.ts';
import { actor, consent } from '../resources.ts';
import { finess, idIn, ins, written } from './ground.ts';

export type Realm = 'national' | 'testers';
export const realms: readonly Realm[] = ['national', 'testers'];
export const now = new Date('2026-11-25T12:00:00+01:00');

type Entry = { readonly name: string; readonly as: string; readonly resource: Body };
export type SearchWorld = {
  readonly carnet: Carnet;
  /** The médecin traitant of both records, or a tester. */
  readonly asker: (realm: Realm) => Client;
  readonly as: (person: string) => Client;
  readonly written: (query: string, realm: Realm) => string;
  /** Names of what an answer holds, in its order; what the world did not name is left out. */
  readonly names: (reply: Reply, realm: Realm, mode?: 'match' | 'include') => readonly string[];
};

const folder = join(import.meta.dirname, '../cases/search');
export function table(name: string): Body {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

const brunoIns = '180067512345643';
const treating = '10003461033';

/** `name`: of the table of its resources. */
export async function openSearchWorld(name = 'world', options: CarnetOptions = {}): Promise<SearchWorld> {
  const carnet = await startCarnet({ clock: () => now, ...options });
  const { as } = carnet;
  const people: Readonly<Record<string, Client>> = {
    operator: as(claims.operator()),
    agent: as(claims.agent({ vitale: [cx(ins), cx(brunoIns)] })),
    holder: as(claims.holder(cx(ins))),
    bruno: as(claims.holder(cx(brunoIns))),
    hospital: as(claims.structure(finess)),
    doctor: as({ ...claims.professional({ rpps: treating, name: 'Dr Claire Martin' }), jti: 'jeton' }),
    specialist: as(claims.professional({ rpps: '10000000010' })),
    tester: as(claims.tester()),
  };
  const who = (name: string): Client => {
    const client = people[name];
    if (client === undefined) throw new Error(`nobody is called ${name}`);
    return client;
  };
  const ids: Record<Realm, Map<string, string>> = { national: new Map(), testers: new Map() };
  const filled = (text: string, realm: Realm): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const id = ids[realm].get(name);
      if (id === undefined) throw new Error(`nothing is called ${name}`);
      return id;
    });
  const entries: readonly Entry[] = table(name);
  for (const realm of realms) {
    for (const { name: called, as: depositor, resource } of entries) {
      const client = who(realm === 'testers' ? 'tester' : depositor);
      const reply = await client.post(`/${resource.resourceType}`, JSON.parse(filled(JSON.stringify(resource), realm)));
      ids[realm].set(called, idIn(written(reply)));
      if (realm === 'testers' || resource.resourceType !== 'Patient') continue;
      const key = idIn(reply);
      written(await who('agent').post('/Consent', consent('opening', key, { type: 'permit' })));
      const declaration = { type: 'permit', actor: [actor({ rpps: treating }, 'PCP')] };
      written(await who(called === 'bruno' ? 'bruno' : 'holder').post('/Consent', consent('sharing', key, declaration)));
    }
  }
  return {
    carnet,
    asker: (realm) => who(realm === 'national' ? 'doctor' : 'tester'),
    as: who,
    written: filled,
    names: ({ body }, realm, mode = 'match') => {
      const named = new Map([...ids[realm]].map(([name, id]) => [id, name]));
      const found: readonly Body[] = (body.entry ?? []).filter(({ search }: Body) => search.mode === mode);
      return found.flatMap(({ resource }) => named.get(resource.id) ?? []);
    },
  };
}

/** A query as it is written in a table, made fit for an address: only its first `=` and its `&` have a meaning. */
export function encoded(query: string): string {
  const parameters = query.split('&').map((part) => {
    const at = part.indexOf('=');
    return `${encodeURIComponent(part.slice(0, at))}=${encodeURIComponent(part.slice(at + 1))}`;
  });
  return query === '' ? '' : parameters.join('&');
}

export async function searched(
  client: Client,
  type: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return await client.get(`/${type}?${encoded(query)}`, headers);
}

export async function searchedByPost(
  client: Client,
  type: string,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
  return await client.send('POST', `/${type}/_search`, form, encoded(query));
}

/** An answer without what differs each time: cursors are sealed with a fresh nonce. */
export function comparable({ status, body }: Reply): object {
  return { status, body: JSON.parse(JSON.stringify(body ?? {}).replace(/_page=[\w-]+/g, '_page=…')) };
}

/** An address as its path and its parameters, decoded. */
export function asSent(url: string): readonly string[] {
  const { origin, pathname, searchParams } = new URL(url);
  return [`${origin}${pathname}`, ...[...searchParams].map(([name, value]) => `${name}=${value}`)];
}
