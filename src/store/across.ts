// Rows of several types in one order, as branches of one aggregation.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/unionWith/
import type { Document } from 'mongodb';
import type { Moments } from '../filter/bind.ts';
import { type Filter, or } from '../filter/filter.ts';
import { afterFilter, atPosition, comparing, type Order, type Position } from '../filter/order.ts';
import { type Branch, type Part, type Place, partsOf, underRule } from './place.ts';
import { toMongo } from './query.ts';
import { type Ranking, rankingOf } from './rank.ts';
import type { Found } from './reading.ts';

/** `filter`: which of the rows that the Permission allows. */
export type Source = Place & Ranking & { readonly filter: Filter };
export type Located = Found & { readonly type: string };
export type AcrossAsked = { readonly order: Order; readonly limit: number };

/** After the values of the order stands the type, for rows of one id. */
export function afterRow(order: Order, values: Position, type: string): Filter {
  const [position, reached] = [values.slice(0, -1), values.at(-1)];
  const after = afterFilter(order, position);
  return typeof reached === 'string' && type > reached ? or(after, atPosition(order, position)) : after;
}

export function sortOf(order: Order): Document {
  return Object.fromEntries([...order.map(({ field, descending }) => [field, descending ? -1 : 1] as const), ['type', 1]]);
}

export function branchesOfRows(sources: readonly Source[], { order, limit }: AcrossAsked, moments: Moments): Branch[] {
  const sorted = order.some(({ field }) => field.startsWith('s.'));
  const rankings = new Map(sources.map((source) => [source.type, rankingOf(source, moments)]));
  return branches(sources, moments, (part) => [
    ...(rankings.get(part.type) ?? []),
    { $sort: Object.fromEntries(order.map(({ field, descending }) => [field, descending ? -1 : 1])) },
    ...ruled(part, moments),
    { $limit: limit },
    { $project: { idx: 0, p: 0, c: 0, w: 0, f: 0, rule: 0, ...(sorted ? {} : { s: 0 }) } },
    { $set: { type: { $literal: part.type } } },
  ]);
}

/** Each branch gives a count, or nothing. */
export function branchesOfRowCount(sources: readonly Source[], moments: Moments): Branch[] {
  return branches(sources, moments, (part) => [...ruled(part, moments), { $count: 'count' }]);
}

export function compareLocated(order: Order): (one: Located, other: Located) => number {
  const compare = comparing(order);
  return (one, other) =>
    compare({ ...one, idx: [], p: {} }, { ...other, idx: [], p: {} }) ||
    (one.type < other.type ? -1 : Number(one.type > other.type));
}

function branches(sources: readonly Source[], moments: Moments, stages: (part: Part) => readonly Document[]): Branch[] {
  const filters = new Map(sources.map(({ type, filter }) => [type, filter]));
  const parts = partsOf(sources, (type) => filters.get(type) ?? or());
  return parts.map((part) => ({ collection: part.type, pipeline: [{ $match: toMongo(part.filter, moments) }, ...stages(part)] }));
}

function ruled({ rule }: Part, moments: Moments): readonly Document[] {
  return rule === undefined ? [] : underRule(rule, moments);
}
