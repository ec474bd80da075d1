// Which index a read of one type goes by.
// https://www.mongodb.com/docs/manual/reference/operator/meta/hint/
import type { Document } from 'mongodb';
import type { Permission } from '../access/permission.ts';
import type { Filter } from '../filter/filter.ts';
import type { Order } from '../filter/order.ts';
import { categoryIndex, recordIndex, tokenIndex } from './database.ts';

const mostCategories = 10;
const mostTokens = 10;

/** A row named by its id is found by it; by a token, where its record has it; a page of a record, along the index of its order. */
export function hintFor(permission: Permission, type: string, asked: Filter, order: Order): Document | undefined {
  if (permission.elsewhere(type) !== undefined) return undefined;
  if (namesId(asked)) return { _id: 1 };
  if (permission.records.size === 0) return undefined;
  if (type !== 'AuditEvent' && namesToken(asked)) return tokenIndex;
  // Rare or common, old or new: what is stored tells which index is the shorter way.
  if (beginsToken(asked) || bounds(asked, 'lu')) return undefined;
  if (order[0]?.field !== 'date' && order[0]?.field !== 'score') return undefined;
  return type !== 'AuditEvent' && categoriesIn(permission.read(type)) <= mostCategories ? categoryIndex : recordIndex;
}

function namesId(filter: Filter): boolean {
  if (filter.op === 'and') return filter.of.some(namesId);
  return (filter.op === 'equals' || filter.op === 'in') && filter.field === '_id';
}

/** Few of them: each is a place in the index for each record. */
function namesToken(filter: Filter): boolean {
  if (filter.op === 'and') return filter.of.some(namesToken);
  return (filter.op === 'equals' || (filter.op === 'in' && filter.values.length <= mostTokens)) && filter.field === 'idx';
}

/** A code without its system. */
function beginsToken(filter: Filter): boolean {
  if (filter.op === 'and') return filter.of.some(beginsToken);
  return filter.op === 'prefix' && filter.field === 'idx' && filter.start.endsWith('|');
}

function bounds(filter: Filter, field: string): boolean {
  if (filter.op === 'and' || filter.op === 'or') return filter.of.some((part) => bounds(part, field));
  return filter.op === 'range' && filter.field === field;
}

/** A Filter of few categories reads them from the index. */
function categoriesIn(filter: Filter): number {
  if (filter.op === 'and') return Math.min(...filter.of.map(categoriesIn));
  if (filter.op === 'equals' && filter.field === 'tc') return 1;
  return filter.op === 'in' && filter.field === 'tc' ? filter.values.length : Number.POSITIVE_INFINITY;
}
