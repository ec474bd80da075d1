// Two databases, the full world's and the one without what is hidden, each under both regimes: four servers under one clock and chosen ids.
// https://hl7.org/fhir/R4/http.html
import { createHash } from 'node:crypto';
import type { Ids } from '../../../src/fhir/id.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { connect, type Database, openDatabase } from '../../../src/store/database.ts';
import { type Carnet, startCarnet } from '../../carnet.ts';
import { conformance } from '../../conformance/example.ts';
import { takeDatabase, uriOf } from '../../database.ts';
import { type Claims, claims, cx } from '../../identity/issuer.ts';
import type { Asking, Depositor } from '../../oracle/world.ts';

export const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
export const wordOf = (text: string): string =>
  [...createHash('sha256').update(text).digest().subarray(0, 13)].map((byte) => alphabet[byte % 32]).join('');

export type Reply = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string };
export type Request = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject | readonly JsonObject[];
};
/** `ids`: what the next resources are called, in the order in which the server asks. */
export type Send = (as: Claims, at: Date, request: Request, ids?: readonly string[]) => Promise<Reply>;
export type Side = { readonly send: Send; readonly database: Database; readonly stop: () => Promise<void> };

function isOfTrace(): boolean {
  return new Error('who draws').stack?.includes('/audit/') === true;
}

type Opened = { readonly name: string; readonly database: Database };

async function side(regime: '2018' | '2022', { name, database }: Opened): Promise<Side> {
  let now = new Date();
  let queue: readonly string[] = [];
  let taken = 0;
  let asked = '';
  let drawn = 0;
  let requests = 0;
  // A request that begins again draws again; what its traces are called is nobody's question.
  const ids: Ids = {
    key: () => (isOfTrace() ? undefined : queue[taken++ % queue.length]) ?? wordOf(`${asked} ${drawn++}`),
  };
  const carnet = await startCarnet({ regime, database: name, clock: () => now, ids });
  const send: Send = async (as, at, { method, path, headers = {}, body }, next = []) => {
    now = at;
    queue = next;
    taken = 0;
    asked = `${name} ${regime} ${requests++}`;
    drawn = 0;
    return await answered(carnet, as, { method, path, headers, ...(body === undefined ? {} : { body }) });
  };
  return { send, database, stop: async () => await carnet.server.stop() };
}

async function answered(carnet: Carnet, as: Claims, { method, path, headers, body }: Request): Promise<Reply> {
  const url = path.startsWith('http')
    ? path.replace(`${carnet.baseUrl}`, `${carnet.address}/fhir`)
    : `${carnet.address}/fhir${path}`;
  const type = Array.isArray(body) ? 'application/json-patch+json' : 'application/fhir+json';
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${carnet.issuer.token(as, { expiresIn: 14_400 })}`,
      'X-Request-Id': 'same',
      ...(body === undefined ? {} : { 'Content-Type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

export type Pair = { readonly full: Side; readonly without: Side };
export type Servers = { readonly of: (regime: '2018' | '2022') => Pair; readonly stop: () => Promise<void> };

export async function startServers(): Promise<Servers> {
  const names = [await takeDatabase(), await takeDatabase()] as const;
  const client = await connect(uriOf(names[0]));
  const types = [...conformance.types.keys()];
  const opened = async (name: string): Promise<Opened> => ({ name, database: await openDatabase(client, name, types) });
  const [full, without] = [await opened(names[0]), await opened(names[1])];
  const pair = async (regime: '2018' | '2022'): Promise<Pair> => ({
    full: await side(regime, full),
    without: await side(regime, without),
  });
  const pairs = { 2018: await pair('2018'), 2022: await pair('2022') };
  const stop = async (): Promise<void> => {
    for (const { full: one, without: other } of Object.values(pairs)) {
      await one.stop();
      await other.stop();
    }
    await client.close();
  };
  return { of: (regime) => pairs[regime], stop };
}

/** The token of whoever asks or deposits. */
export function claimsOf(one: Asking | Depositor, ins: string): Claims {
  const card = 'card' in one && one.card !== undefined ? { vitale: one.card.map((value) => cx(value)) } : {};
  switch (one.kind) {
    case 'professional': {
      const { rpps = '', profession = { system: '', code: '' }, finess } = one;
      const specialities = 'specialities' in one ? (one.specialities ?? []) : [];
      const emergency =
        'mode' in one && one.mode !== 'TREAT' ? { mode: one.mode, reason: 'inconscient', patient: one.bound ?? '' } : {};
      return claims.professional({
        rpps,
        profession,
        specialities,
        ...(finess === undefined ? {} : { finess }),
        ...card,
        ...emergency,
      });
    }
    case 'delegate':
      return claims.delegate({ rpps: one.rpps ?? '', secretary: { sub: 'secretary' } });
    case 'structure':
      return claims.structure(one.finess ?? '');
    case 'holder':
      return claims.holder(cx('holds' in one && one.holds === 'zzzzzzzzzzzzz' ? '180067512345643' : ins));
    case 'related':
      return claims.related(one.related ?? '');
    case 'feeder':
      return claims.feeder();
    case 'agent':
      return claims.agent({ vitale: [cx(ins)] });
    case 'operator':
      return claims.operator();
  }
}
