// The guarded read: rows under a Permission, and in the same snapshot the versions of the rules that the Permission came from.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/
import type { AggregateOptions, Document } from 'mongodb';
import type { Permission } from '../access/permission.ts';
import type { Moments } from '../filter/bind.ts';
import { and, type Filter, not, oneOf } from '../filter/filter.ts';
import type { Order } from '../filter/order.ts';
import { comparing, newestFirst } from '../filter/order.ts';
import { renamed } from '../filter/renamed.ts';
import type { Row } from '../filter/row.ts';
import type { Vouched } from '../identity/caller.ts';
import {
  type AcrossAsked,
  branchesOfRowCount,
  branchesOfRows,
  compareLocated,
  type Located,
  type Source,
  sortOf,
} from './across.ts';
import { byVersion, type Database, type Past, within } from './database.ts';
import { hintFor } from './hint.ts';
import { inTime, maxTimeMS } from './in-time.ts';
import { type Branch, type Place, underRule } from './place.ts';
import { toMongo } from './query.ts';
import { type Ranking, rankingOf } from './rank.ts';
import { type AskedOfIds, eachOnce, type Referred, referredOf, stagesOfIds } from './referred.ts';
import { judgeFound, revocationIds } from './revocation.ts';
import { branchesOfCount, branchesOfVersions, compareVersions, type Version, type VersionsAsked } from './versions.ts';

/** Rows as they are read: without their search index; `score` where they were ranked, `f` where it was asked for. */
export type Found = Omit<Row, 'idx' | 'p' | 'c' | 'w'> & { readonly score?: number };
export type Asked = Ranking & {
  readonly filter: Filter;
  readonly order?: Order;
  readonly words?: boolean;
  readonly limit: number;
  readonly under?: 'read' | 'write';
};

/** The rules changed while the answer was made: the whole request begins again. */
export class Stale extends Error {
  readonly keys: readonly string[];
  constructor(keys: readonly string[]) {
    super('the access state has changed');
    this.name = 'Stale';
    this.keys = keys;
  }
}

/** A transaction has one snapshot of its own. */
function optionsOf(database: Database): AggregateOptions {
  return { maxTimeMS, ...(database.session === undefined ? { readConcern: { level: 'snapshot' } } : within(database)) };
}

/** One request's reads. Each command proves the rules of all commands before it: versions only grow. */
export class Reading {
  readonly #database: Database;
  readonly #moments: Moments;
  readonly #vouched: Vouched | undefined;
  readonly #judged: () => void;
  readonly #used = new Map<string, number>();
  #term: number;

  /** `proved` is told when a command has shown that nothing of `vouched` is revoked. */
  constructor(database: Database, moments: Moments, vouched?: Vouched, proved: () => void = () => undefined) {
    this.#database = database;
    this.#moments = moments;
    this.#vouched = vouched;
    this.#judged = proved;
    this.#term = database.term();
  }

  get moments(): Moments {
    return this.#moments;
  }

  /** The term of the primary when the last guarded command was sent. */
  get term(): number {
    return this.#term;
  }

  get versions(): ReadonlyMap<string, number> {
    return this.#used;
  }

  async find(
    type: string,
    permission: Permission,
    { filter, order = newestFirst, words = false, limit, under = 'read', ...ranking }: Asked,
  ): Promise<readonly Found[]> {
    const sort = Object.fromEntries(order.map(({ field, descending }) => [field, descending ? -1 : 1]));
    const bySort = order.some(({ field }) => field.startsWith('s.'));
    const last = { $project: { idx: 0, p: 0, c: 0, w: 0, ...(words ? {} : { f: 0 }), ...(bySort ? {} : { s: 0 }) } };
    const branches = this.#branches(type, permission, and(permission[under](type), filter), filter, [
      ...rankingOf(ranking, this.#moments),
      { $sort: sort },
      { $limit: limit },
    ]);
    if (branches.length === 0) return await this.#nothing<Found>(permission);
    const hint = hintFor(permission, type, filter, order);
    const found = await this.#union<Found>(type, permission, branches, {
      between: [{ $sort: sort }, { $limit: limit }],
      last,
      ...(hint && { hint }),
    });
    const sorted = comparing(order);
    return branches.length === 1
      ? found
      : found.toSorted((one, other) => sorted({ ...one, idx: [], p: {} }, { ...other, idx: [], p: {} })).slice(0, limit);
  }

  async count(type: string, permission: Permission, filter: Filter): Promise<number> {
    const branches = this.#branches(type, permission, and(permission.read(type), filter), filter, []);
    if (branches.length === 0) return (await this.#nothing<Found>(permission)).length;
    const hint = hintFor(permission, type, filter, newestFirst);
    const last = { $count: 'count' };
    return summed(await this.#union<Count>(type, permission, branches, { between: [], last, ...(hint && { hint }) }));
  }

  /** Rows of several types in one order. */
  async findAcross(sources: readonly Source[], asked: AcrossAsked): Promise<readonly Located[]> {
    const found = await this.#branched<Located>(sources, branchesOfRows(sources, asked, this.#moments), [
      { $sort: sortOf(asked.order) },
      { $limit: asked.limit },
    ]);
    return found.toSorted(compareLocated(asked.order)).slice(0, asked.limit);
  }

  async countAcross(sources: readonly Source[]): Promise<number> {
    return summed(await this.#branched<Count>(sources, branchesOfRowCount(sources, this.#moments), []));
  }

  /** Ids of the rows, or of what they refer to: at most `limit` of them. */
  async ids(type: string, permission: Permission, { filter, of, limit }: AskedOfIds): Promise<readonly Referred[]> {
    const branches = this.#branches(type, permission, and(permission.read(type), filter), filter, []);
    if (branches.length === 0) return await this.#nothing<Referred>(permission);
    const grouped = branches.map((branch) => [...branch, ...stagesOfIds(of)]);
    const hint = hintFor(permission, type, filter, newestFirst);
    const form = { between: eachOnce, last: { $limit: limit }, ...(hint && { hint }) };
    const found = await this.#union<{ readonly _id: Referred }>(type, permission, grouped, form);
    return found.map(({ _id }) => referredOf(of, _id));
  }

  /** The tombstone that a read of the id would meet, if its last version was visible. */
  async tombstone(type: string, id: string, permission: Permission): Promise<Past | undefined> {
    const filter = permission.read(type);
    if (filter.op === 'none') return (await this.#nothing<Past>(permission))[0];
    const match = { type, id, deleted: true, $and: [toMongo(renamed(filter, '_id', 'id'), this.#moments)] };
    const last = [{ $match: match }, { $sort: { v: -1 } }, { $limit: 1 }];
    const [past] = await this.#guarded<Past>('history', permission, last);
    return past;
  }

  /** Newest first, of every place. */
  async history(places: readonly Place[], asked: VersionsAsked): Promise<readonly Version[]> {
    const found = await this.#branched<Version>(places, branchesOfVersions(places, asked, this.#moments), [
      { $sort: byVersion },
      { $limit: asked.limit },
    ]);
    return found.toSorted(compareVersions).slice(0, asked.limit);
  }

  async countHistory(places: readonly Place[], filter: Filter): Promise<number> {
    return summed(await this.#branched<Count>(places, branchesOfCount(places, filter, this.#moments), []));
  }

  /** One command for all branches; in a transaction one for each, whose rows the caller puts in order. */
  async #branched<T>(places: readonly Place[], branches: readonly Branch[], last: readonly Document[]): Promise<readonly T[]> {
    for (const { permission } of places) this.#use(permission);
    const [first, ...others] = branches;
    if (first === undefined) return await this.#proved<T>('records', [{ $match: { _id: { $in: [] } } }]);
    if (this.#database.session === undefined) {
      const unions = others.map(({ collection, pipeline }) => ({ $unionWith: { coll: collection, pipeline } }));
      return await this.#proved<T>(first.collection, [...first.pipeline, ...unions, ...last]);
    }
    const found: T[] = [];
    for (const { collection, pipeline } of branches) found.push(...(await this.#proved<T>(collection, [...pipeline])));
    return found;
  }

  /** That nothing may be seen rests on the rules as well: they are proved all the same. */
  async #nothing<T>(permission: Permission): Promise<T[]> {
    return permission.records.size === 0 ? [] : await this.#guarded<T>('records', permission, [{ $match: { _id: { $in: [] } } }]);
  }

  /** The rows of the records of the Permission, and those of any other record. */
  #branches(
    type: string,
    permission: Permission,
    main: Filter,
    asked: Filter,
    stages: readonly Document[],
  ): readonly Document[][] {
    const elsewhere = permission.elsewhere(type);
    const inside = main.op === 'none' ? [] : [[{ $match: toMongo(main, this.#moments) }, ...stages]];
    if (elsewhere === undefined) return inside;
    const own = and(elsewhere.own, asked, not(oneOf('rec', [...permission.records.keys()])));
    const outside: Document[] = [
      { $match: toMongo(own, this.#moments) },
      ...stages.filter((stage) => !('$limit' in stage)),
      ...underRule(elsewhere, this.#moments),
      ...stages.filter((stage) => '$limit' in stage),
      { $unset: 'rule' },
    ];
    return [...inside, outside];
  }

  /** One command; in a transaction, which takes no `$unionWith`, one for each branch, whose rows the caller puts in order. */
  async #union<T>(
    type: string,
    permission: Permission,
    branches: readonly Document[][],
    { between, last, hint }: Union,
  ): Promise<T[]> {
    const [first = [], second] = branches;
    if (second === undefined) return await this.#guarded<T>(type, permission, [...first, last], hint);
    if (this.#database.session === undefined) {
      const both = [...first, { $unionWith: { coll: type, pipeline: second } }, ...between, last];
      return await this.#guarded<T>(type, permission, both, hint);
    }
    const found: T[] = [];
    for (const branch of branches) found.push(...(await this.#guarded<T>(type, permission, [...branch, last])));
    return found;
  }

  async #guarded<T>(collection: string, permission: Permission, pipeline: Document[], hint?: Document): Promise<T[]> {
    this.#use(permission);
    return await this.#proved<T>(collection, pipeline, hint);
  }

  #use({ records }: Permission): void {
    for (const [key, version] of records) {
      // Two versions in one request: what was read under the first would pass for read under the second.
      if ((this.#used.get(key) ?? version) !== version) throw new Stale([key]);
      this.#used.set(key, version);
    }
  }

  async #proved<T>(collection: string, pipeline: Document[], hint?: Document): Promise<T[]> {
    const keys = [...this.#used.keys()];
    const names = [...keys, ...revocationIds(this.#vouched)];
    const guard: Document[] = [{ $match: { _id: { $in: names } } }, { $project: { guard: { $ifNull: ['$version', 0] } } }];
    const inOne = this.#database.session === undefined && names.length > 0;
    this.#term = this.#database.term();
    const asked = inOne ? [...pipeline, { $unionWith: { coll: 'records', pipeline: guard } }] : pipeline;
    const rows = await this.#aggregate<T>(collection, asked, hint);
    // The snapshot of a transaction is one for all of its commands.
    const guards = inOne || names.length === 0 ? rows : await this.#aggregate<T>('records', guard);
    const seen = new Map(
      guards.flatMap(({ _id, guard: version }) => (version === undefined ? [] : [[String(_id), version] as const])),
    );
    judgeFound(seen, this.#vouched);
    this.#judged();
    const changed = keys.filter((key) => seen.get(key) !== this.#used.get(key));
    if (changed.length > 0) throw new Stale(changed);
    return rows.filter(({ guard: version }) => version === undefined);
  }

  async #aggregate<T>(collection: string, pipeline: Document[], hint?: Document): Promise<(T & Guard)[]> {
    const options = optionsOf(this.#database);
    const cursor = this.#database
      .of(collection)
      .aggregate<T & Guard>(pipeline, hint === undefined ? options : { ...options, hint });
    return await inTime(cursor.toArray());
  }
}

type Count = { readonly count: number };
function summed(counts: readonly Count[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

type Guard = { readonly _id?: string; readonly guard?: number };
type Union = { readonly between: readonly Document[]; readonly last: Document; readonly hint?: Document };
