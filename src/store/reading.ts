// The guarded read: rows under a Permission, and in the same snapshot the versions of the rules that the Permission came from.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/
import type { AggregateOptions, Document } from 'mongodb';
import type { Permission } from '../access/permission.ts';
import type { Moments } from '../filter/bind.ts';
import { and, type Filter, none, not, oneOf } from '../filter/filter.ts';
import type { Order } from '../filter/order.ts';
import { newestFirst } from '../filter/order.ts';
import type { Row } from '../filter/row.ts';
import { categoryIndex, type Database, type Past, recordIndex, within } from './database.ts';
import { toMongo } from './query.ts';

/** Rows as they are read: without their search index. */
export type Found = Omit<Row, 'idx' | 'p'>;
export type Asked = {
  readonly filter: Filter;
  readonly order?: Order;
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

const maxTimeMS = 20_000;
const mostCategories = 10;
/** A transaction has one snapshot of its own. */
function optionsOf(database: Database): AggregateOptions {
  return { maxTimeMS, ...(database.session === undefined ? { readConcern: { level: 'snapshot' } } : within(database)) };
}

/** One request's reads. Each command proves the rules of all commands before it: versions only grow. */
export class Reading {
  readonly #database: Database;
  readonly #moments: Moments;
  readonly #used = new Map<string, number>();
  #term: number;

  constructor(database: Database, moments: Moments) {
    this.#database = database;
    this.#moments = moments;
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
    { filter, order = newestFirst, limit, under = 'read' }: Asked,
  ): Promise<readonly Found[]> {
    const sort = Object.fromEntries(order.map(({ field, descending }) => [field, descending ? -1 : 1]));
    const stages = [{ $sort: sort }, { $limit: limit }];
    const pipeline = this.#rows(type, permission, and(permission[under](type), filter), filter, stages);
    if (pipeline === undefined) return await this.#nothing<Found>(permission);
    const last = { $project: { idx: 0, p: 0, ...(order.some(({ field }) => field.startsWith('s.')) ? {} : { s: 0 }) } };
    return await this.#guarded<Found>(type, permission, [...pipeline, last], hintFor(permission, type, filter, order));
  }

  async count(type: string, permission: Permission, filter: Filter): Promise<number> {
    const pipeline = this.#rows(type, permission, and(permission.read(type), filter), filter, []);
    if (pipeline === undefined) return (await this.#nothing<Found>(permission)).length;
    const [counted] = await this.#guarded<{ count: number }>(type, permission, [...pipeline, { $count: 'count' }]);
    return counted?.count ?? 0;
  }

  /** The tombstone that a read of the id would meet, if its last version was visible. */
  async tombstone(type: string, id: string, permission: Permission): Promise<Past | undefined> {
    const filter = permission.read(type);
    if (filter.op === 'none') return (await this.#nothing<Past>(permission))[0];
    const match = { $match: { type, id, deleted: true, $and: [toMongo(filter, this.#moments)] } };
    const [past] = await this.#guarded<Past>('history', permission, [match, { $limit: 1 }]);
    return past;
  }

  /** That nothing may be seen rests on the rules as well: they are proved all the same. */
  async #nothing<T>(permission: Permission): Promise<T[]> {
    return permission.records.size === 0 ? [] : await this.#guarded<T>('records', permission, [{ $match: { _id: { $in: [] } } }]);
  }

  #rows(type: string, permission: Permission, main: Filter, asked: Filter, stages: readonly Document[]): Document[] | undefined {
    const elsewhere = permission.elsewhere(type);
    if (elsewhere === undefined) return main.op === 'none' ? undefined : [{ $match: toMongo(main, this.#moments) }, ...stages];
    const own = and(elsewhere.own, asked, not(oneOf('rec', [...permission.records.keys()])));
    const outside: Document[] = [
      { $match: toMongo(own, this.#moments) },
      ...stages.filter((stage) => '$sort' in stage),
      {
        $lookup: {
          from: 'records',
          localField: 'rec',
          foreignField: '_id',
          as: 'rule',
          pipeline: [{ $match: toMongo(elsewhere.record, this.#moments) }, { $project: { _id: 1 } }],
        },
      },
      { $match: { $or: [{ rule: { $ne: [] } }, ...(elsewhere.orphans ? [{ rec: { $exists: false } }] : [])] } },
      ...stages.filter((stage) => '$limit' in stage),
      { $unset: 'rule' },
    ];
    return [
      { $match: toMongo(main.op === 'none' ? none : main, this.#moments) },
      ...stages,
      { $unionWith: { coll: type, pipeline: outside } },
      ...stages,
    ];
  }

  async #guarded<T>(collection: string, permission: Permission, pipeline: Document[], hint?: Document): Promise<T[]> {
    for (const [key, version] of permission.records) {
      // Two versions in one request: what was read under the first would pass for read under the second.
      if ((this.#used.get(key) ?? version) !== version) throw new Stale([key]);
      this.#used.set(key, version);
    }
    const keys = [...this.#used.keys()];
    const guard = {
      $unionWith: { coll: 'records', pipeline: [{ $match: { _id: { $in: keys } } }, { $project: { guard: '$version' } }] },
    };
    this.#term = this.#database.term();
    const rows = await this.#database
      .of(collection)
      .aggregate<T & { _id?: string; guard?: number }>(
        keys.length === 0 ? pipeline : [...pipeline, guard],
        hint === undefined ? optionsOf(this.#database) : { ...optionsOf(this.#database), hint },
      )
      .toArray();
    const seen = new Map(
      rows.flatMap(({ _id, guard: version }) => (version === undefined ? [] : [[String(_id), version] as const])),
    );
    const changed = keys.filter((key) => seen.get(key) !== this.#used.get(key));
    if (changed.length > 0) throw new Stale(changed);
    return rows.filter(({ guard: version }) => version === undefined);
  }
}

/** A row named by its id is found by it; a page of a record, along the index of its order. */
function hintFor(permission: Permission, type: string, asked: Filter, order: Order): Document | undefined {
  if (permission.elsewhere(type) !== undefined) return undefined;
  if (namesId(asked)) return { _id: 1 };
  if (order[0]?.field !== 'date' || permission.records.size === 0) return undefined;
  return type !== 'AuditEvent' && categoriesIn(permission.read(type)) <= mostCategories ? categoryIndex : recordIndex;
}

function namesId(filter: Filter): boolean {
  if (filter.op === 'and') return filter.of.some(namesId);
  return (filter.op === 'equals' || filter.op === 'in') && filter.field === '_id';
}

/** A Filter of few categories reads them from the index. */
function categoriesIn(filter: Filter): number {
  if (filter.op === 'and') return Math.min(...filter.of.map(categoriesIn));
  if (filter.op === 'equals' && filter.field === 'tc') return 1;
  return filter.op === 'in' && filter.field === 'tc' ? filter.values.length : Number.POSITIVE_INFINITY;
}
