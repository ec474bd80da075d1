// URIs: the whole of one, or by `:below` and `:above` the segments of its path; a canonical is found with and without its version.
// https://hl7.org/fhir/R4/search.html#uri, https://hl7.org/fhir/R4/search.html#versions
import { type Filter, oneOf, or, prefix } from '../filter/filter.ts';
import { longestValue } from './fold.ts';
import { type Asked, type Entries, key, type ParameterType } from './parameter-type.ts';
import { badValue, tooMuch, unescaped } from './value.ts';

const url = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i;
const mostAbove = 100;
/** After which the next part of a URL begins; within the version of a canonical also at a dot. */
const ends = ['/', '?', '#', '|'];

function index({ code }: { readonly code: string }, nodes: readonly unknown[]): Entries {
  const texts = nodes.filter((node) => typeof node === 'string' && node.length <= longestValue).map(String);
  const found = texts.flatMap((text) => [text, text.replace(/\|[^|]*$/, '')]);
  return { idx: [...new Set(found)].map((text) => `${code}|${text}`), p: {}, keys: texts.map(key) };
}

/** The URL itself and whatever it leads to. */
export function below(code: string, text: string): Filter {
  const inside = text.includes('|') ? [...ends, '.'] : ends;
  if (ends.some((end) => text.endsWith(end))) return prefix('idx', `${code}|${text}`);
  return or(oneOf('idx', [`${code}|${text}`]), ...inside.map((end) => prefix('idx', `${code}|${text}${end}`)));
}

/** The URL itself and whatever leads to it, with and without the last slash. */
function above(code: string, text: string, name: string): Filter {
  const found: string[] = [text];
  const start = text.indexOf('://') + 3;
  for (let at = text.length - 1; at > start; at -= 1) {
    if (text[at] === '/') found.push(text.slice(0, at), text.slice(0, at + 1));
    else if (ends.includes(text[at] ?? '')) found.push(text.slice(0, at));
  }
  if (found.length > mostAbove) throw tooMuch(`Parameter ${name}: a URL of too many parts`, name);
  return oneOf(
    'idx',
    [...new Set(found)].map((one) => `${code}|${one}`),
  );
}

function condition({ parameter: { code }, name, modifier, values }: Asked): Filter | undefined {
  const texts = values.map((value) => unescaped(name, value));
  if (modifier === undefined)
    return oneOf(
      'idx',
      texts.map((text) => `${code}|${text}`),
    );
  const filterOf = modifier === 'below' ? below : modifier === 'above' ? above : undefined;
  if (filterOf === undefined) return undefined;
  if (!texts.every((text) => url.test(text))) throw badValue(name, 'only a URL has something above or below it');
  return or(...texts.map((text) => filterOf(code, text, name)));
}

export const uriType: ParameterType = { index, modifiers: () => ['above', 'below'], condition };
