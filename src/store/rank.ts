// A Rank in MongoDB: the stage that gives each row its score, which is what filter/rank.ts says.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/indexOfArray/
import type { Document } from 'mongodb';
import type { Moments } from '../filter/bind.ts';
import type { Filter } from '../filter/filter.ts';
import { namesOf } from '../filter/path.ts';
import { halfAt, highestScore, type Place, type Rank } from '../filter/rank.ts';
import { toMongo } from './query.ts';

export type Ranking = {
  /** Only what stands after it in the order that is asked for. */
  readonly after?: Filter;
  /** Gives each row the score that the order may name. */
  readonly rank?: Rank;
};

/** After the match: a score is there only once it is computed. */
export function rankingOf({ rank, after }: Ranking, moments: Moments): readonly Document[] {
  const rest = after === undefined ? [] : [{ $match: toMongo(after, moments) }];
  return rank === undefined ? rest : [scored(rank), ...rest];
}

function scored(rank: Rank): Document {
  return { $set: { score: { $floor: { $divide: [{ $add: rank.map(saturated) }, rank.length] } } } };
}

function saturated({ word, places }: Rank[number]): Document {
  const often = { $add: places.map((place) => ({ $multiply: [place.weight, occurrences(place, word)] })) };
  return {
    $let: {
      vars: { often },
      in: { $floor: { $divide: [{ $multiply: [highestScore, '$$often'] }, { $add: ['$$often', halfAt] }] } },
    },
  };
}

function occurrences({ field }: Place, word: string): Document {
  const path = namesOf(field).join('.');
  const list = (name: string): Document => ({ $ifNull: [`$${path}.${name}`, []] });
  return {
    $let: {
      vars: { at: { $indexOfArray: [list('t'), { $literal: word }] } },
      in: { $cond: [{ $eq: ['$$at', -1] }, 0, { $arrayElemAt: [list('n'), '$$at'] }] },
    },
  };
}
