// The value attribute of a primitive ⇄ its JSON value. Decimals keep their digits.
// https://hl7.org/fhir/R4/datatypes.html#primitive, https://hl7.org/fhir/R4/json.html#primitive
import { isRawNumber, parseJson } from '../../fhir/json.ts';

const integer = /^(?:0|[-+]?[1-9]\d*)$/;
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numbers: ReadonlyMap<string, RegExp> = new Map([
  ['integer', integer],
  ['positiveInt', integer],
  ['unsignedInt', integer],
  ['decimal', decimal],
]);
const longestNumber = 64;
/** Whose blanks at both ends are content. */
const free = new Set(['string', 'markdown', 'base64Binary']);

/** undefined where the text is none of the type. Strings are judged when the resource is. */
export function valueOfText(type: string, text: string): unknown {
  const trimmed = free.has(type) ? text : trimmedOf(text);
  if (type === 'boolean') return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined;
  const form = numbers.get(type);
  if (form === undefined) return trimmed;
  return trimmed.length <= longestNumber && form.test(trimmed) ? parseJson(trimmed.replace(/^\+/, '')) : undefined;
}

/** Without XML's blanks, and no others, at both ends. */
function trimmedOf(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (from < to && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Of a value that the validator has accepted. */
export function textOfValue(value: unknown): string {
  return isRawNumber(value) ? value.rawJSON : String(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no XML document holds most of them, in any form.
const special = /[&<>"\u0000-\u001f\ufffe\uffff]/g;
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text as it may stand in an attribute or between tags. */
export function escaped(text: string): string {
  return text.toWellFormed().replace(special, (sign) => escapes[sign] ?? '\ufffd');
}
