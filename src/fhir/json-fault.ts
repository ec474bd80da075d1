// Where a text stops being JSON: the engine does not always say.
// https://www.rfc-editor.org/rfc/rfc8259
const blank = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no string holds one as it is.
const special = /["\\\u0000-\u001f]/g;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Next = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/** Index of the first character that no JSON text has there; the length of a text that only ends too soon. */
export function jsonFault(text: string): number {
  const open: ('{' | '[')[] = [];
  let next: Next = 'value';
  let at = ended(blank, text, 0) ?? 0;
  while (at < text.length) {
    const sign = text[at] ?? '';
    const end = endOf(text, at, next);
    if (sign === '}' || sign === ']') {
      if (!next.endsWith('end') || open.pop() !== (sign === '}' ? '{' : '[')) return at;
      next = after(open);
    } else if (end === undefined) return at;
    else if (sign === '"' && text[end - 1] !== '"') return end;
    else if (sign === '{' || sign === '[') {
      open.push(sign);
      next = sign === '{' ? 'name or end' : 'value or end';
    } else if (next === 'colon') next = 'value';
    else if (next === 'comma or end') next = open.at(-1) === '{' ? 'name' : 'value';
    else next = next.startsWith('name') ? 'colon' : after(open);
    at = ended(blank, text, end ?? at + 1) ?? text.length;
  }
  return at;
}

function after(open: readonly string[]): Next {
  return open.length === 0 ? 'nothing' : 'comma or end';
}

/** Where what may come next ends; undefined where something else stands. */
function endOf(text: string, at: number, next: Next): number | undefined {
  const sign = text[at];
  if (next === 'colon') return sign === ':' ? at + 1 : undefined;
  if (next === 'comma or end') return sign === ',' ? at + 1 : undefined;
  if (sign === '"' && next !== 'nothing') return endOfString(text, at);
  if (!next.startsWith('value')) return undefined;
  return sign === '{' || sign === '[' ? at + 1 : ended(scalar, text, at);
}

/** After its closing quote, or at what no string holds. */
function endOfString(text: string, start: number): number {
  special.lastIndex = start + 1;
  for (let found = special.exec(text); found !== null; found = special.exec(text)) {
    if (found[0] === '"') return special.lastIndex;
    const end = ended(escaped, text, found.index);
    if (end === undefined) return found.index;
    special.lastIndex = end;
  }
  return text.length;
}

function ended(part: RegExp, text: string, at: number): number | undefined {
  part.lastIndex = at;
  return part.test(text) ? part.lastIndex : undefined;
}
