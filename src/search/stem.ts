// A folded French word without its ending, so that its forms meet: `opérée`, `operes`, `opérations` are all `oper`.
// https://snowballstem.org/algorithms/french/stemmer.html
import { stemmer } from '@orama/stemmers/french';

/** A plural is its singular first; and the algorithm reads accents, which a folded word has lost. */
const endings: readonly (readonly [RegExp, string])[] = [
  [/(?<=..[^s])s$/, ''],
  [/ee$/, 'e'],
  [/iere$/, 'ière'],
  [/oux$/, 'ou'],
];

/** Texts say the same words again and again. */
const known = new Map<string, string>();
const mostKnown = 20_000;

export function stem(folded: string): string {
  if (!/^[a-z]{3,}$/.test(folded)) return folded;
  const found = known.get(folded);
  if (found !== undefined) return found;
  const written = endings.reduce((word, [ending, by]) => word.replace(ending, by), folded);
  const stemmed = stemmer(written).replaceAll('è', 'e');
  if (known.size === mostKnown) known.clear();
  known.set(folded, stemmed);
  return stemmed;
}
