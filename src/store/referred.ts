// The stages that turn rows into the ids of what is asked of them: themselves, their records, or what they refer to, each once.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/
import type { Document } from 'mongodb';
import type { Filter } from '../filter/filter.ts';

/** `start`: of the index entries of a reference, which an id follows. */
export type Referring = 'itself' | 'record' | { readonly start: string };
export type AskedOfIds = { readonly filter: Filter; readonly of: Referring; readonly limit: number };
/** `rec`: of the row that refers. */
export type Referred = { readonly rec?: string; readonly id: string };

export function stagesOfIds(of: Referring): readonly Document[] {
  if (of === 'itself') return [{ $project: { _id: { id: '$_id' } } }];
  if (of === 'record') return [{ $match: { rec: { $type: 'string' } } }, { $group: { _id: { rec: '$rec', id: '$rec' } } }];
  const at = { $indexOfBytes: ['$$entry', { $literal: of.start }] };
  // A reference to a version is indexed without it as well.
  const version = { $indexOfBytes: ['$$entry', '/', Buffer.byteLength(of.start)] };
  const refers = { $and: [{ $eq: [at, 0] }, { $eq: [version, -1] }] };
  return [
    { $project: { rec: 1, idx: { $filter: { input: '$idx', as: 'entry', cond: refers } } } },
    { $unwind: '$idx' },
    { $group: { _id: { rec: '$rec', id: '$idx' } } },
  ];
}

export const eachOnce: readonly Document[] = [{ $group: { _id: '$_id' } }];

export function referredOf(of: Referring, { id, ...row }: Referred): Referred {
  return { ...row, id: typeof of === 'string' ? id : id.slice(of.start.length) };
}
