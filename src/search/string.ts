// Strings: names, addresses, plain text. Indexed folded (`family|lefevre`), kept as written in `p` for `:exact`.
// https://hl7.org/fhir/R4/search.html#string
import { isObject, listOf } from '../fhir/json.ts';
import { element, equals, type Filter, or, prefix } from '../filter/filter.ts';
import { fold, longestValue } from './fold.ts';
import { type Asked, type Entries, key, type ParameterType } from './parameter-type.ts';
import { badValue, unescaped } from './value.ts';

// The parts of a HumanName and of an Address; one that a type does not have is simply absent.
const parts = ['text', 'family', 'given', 'prefix', 'suffix', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

function stringsOf(node: unknown): readonly string[] {
  const values = isObject(node) ? parts.flatMap((part) => (Object.hasOwn(node, part) ? listOf(node[part]) : [])) : [node];
  return values.filter((value) => typeof value === 'string');
}

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const written = [...new Set(nodes.flatMap(stringsOf))];
  const folded = written.map((text) => fold(text).slice(0, longestValue));
  const exact = written.filter((text) => text.length <= longestValue).map((x) => ({ x }));
  return {
    idx: folded.map((text) => `${code}|${text}`),
    p: exact.length === 0 ? {} : { [code]: exact },
    keys: nodes.length > 0 && folded.length === 0 ? [key('')] : folded.map(key),
  };
}

function condition({ parameter: { code }, name, modifier, values }: Asked): Filter | undefined {
  const texts = values.map((value) => unescaped(name, value));
  if (modifier === 'exact') return or(...texts.map((text) => element(`p.${code}`, equals('x', text))));
  if (modifier !== undefined && modifier !== 'contains') return undefined;
  const folded = texts.map((text) => fold(text).slice(0, longestValue));
  if (folded.includes('')) throw badValue(name, 'a value has no letter, digit or sign to search for');
  return or(
    ...folded.map((text) => (modifier === 'contains' ? prefix('idx', `${code}|`, text) : prefix('idx', `${code}|${text}`))),
  );
}

export const stringType: ParameterType = { index, condition };
