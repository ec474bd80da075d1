// The words of a text as full-text search compares them: folded, without elisions and stop words, stemmed, counted.
// https://hl7.org/fhir/R4/search.html#content
import type { Words } from '../filter/row.ts';
import { fold } from './fold.ts';
import { stem } from './stem.ts';

/** `weight`: what one word of it counts. */
export type Passage = { readonly text: string; readonly weight: number };

/** Of one text: those that come after are not found. */
export const mostStems = 5000;
const longestWord = 64;

const elision = /(?<![\p{L}\p{N}])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ‘]/giu;
/** `I.R.M.` is written `IRM` as well. */
const initials = /(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])/gu;

/** What says nothing of a text: of single letters those only that are words. */
const stopWords = new Set(
  `a ai aie ait apres as au aucun aucune aujourd aussi autre autres aux avait avec avez avoir ayant ce ceci cela celle celles
  celui ces cet cette ceux chaque comme dans de des donc dont du elle elles en entre es est et etaient etait etant etc ete etes etre
  eu eux fait hui il ils je la le les leur leurs lui ma mais me meme memes mes moi mon ne ni nos notre nous on ont ou par
  parce pas pour qu que quel quelle quelles quels qui sa sans se sera ses si soit son sont sous suis sur ta te tes toi ton tous
  tout toute toutes tres tu un une vers vos votre vous y`.split(/\s+/),
);

/** In their order, as often as they are there. */
export function stemsOf(text: string): readonly string[] {
  const plain = text.replace(elision, ' ').replace(initials, (letters) => letters.replaceAll('.', ''));
  const words = fold(plain).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => (stopWords.has(word) ? [] : [stem(word.slice(0, longestWord).toWellFormed())]));
}

export function wordsOf(passages: readonly Passage[]): Words {
  const counts = new Map<string, number>();
  for (const { text, weight } of passages) {
    for (const one of stemsOf(text)) {
      const known = counts.get(one);
      if (known !== undefined || counts.size < mostStems) counts.set(one, (known ?? 0) + weight);
    }
  }
  return { t: [...counts.keys()], n: [...counts.values()] };
}
