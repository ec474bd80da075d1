// The stages that turn rows into what they refer to, each once: by entries of their search index, or by their record.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/
import type { Document } from 'mongodb';
import type { Filter } from '../filter/filter.ts';

/** `start`: of the index entries, which an id follows; absent: the record. */
export type AskedOfReferences = { readonly filter: Filter; readonly start?: string; readonly limit: number };
/** `rec`: of the row that refers. */
export type Referred = { readonly rec?: string; readonly id: string };
export type Referring = { readonly rec?: string; readonly entry?: string };

export function stagesOfReferences(start: string | undefined): readonly Document[] {
  if (start === undefined) return [{ $group: { _id: { rec: '$rec' } } }];
  const begins = { $eq: [{ $indexOfBytes: ['$$entry', { $literal: start }] }, 0] };
  return [
    { $project: { rec: 1, idx: { $filter: { input: '$idx', as: 'entry', cond: begins } } } },
    { $unwind: '$idx' },
    { $group: { _id: { rec: '$rec', entry: '$idx' } } },
  ];
}

export const eachOnce: readonly Document[] = [{ $group: { _id: '$_id' } }];

export function referredBy(start: string | undefined, { rec, entry }: Referring): readonly Referred[] {
  const id = start === undefined ? rec : entry?.slice(start.length);
  // A reference to a version is indexed without it as well.
  return id === undefined || id.includes('/') ? [] : [{ id, ...(rec !== undefined && { rec }) }];
}
