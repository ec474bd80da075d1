// `_content` and `_text`: the words of a whole resource with its attachments, or of its narrative alone.
// https://hl7.org/fhir/R4/search.html#content
import type { SearchParameter } from '../conformance/conformance.ts';
import { isObject } from '../fhir/json.ts';
import { and, equals, type Filter, or } from '../filter/filter.ts';
import type { Place, Rank } from '../filter/rank.ts';
import { passagesOfHtml } from './markup.ts';
import { type Asked, type Entries, key, type ParameterType } from './parameter-type.ts';
import { badValue, tooMuch, unescaped } from './value.ts';
import { stemsOf, wordsOf } from './words.ts';

/** Characters of one resource: its attachments have limits of their own (src/text). */
const longestContent = 200_000;
const mostWords = 64;

/** Neither words nor said by the author: addresses, names of the protocol, bytes. */
const unread = new Set(
  'resourceType id meta reference url system contentType language data hash fullUrl profile implicitRules'.split(' '),
);
const moment = /^\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?)?)?$/;

/** What the resource itself says counts more than a word somewhere in an attachment. */
const places: Readonly<Record<string, readonly Place[]>> = {
  _content: [
    { field: 'w._content', weight: 4 },
    { field: 'f', weight: 1 },
  ],
  _text: [{ field: 'w._text', weight: 1 }],
};

export function isContent({ code }: Pick<SearchParameter, 'code'>): boolean {
  return Object.hasOwn(places, code);
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const texts = nodes.flatMap((node) => (code === '_text' ? narrativeOf(node) : textsOf('', node)));
  const words = wordsOf([{ text: texts.join('\n').slice(0, longestContent), weight: 1 }]);
  const keys = nodes.length === 0 ? [] : [key('')];
  return { idx: [], p: {}, keys, ...(words.t.length > 0 && { w: { [code]: words } }) };
}

/** Its `status` is none of the text. */
function narrativeOf(node: unknown): readonly string[] {
  return isObject(node) ? textsOf('div', node.div) : [];
}

function textsOf(name: string, node: unknown): readonly string[] {
  if (unread.has(name)) return [];
  if (typeof node === 'string') {
    if (name === 'div') return passagesOfHtml(node).map(({ text }) => text);
    return moment.test(node) ? [] : [node];
  }
  if (Array.isArray(node)) return node.flatMap((one) => textsOf(name, one));
  return isObject(node) ? Object.entries(node).flatMap(([of, value]) => textsOf(of, value)) : [];
}

/** Of each alternative all words, in any order: quotation marks and operators are no more than what stands between words. */
function condition({ parameter: { code }, name, modifier, values, attachments }: Asked): Filter | undefined {
  if (modifier !== undefined) return undefined;
  const fields = placesOf(code, attachments);
  return or(
    ...alternatives(name, values).map((stems) =>
      and(...stems.map((stem) => or(...fields.map(({ field }) => equals(`${field}.t`, stem))))),
    ),
  );
}

/** By which words, and where they stand, the rows that the condition finds are better or worse. */
export function rankOf({ parameter: { code }, name, values, attachments }: Asked): Rank {
  const at = placesOf(code, attachments);
  return [...new Set(alternatives(name, values).flat())].map((word) => ({ word, places: at }));
}

function placesOf(code: string, attachments: boolean): readonly Place[] {
  return (places[code] ?? []).filter(({ field }) => attachments || field !== 'f');
}

function alternatives(name: string, values: readonly string[]): readonly (readonly string[])[] {
  const found = values.map((value) => [...new Set(stemsOf(unescaped(name, value)))]);
  if (found.some((stems) => stems.length === 0)) throw badValue(name, 'a value has no word to search for');
  if (found.flat().length > mostWords) throw tooMuch(`Parameter ${name}: more than ${mostWords} words`, name);
  return found;
}

export const contentType: ParameterType = { modifiers: () => [], index, condition };
