// Strings as search compares them: without case, accents, ligatures, punctuation and needless spaces.
// https://hl7.org/fhir/R4/search.html#string

/** No request can name more of a string than this, so no more of one is indexed. */
export const longestValue = 4000;

const letters: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ʼ: ' ' };

export function fold(text: string): string {
  const once = foldOnce(text);
  return once === text ? once : fold(once);
}

function foldOnce(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[œæßøʼ]/gu, (letter) => letters[letter] ?? letter)
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim();
}
