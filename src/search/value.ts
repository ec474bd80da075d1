// The values of a search parameter: alternatives by comma, parts by bar, and the escapes that take their meaning away.
// https://hl7.org/fhir/R4/search.html#escaping
import { Refusal, refuse } from '../fhir/outcome.ts';
import { longestValue } from './fold.ts';

const mostValues = 200;

export function badValue(name: string, text: string): Refusal {
  return refuse('bad-parameter', `Parameter ${name}: ${text}`, `http.${name}`);
}

export function unknownParameter(name: string): Refusal {
  return refuse('unknown-parameter', `Parameter ${name} is not supported here`, `http.${name}`);
}

const mostNamed = 12;

/** Never left out, however lenient the search: without its modifier a parameter asks for something else. */
export function unknownModifier(name: string, known: readonly string[]): Refusal {
  const names = known.slice(0, mostNamed).map((modifier) => `:${modifier}`);
  const list = [...names, ...(known.length > mostNamed ? ['…'] : [])].join(', ');
  const text = `Parameter ${name}: no such modifier here; there are ${list}`;
  return new Refusal('bad-parameter', [{ text, expression: `http.${name}`, code: 'not-supported' }]);
}

/** A part of a request that no search takes, whatever is stored. */
export function tooMuch(text: string, name?: string): Refusal {
  return refuse('too-costly', text, name === undefined ? undefined : `http.${name}`);
}

/** The alternatives of a parameter, escapes still in them. */
export function valuesOf(name: string, text: string): readonly string[] {
  if (!text.isWellFormed() || /[^\P{Cc}\t\n\r]/u.test(text)) throw badValue(name, 'a character that no value has');
  const values = split(text, ',');
  if (values.length > mostValues) throw tooMuch(`Parameter ${name}: more than ${mostValues} values`, name);
  if (values.some((value) => value.length > longestValue))
    throw tooMuch(`Parameter ${name}: a value of more than ${longestValue} characters`, name);
  if (values.some((value) => value.trim() === '')) throw badValue(name, 'a value is empty');
  return values;
}

export function split(text: string, separator: ',' | '|' | '$'): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

export function unescaped(name: string, text: string): string {
  return text.replace(/\\([\s\S]?)/g, (_, escaped: string) => {
    if (escaped === '' || !'\\,|$'.includes(escaped))
      throw badValue(name, 'a backslash stands only before a comma, a bar, a dollar or itself');
    return escaped;
  });
}
