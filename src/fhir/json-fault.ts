// What is wrong with a text as JSON: where it stops being JSON, a name twice in one object or that none may have, too deep, too many values.
// An own `toString` leaves an object of which no text can be made, and no element of FHIR is called so.
// https://www.rfc-editor.org/rfc/rfc8259
const blank = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no string holds one as it is.
const special = /["\\\u0000-\u001f]/g;
const escaped = /(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){1,1000}/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

export const deepestJson = 200;
export const mostValues = 500_000;

export type JsonFault = {
  readonly kind: 'malformed' | 'repeated' | 'unnameable' | 'deep' | 'many';
  /** Index of the first character that may not stand there; the length of a text that only ends too soon. */
  readonly at: number;
  /** The names and indexes that lead there: `entry[3].resource.gender`. */
  readonly path: string;
};

/** An object has names, an array has none. `name`, `index`: of what is being read in it. */
type Open = { readonly names?: Set<string>; name: string; index: number };

type Scan = {
  readonly text: string;
  readonly open: Open[];
  at: number;
  next: 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';
  values: number;
};

/** The first fault; undefined where all parsers read the same. */
export function jsonFault(text: string): JsonFault | undefined {
  const scan: Scan = { text, open: [], at: 0, next: 'value', values: 0 };
  skip(scan, blank);
  while (scan.at < text.length) {
    const kind = step(scan);
    if (kind !== undefined) return { kind, at: scan.at, path: pathOf(scan.open) };
    skip(scan, blank);
  }
  return scan.next === 'nothing' ? undefined : { kind: 'malformed', at: text.length, path: pathOf(scan.open) };
}

/** Reads one token; or says what is wrong with it, `at` being where. */
function step(scan: Scan): JsonFault['kind'] | undefined {
  const sign = scan.text[scan.at];
  const within = scan.open.at(-1);
  switch (scan.next) {
    case 'nothing':
      return 'malformed';
    case 'colon':
      return sign === ':' ? advance(scan, 'value') : 'malformed';
    case 'comma or end':
      return sign === ',' ? following(scan, within) : close(scan, sign);
    case 'name or end':
      return sign === '}' ? close(scan, sign) : readName(scan, within);
    case 'name':
      return readName(scan, within);
    case 'value or end':
      return sign === ']' ? close(scan, sign) : readValue(scan, sign);
    case 'value':
      return readValue(scan, sign);
  }
}

function advance(scan: Scan, next: Scan['next']): undefined {
  scan.at += 1;
  scan.next = next;
}

function following(scan: Scan, within: Open | undefined): undefined {
  if (within?.names === undefined && within !== undefined) within.index += 1;
  return advance(scan, within?.names === undefined ? 'value' : 'name');
}

function close(scan: Scan, sign: string | undefined): JsonFault['kind'] | undefined {
  if (sign !== (scan.open.at(-1)?.names === undefined ? ']' : '}')) return 'malformed';
  scan.open.pop();
  return advance(scan, afterValue(scan));
}

function afterValue({ open }: Scan): Scan['next'] {
  return open.length === 0 ? 'nothing' : 'comma or end';
}

function readName(scan: Scan, within: Open | undefined): JsonFault['kind'] | undefined {
  const { text, at } = scan;
  if (text[at] !== '"' || !skipString(scan)) return 'malformed';
  const written = text.slice(at + 1, scan.at - 1);
  const name = written.includes('\\') ? String(JSON.parse(`"${written}"`)) : written;
  scan.next = 'colon';
  if (within === undefined) return undefined;
  within.name = name;
  if (name === 'toString') return here(scan, at, 'unnameable');
  if (within.names?.has(name) !== true) return void within.names?.add(name);
  return here(scan, at, 'repeated');
}

function here(scan: Scan, at: number, kind: JsonFault['kind']): JsonFault['kind'] {
  scan.at = at;
  return kind;
}

function readValue(scan: Scan, sign: string | undefined): JsonFault['kind'] | undefined {
  scan.values += 1;
  if (scan.values > mostValues) return 'many';
  if (sign === '{' || sign === '[') {
    if (scan.open.length === deepestJson) return 'deep';
    scan.open.push({ ...(sign === '{' ? { names: new Set() } : {}), name: '', index: 0 });
    return advance(scan, sign === '{' ? 'name or end' : 'value or end');
  }
  if (!(sign === '"' ? skipString(scan) : skip(scan, scalar))) return 'malformed';
  scan.next = afterValue(scan);
  return undefined;
}

/** To after its closing quote; false at what no string holds. */
function skipString(scan: Scan): boolean {
  const { text } = scan;
  special.lastIndex = scan.at + 1;
  while (special.test(text)) {
    const { lastIndex } = special;
    scan.at = lastIndex - 1;
    if (text[scan.at] === '"') {
      scan.at = lastIndex;
      return true;
    }
    if (!skip(scan, escaped)) return false;
    special.lastIndex = scan.at;
  }
  scan.at = text.length;
  return false;
}

function skip(scan: Scan, part: RegExp): boolean {
  part.lastIndex = scan.at;
  if (!part.test(scan.text)) return false;
  scan.at = part.lastIndex;
  return true;
}

/** As far as the names are those of elements. */
function pathOf(open: readonly Open[]): string {
  let path = '';
  for (const { names, name, index } of open) {
    if (names !== undefined && !/^\w{1,64}$/.test(name)) break;
    path += names === undefined ? `[${index}]` : `${path === '' ? '' : '.'}${name}`;
  }
  return path;
}
