// One random world over HTTP: what each caller is given is what the law lets him see, and the same as where nothing else ever was.
// https://hl7.org/fhir/R4/http.html
import { isObject, objectsOf, parseJson } from '../../../src/fhir/json.ts';
import { depositsOf } from '../../oracle/envelope.ts';
import { mayRead } from '../../oracle/may-read.ts';
import { type Asking, nameOf, type Regime, type World } from '../../oracle/world.ts';
import { compile } from './compiled.ts';
import { hiddenFrom, isLeft, tracesAlike, without } from './hidden.ts';
import type { House } from './house.ts';
import { judgeWritten, plant } from './planted.ts';
import { alone, batchOf, lookups, searches } from './questions.ts';
import { claimsOf, type Pair, type Reply, type Request, type Side, wordOf } from './servers.ts';
import { make, type Plan } from './world.ts';
import { type Written, write, writeGroup } from './written.ts';

export type Outcome = {
  readonly requests: number;
  readonly hidden: number;
  readonly refused: number;
  /** Documents that were taken. */
  readonly documents: number;
  readonly faults: readonly string[];
};
type Asked = { readonly written: Written; readonly regime: Regime; readonly now: Date; readonly asking: Asking };

/** Everything but date, connection, the sealed token of the next page, and what bytes are called: a Bundle keeps those of several documents in any order. */
function shape({ status, headers, text }: Reply): string {
  const { date: _date, connection: _connection, 'keep-alive': _keep, ...kept } = headers;
  const plain = text
    .replaceAll(/_page=[\w-]+/g, '_page=')
    .replaceAll(/urn:uuid:[\w-]+/g, 'urn:uuid:')
    .replaceAll(/Binary\/[\w-]+/g, 'Binary/');
  return JSON.stringify([status, { ...kept, 'content-length': '' }, plain]);
}

function parted(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const cut = (text: string): string => text.slice(Math.max(0, at - 120), at + 200);
  return `full: ${cut(one)}\nwithout: ${cut(other)}`;
}

function given(reply: Reply): readonly (readonly [status: string, ids: readonly string[], total: unknown])[] {
  const bundle: unknown = parseJson(reply.text);
  return objectsOf(isObject(bundle) ? bundle.entry : undefined).map(({ response, resource }) => {
    const found = isObject(resource) ? objectsOf(resource.entry).map((entry) => entry.resource) : [];
    const ids = found.filter(isObject).map((one) => `${one.resourceType}/${one.id}`);
    return [isObject(response) ? String(response.status) : '', ids, isObject(resource) ? resource.total : undefined];
  });
}

/** The visible, type by type, are those of the oracle. */
async function judgeVisible(side: Side, { written: { world }, regime, now, asking }: Asked): Promise<readonly string[]> {
  const deposits = depositsOf(world);
  const seen = new Set(deposits.filter((deposit) => mayRead(regime, world, asking, now, deposit).may).map(nameOf));
  const urls = searches(world, deposits.map(nameOf));
  const reply = await side.send(claimsOf(asking, world.ins), now, batchOf(urls));
  if (reply.status !== 200) return [`${JSON.stringify(asking)}: ${reply.status} ${reply.text.slice(0, 300)}`];
  const written = new Set(deposits.map(nameOf));
  return given(reply).flatMap(([status, all, count], at) => {
    const url = urls[at] ?? '';
    // What the server itself has written, notices and submission sets, is not of the world.
    const ids = all.filter((name) => written.has(name) || !/^(?:Communication|List)\//.test(name));
    const total = typeof count === 'number' ? count - (all.length - ids.length) : count;
    const expected = [...seen].filter((name) => name.startsWith(`${url.split('?')[0]}/`)).toSorted();
    const isRight =
      ids.toSorted().join() === expected.join() &&
      (total === undefined || total === expected.length || url.startsWith('Patient'));
    const isRefused = status.startsWith('403') && expected.length === 0;
    if (isRefused || (status.startsWith('200') && isRight)) return [];
    return [`${JSON.stringify(asking)} ${url}: ${status} gives ${ids} of ${total}, the oracle ${expected}`];
  });
}

async function both(pair: Pair, { written: { world }, asking, now }: Asked, request: Request): Promise<readonly string[]> {
  const as = claimsOf(asking, world.ins);
  const [one, other] = await Promise.all([pair.full.send(as, now, request), pair.without.send(as, now, request)]);
  const [full, less] = [shape(one), shape(other)];
  const what = `${JSON.stringify(asking)} ${request.method} ${request.path} ${JSON.stringify(request.body ?? '')}`;
  if (full !== less) return [`${what}\n${parted(full, less)}`];
  if (one.status >= 500) return [`${what}: ${one.status} ${one.text}`];
  const next = /"relation":"next","url":"([^"]+)"/;
  const [page, otherPage] = [next.exec(one.text)?.[1], next.exec(other.text)?.[1]];
  if (request.method !== 'GET' || page === undefined || otherPage === undefined) return [];
  const again = await Promise.all([
    pair.full.send(as, now, { method: 'GET', path: page }),
    pair.without.send(as, now, { method: 'GET', path: otherPage }),
  ]);
  const [second, third] = again.map(shape);
  return second === third ? [] : [`${what} page 2\n${parted(second ?? '', third ?? '')}`];
}

/** What both are asked, once the other database holds all but what is hidden. */
async function judgeAlike(
  pair: Pair,
  asked: Asked,
  hidden: ReadonlySet<string>,
  pick: (below: number) => number,
): Promise<readonly string[]> {
  const { world, refused } = asked.written;
  const isTraced = refused === 0 && tracesAlike(world, hidden, asked.asking);
  const faults = [...(await both(pair, asked, batchOf(lookups(world, hidden, pick, isTraced))))];
  for (const request of alone(world, hidden, pick)) faults.push(...(await both(pair, asked, request)));
  return faults;
}

async function writeWithout(pair: Pair, { written, asking }: Asked, hidden: ReadonlySet<string>): Promise<readonly string[]> {
  for (const { group, bundled } of without(written.groups, hidden))
    if (!(await writeGroup(pair.without.send, written.world, group, bundled)))
      return [`refused where nothing is hidden from ${JSON.stringify(asking)}: ${JSON.stringify(group)}`];
  return [];
}

/** `planted`: laid into both databases instead of written by requests; `house`: the law that the servers are under. */
export type Judging = { readonly regime: Regime; readonly house: House; readonly seed: string; readonly planted: boolean };

export async function judge(
  pair: Pair,
  drawn: Plan,
  { regime, house, seed, planted }: Judging,
): Promise<Outcome & { readonly world: World }> {
  const key = wordOf(seed);
  const ins = `17903${seedNumber(seed)}`;
  const { world, callers, now } = make(planted ? drawn : { ...drawn, openings: opened(drawn), drawn: together(drawn) }, {
    key,
    ins,
  });
  const [asking = { kind: 'holder', holds: key, mode: 'TREAT' }] = callers;
  const written = planted ? { world, groups: [], refused: 0 } : await write(pair.full.send, world);
  const asked = { written, regime, now, asking };
  const hidden = hiddenFrom(regime, written.world, asking, now);
  const compiled = await compile(house, written.world);
  const faults: string[] = [];
  if (planted) {
    const steps = world.steps.filter((step) => isLeft(step, hidden));
    await plant(pair.full.database, compiled);
    await plant(pair.without.database, await compile(house, { ...world, steps }));
  } else {
    faults.push(...(await judgeWritten(pair.full.database, compiled)));
    faults.push(...(await writeWithout(pair, asked, hidden)));
  }
  let picked = 0;
  const pick = (below: number): number => (below === 0 ? 0 : wordNumber(`${seed} ${picked++}`) % below);
  faults.push(...(await judgeAlike(pair, asked, hidden, pick)), ...(await judgeVisible(pair.full, asked)));
  const documents = depositsOf(written.world).filter(({ resource }) => resource.resourceType === 'DocumentReference').length;
  const { refused, groups } = written;
  return { requests: groups.length, hidden: hidden.size, documents, refused, faults, world: written.world };
}

const wordNumber = (text: string): number =>
  [...wordOf(text)].slice(0, 6).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
const seedNumber = (seed: string): string =>
  String(10_000_000_00 + ((wordNumber(seed) * 1_000_003 + wordNumber(`${seed} b`)) % 8_999_999_999)).slice(0, 10);

/** At two of its instants, so that few requests write it. */
function together({ drawn }: Plan): Plan['drawn'] {
  const instants = [...new Set(drawn.map(({ ago }) => ago))].slice(0, 2);
  return drawn.map((one) => ({ ...one, ago: instants.includes(one.ago) ? one.ago : (instants[one.ago % 2] ?? one.ago) }));
}

/** Open when it is written; what closes it comes last. */
function opened({ openings }: Plan): Plan['openings'] {
  const [first] = openings;
  if (first === undefined) return openings;
  const { provision: _provision, ...consent } = first;
  return [
    { ...consent, provision: { type: 'permit' } },
    ...openings.filter(({ provision }) => isObject(provision) && provision.type === 'deny'),
  ];
}
