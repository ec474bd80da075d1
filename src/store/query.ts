// The one translation of a Filter to MongoDB; what it finds is what filter/matches.ts says.
// https://www.mongodb.com/docs/manual/reference/operator/query/
import type { Document } from 'mongodb';
import { refuse } from '../fhir/outcome.ts';
import { boundsOf, checked, type Moments, type RangeFilter } from '../filter/bind.ts';
import type { Filter } from '../filter/filter.ts';
import { namesOf } from '../filter/path.ts';

/** Meets no document, in any place. */
const never: Document = { _id: { $in: [] } };

/** Any stored value, or an element that is one: an empty array is of none of these types, so it does not exist. */
const anyValue: Document = { $type: ['string', 'number', 'bool', 'date', 'object'] };

/** Array fields of rows, by their last name: of two bounds on one of these the same element must meet both. */
const lists: ReadonlySet<string> = new Set(['idx', 'line', 'rd', 'refs', 'tcs']);

/** Bytes of a pattern: far below MongoDB's own limit (32 kB compiled), above any value that a search takes. */
const longestPattern = 16_000;

/**
 * The query document. Conjuncts are its top-level keys, an equality before any other condition on its field, so that indexes
 * beginning with `rec` serve it. Throws TypeError on a Filter that is none, Refusal where a prefix is too long.
 */
export function toMongo(filter: Filter, moments: Moments): Document {
  switch (filter.op) {
    case 'all':
      return {};
    case 'none':
      return never;
    case 'and':
      return conjunction(filter.of, moments);
    case 'or':
      return disjunction(filter.of, moments);
    case 'not':
      return isOfNoRecord(filter.of) ? { rec: null } : { $nor: [toMongo(filter.of, moments)] };
    case 'equals':
      return on(filter.field, { $eq: checked(filter.value) });
    case 'in':
      return on(filter.field, { $in: filter.values.map(checked) });
    case 'prefix':
      return on(filter.field, { $regex: pattern(filter.start, filter.part) });
    case 'range':
      return comparison(filter, moments);
    case 'exists':
      return on(filter.field, anyValue);
    case 'within': {
      const values = filter.values.map(checked);
      return on(filter.field, { $elemMatch: { $in: values }, $not: { $elemMatch: { $nin: values } } });
    }
    case 'element':
      return on(filter.field, { $elemMatch: toMongo(filter.of, moments) });
    default:
      return refused(filter);
  }
}

/** `rec` is a single value wherever it is stored, so that the indexes beginning with it have the rows without it as well. */
function isOfNoRecord(absent: Filter): boolean {
  return absent.op === 'exists' && absent.field === 'rec';
}

function on(field: string, condition: Document): Document {
  return { [namesOf(field).join('.')]: condition };
}

/** Each conjunct's keys at the top while they are free, the others under `$and`. */
function conjunction(filters: readonly Filter[], moments: Moments): Document {
  const conjuncts = filters.flatMap(conjunctsOf).toSorted((a, b) => Number(b.op === 'equals') - Number(a.op === 'equals'));
  const top = new Map<string, unknown>();
  const rest: Document[] = [];
  for (const entries of conjuncts.map((filter) => Object.entries(toMongo(filter, moments)))) {
    if (entries.some(([key]) => key === '$and' || top.has(key))) rest.push(Object.fromEntries(entries));
    else for (const [key, condition] of entries) top.set(key, condition);
  }
  if (rest.length > 0) top.set('$and', rest);
  return Object.fromEntries(top);
}

function conjunctsOf(filter: Filter): readonly Filter[] {
  return filter.op === 'and' ? filter.of.flatMap(conjunctsOf) : [filter];
}

function disjunction(filters: readonly Filter[], moments: Moments): Document {
  const documents = filters.map((filter) => toMongo(filter, moments));
  const [only] = documents;
  if (only === undefined) return never;
  return documents.length === 1 ? only : { $or: documents };
}

function comparison(range: RangeFilter, moments: Moments): Document {
  const bounds = boundsOf(range, moments);
  if (bounds.length === 0) return never;
  const condition = Object.fromEntries(bounds.map(([name, value]) => [`$${name}`, value]));
  const names = namesOf(range.field);
  if (bounds.length === 1) return on(range.field, condition);
  if (lists.has(names.at(-1) ?? '')) return on(range.field, { $elemMatch: condition });
  const [first, parameter, ...inside] = names;
  // `p.<code>` is the one array of sub-rows that a path may cross.
  if (first !== 'p' || inside.length === 0) return on(range.field, condition);
  return on(`${first}.${parameter}`, { $elemMatch: on(inside.join('.'), condition) });
}

/** Anchored and without flags, every character of the values meaning itself: MongoDB reads the index bounds off it. */
function pattern(start: string, part: string | undefined): string {
  const text = part === undefined ? `^${literal(start)}` : `^${literal(start)}[\\s\\S]*${literal(part)}`;
  if (Buffer.byteLength(text) > longestPattern) throw refuse('too-costly', 'A value to search for is too long');
  return text;
}

function literal(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('\0', '\\x00');
}

function refused(_filter: never): never {
  throw new TypeError('not a Filter');
}
