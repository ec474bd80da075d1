// How well a row answers the words that were asked for: a score from this row alone, so that no other row can move it.

import type { JsonObject } from '../fhir/json.ts';
import { storedAt } from './path.ts';

/** `field`: of the row's Words. */
export type Place = { readonly field: string; readonly weight: number };
/** The words that were asked for. */
export type Rank = readonly { readonly word: string; readonly places: readonly Place[] }[];

/** A word counts half where it is there this often, and never more than once whole. */
export const halfAt = 2;
/** Scores are whole numbers up to it: exact wherever they are computed. */
export const highestScore = 1000;

/** What store/rank.ts says. */
export function scoreOf(rank: Rank, row: JsonObject): number {
  const sum = rank.reduce((total, { word, places }) => {
    const often = places.reduce((count, { field, weight }) => count + weight * occurrences(row, field, word), 0);
    return total + Math.floor((highestScore * often) / (often + halfAt));
  }, 0);
  return Math.floor(sum / rank.length);
}

function occurrences(row: JsonObject, field: string, word: string): number {
  const [words] = storedAt(row, `${field}.t`);
  const [counts] = storedAt(row, `${field}.n`);
  const at = Array.isArray(words) ? words.indexOf(word) : -1;
  return at === -1 || !Array.isArray(counts) ? 0 : Number(counts[at] ?? 0);
}
