// Strings: names, addresses, plain text. Indexed folded (`family|lefevre`), kept as written in `p` for `:exact`.
// https://hl7.org/fhir/R4/search.html#string
import type { SearchParameter } from '../conformance/conformance.ts';
import { isObject, listOf } from '../fhir/json.ts';
import { and, element, equals, type Filter, or, prefix } from '../filter/filter.ts';
import { fold, longestValue } from './fold.ts';
import { type Asked, type Entries, key, type ParameterType } from './parameter-type.ts';
import { badValue, tooMuch, unescaped } from './value.ts';

/** Parts of a family name after its first, and words of a `:text`. */
const mostParts = 5;
const mostWords = 32;

type Named = Pick<SearchParameter, 'code' | 'expression'>;

// The parts of a HumanName and of an Address; one that a type does not have is simply absent.
const parts = ['text', 'family', 'given', 'prefix', 'suffix', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

/** Texts, and those of a HumanName or an Address. */
export function stringsOf(node: unknown): readonly string[] {
  const values = isObject(node) ? parts.flatMap((part) => (Object.hasOwn(node, part) ? listOf(node[part]) : [])) : [node];
  return values.filter((value) => typeof value === 'string');
}

/** The one way of writing what can be written in several: letters with their accents. */
const composed = (text: string): string => text.normalize('NFC');
const folded = (text: string): string => fold(text).slice(0, longestValue);

/** A family name of several parts is found by each of them. */
function familiesOf({ expression }: Named, nodes: readonly unknown[]): readonly string[] {
  const families = expression.endsWith('.family') ? nodes : nodes.map((node) => (isObject(node) ? node.family : undefined));
  return families.filter((name) => typeof name === 'string');
}

function laterParts(text: string): readonly string[] {
  const spaces = text.matchAll(/ /g).take(mostParts);
  return [...spaces.map(({ index }) => text.slice(index + 1))];
}

function index(parameter: Named, nodes: readonly unknown[]): Entries {
  const { code } = parameter;
  const written = [...new Set(nodes.flatMap(stringsOf))];
  const texts = written.map(folded);
  const families = familiesOf(parameter, nodes).flatMap((name) => laterParts(folded(name)));
  const exact = written.filter((text) => text.length <= longestValue).map((text) => ({ x: composed(text) }));
  return {
    idx: [...texts, ...families].map((text) => `${code}|${text}`),
    p: exact.length === 0 ? {} : { [code]: exact },
    keys: nodes.length > 0 && texts.length === 0 ? [key('')] : texts.map(key),
  };
}

/** The folded texts of a condition, none of them empty: an empty one would find everything. */
function textsOf(name: string, values: readonly string[]): readonly string[] {
  const texts = values.map((value) => folded(unescaped(name, value)));
  if (texts.includes('')) throw badValue(name, 'a value has no letter, digit or sign to search for');
  return texts;
}

/** The entries of `entry` that begin with one of the values. */
export function beginningWith(entry: string, { name, values }: Pick<Asked, 'name' | 'values'>): Filter {
  return or(...textsOf(name, values).map((text) => prefix('idx', `${entry}|${text}`)));
}

/** Each word of a text begins a word of the strings. */
function inWords(code: string, name: string, texts: readonly string[]): Filter {
  const asked = texts.map((text) => text.split(' '));
  if (asked.flat().length > mostWords) throw tooMuch(`Parameter ${name}: more than ${mostWords} words`, name);
  const begins = (word: string): Filter => or(prefix('idx', `${code}|${word}`), prefix('idx', `${code}|`, ` ${word}`));
  return or(...asked.map((words) => and(...words.map(begins))));
}

function condition(asked: Asked): Filter | undefined {
  const { name, modifier, values } = asked;
  const { code } = asked.parameter;
  switch (modifier) {
    case undefined:
      return beginningWith(code, asked);
    case 'exact':
      return or(...values.map((value) => element(`p.${code}`, equals('x', composed(unescaped(name, value))))));
    case 'contains':
      return or(...textsOf(name, values).map((text) => prefix('idx', `${code}|`, text)));
    case 'text':
      return inWords(code, name, textsOf(name, values));
    default:
      return undefined;
  }
}

export const stringType: ParameterType = { index, modifiers: () => ['exact', 'contains', 'text'], condition };
