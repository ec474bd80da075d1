// The versions of resources as branches of one aggregation: current rows where they stand, old ones and tombstones from `history`.
// https://hl7.org/fhir/R4/http.html#history
import type { Document } from 'mongodb';
import type { Moments } from '../filter/bind.ts';
import { and, equals, type Filter, oneOf, or, range } from '../filter/filter.ts';
import { renamed } from '../filter/renamed.ts';
import type { Row } from '../filter/row.ts';
import { byVersion } from './database.ts';
import { type Branch, type Part, type Place, partsOf, underRule } from './place.ts';
import { toMongo } from './query.ts';

/** `_id` and, in a tombstone, an empty text aside it is what a read gives. */
export type Version = Omit<Row, '_id' | 'idx' | 'p' | 's' | 'c' | 'w' | 'f'> & {
  readonly id: string;
  readonly type: string;
  readonly deleted?: true;
};
export type VersionsAsked = {
  /** Of rows: `_id`, `v`, `lu`, and `until` where a version has ended. */
  readonly filter: Filter;
  /** Only what stands after it. */
  readonly after?: VersionPosition;
  readonly limit: number;
};
export type VersionPosition = Pick<Version, 'lu' | 'type' | 'id' | 'v'>;

/** Newest first. */
export function branchesOfVersions(
  places: readonly Place[],
  { filter, after, limit }: VersionsAsked,
  moments: Moments,
): Branch[] {
  const page = (sort: Document, rule: Part['rule']): readonly Document[] => [
    { $sort: sort },
    ...(rule === undefined ? [] : underRule(rule, moments)),
    { $limit: limit },
    { $project: { idx: 0, p: 0, s: 0, c: 0, w: 0, f: 0, rule: 0 } },
  ];
  const parts = partsOf(places, (type) => (after === undefined ? filter : and(filter, afterPosition(type, after))));
  return [
    ...parts.map(({ type, filter: of, rule }) => ({
      collection: type,
      pipeline: [
        { $match: toMongo(of, moments) },
        ...page({ lu: -1, _id: -1 }, rule),
        { $set: { type: { $literal: type }, id: '$_id' } },
      ],
    })),
    ...ofHistory(parts).map(({ filter: of, rule }) => ({
      collection: 'history',
      pipeline: [{ $match: toMongo(of, moments) }, ...page(byVersion, rule)],
    })),
  ];
}

/** Each branch gives a count, or nothing. */
export function branchesOfCount(places: readonly Place[], filter: Filter, moments: Moments): Branch[] {
  const parts = partsOf(places, () => filter);
  const current = parts.map(({ type, ...part }) => ({ collection: type, ...part }));
  const past = ofHistory(parts).map((part) => ({ collection: 'history', ...part }));
  return [...current, ...past].map(({ collection, filter: of, rule }) => ({
    collection,
    pipeline: [{ $match: toMongo(of, moments) }, ...(rule === undefined ? [] : underRule(rule, moments)), { $count: 'count' }],
  }));
}

export function compareVersions(one: VersionPosition, other: VersionPosition): number {
  return (
    other.lu.getTime() - one.lu.getTime() || descending(one.type, other.type) || descending(one.id, other.id) || other.v - one.v
  );
}

function descending(one: string, other: string): number {
  return one < other ? 1 : -Number(one > other);
}

/** One part for each rule: of the types of one Filter, and of the others beside them. */
function ofHistory(parts: readonly Part[]): readonly Omit<Part, 'type'>[] {
  return [...Map.groupBy(parts, ({ rule }) => JSON.stringify(rule)).values()].flatMap((group) => {
    const alike = [...Map.groupBy(group, ({ filter }) => JSON.stringify(filter)).values()];
    const filters = alike.flatMap((same) => {
      const [first] = same;
      const types = same.map(({ type }) => type);
      return first === undefined ? [] : [and(oneOf('type', types), renamed(first.filter, '_id', 'id'))];
    });
    const [first] = group;
    return first?.rule === undefined ? [{ filter: or(...filters) }] : [{ filter: or(...filters), rule: first.rule }];
  });
}

/** The rows of the type that stand after the position, in descending order of lu, type, id and v. */
function afterPosition(type: string, { lu, type: reached, id, v }: VersionPosition): Filter {
  if (type > reached) return range('lu', { lt: lu });
  if (type < reached) return range('lu', { lte: lu });
  const same = or(range('_id', { lt: id }), and(equals('_id', id), range('v', { lt: v })));
  return and(range('lu', { lte: lu }), or(range('lu', { lt: lu }), same));
}
