// Places of several types that one command reads: each type's rows under its Permission, and own deposits under the rule of their record.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/lookup/, https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/
import type { Document } from 'mongodb';
import type { Elsewhere, Permission } from '../access/permission.ts';
import type { Moments } from '../filter/bind.ts';
import { and, type Filter, not, oneOf } from '../filter/filter.ts';
import { toMongo } from './query.ts';

export type Place = { readonly type: string; readonly permission: Permission };
export type Branch = { readonly collection: string; readonly pipeline: readonly Document[] };
/** Rows of one type under one rule. `rule`: what the row of their record must say besides. */
export type Part = { readonly type: string; readonly filter: Filter; readonly rule?: Omit<Elsewhere, 'own'> };

export function partsOf(places: readonly Place[], asked: (type: string) => Filter): readonly Part[] {
  return places
    .flatMap(({ type, permission }) => {
      const elsewhere = permission.elsewhere(type);
      const inside: Part = { type, filter: and(permission.read(type), asked(type)) };
      if (elsewhere === undefined) return [inside];
      const { own, ...rule } = elsewhere;
      return [inside, { type, filter: and(own, asked(type), not(oneOf('rec', [...permission.records.keys()]))), rule }];
    })
    .filter(({ filter }) => filter.op !== 'none');
}

const interval = {
  bsonType: 'object',
  required: ['low', 'high'],
  properties: { low: { bsonType: 'date' }, high: { bsonType: 'date' } },
};
/** In a row that lacks them there would be no block and no closing. */
const whole: Document = {
  $jsonSchema: {
    required: ['openings', 'closings', 'blocks'],
    properties: {
      openings: { bsonType: 'array', items: interval },
      closings: { bsonType: 'array', items: interval },
      blocks: {
        bsonType: 'array',
        items: {
          ...interval,
          required: ['actor', ...interval.required],
          properties: { actor: { bsonType: 'string' }, ...interval.properties },
        },
      },
    },
  },
};

/** The rows whose record's own row meets the rule; they keep it as `rule`. */
export function underRule({ record, orphans }: Omit<Elsewhere, 'own'>, moments: Moments): readonly Document[] {
  return [
    {
      $lookup: {
        from: 'records',
        localField: 'rec',
        foreignField: '_id',
        as: 'rule',
        pipeline: [{ $match: { $and: [toMongo(record, moments), whole] } }, { $project: { _id: 1 } }],
      },
    },
    { $match: { $or: [{ rule: { $ne: [] } }, ...(orphans ? [{ rec: { $exists: false } }] : [])] } },
  ];
}
