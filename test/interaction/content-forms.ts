// Questions for words of the official examples' narratives, and which examples have them: read from their text, not from what is indexed.
// https://hl7.org/fhir/R4/search.html#content
import { isObject } from '../../src/fhir/json.ts';
import { stemsOf } from '../../src/search/words.ts';
import type { Form } from './example-questions.ts';

/** Neither words nor said by the author. */
const unsaid =
  /"(?:resourceType|id|reference|url|system|contentType|language|data|hash|fullUrl|implicitRules)":"(?:[^"\\]|\\.)*"|"(?:meta|profile)":(?:\{[^{}]*\}|\[[^[\]]*\])/g;

export function contentForms(code: string, nodes: readonly unknown[]): readonly Form[] {
  const said = code === '_text' ? narrativeOf : saidIn;
  return nodes.flatMap((node) => {
    const word = /(?<![\w-])[a-z]{6,14}(?![\w-])/.exec(said(node))?.[0];
    if (word === undefined) return [];
    const [stem = ''] = stemsOf(word);
    const meets = (others: readonly unknown[]): boolean => others.some((other) => stemsOf(said(other)).includes(stem));
    return [{ kind: 'word', query: `${code}=${word.toUpperCase()}`, meets }];
  });
}

function narrativeOf(node: unknown): string {
  return isObject(node) && typeof node.div === 'string' ? withoutTags(node.div) : '';
}

function saidIn(node: unknown): string {
  return withoutTags(
    JSON.stringify(node)
      .replace(unsaid, '""')
      .replace(/\\[nrt"]|"\w+":/g, ' '),
  );
}

function withoutTags(text: string): string {
  return text.replace(/<[^>]*>/g, ' ');
}
