// Whether a JSON text gives the same name twice within one object: parsers disagree on which of the two counts.
// https://www.rfc-editor.org/rfc/rfc7519#section-4
const lexeme = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** For text that JSON.parse accepts. Names are compared unescaped. */
export function hasDuplicateNames(text: string): boolean {
  const lexemes = text.match(lexeme) ?? [];
  const open: Set<string>[] = [];
  for (const [at, current] of lexemes.entries()) {
    if (current === '{' || current === '[') open.push(new Set());
    if (current === '}' || current === ']') open.pop();
    if (lexemes[at + 1] !== ':') continue;
    const names = open.at(-1);
    const name = String(JSON.parse(current));
    if (names?.has(name)) return true;
    names?.add(name);
  }
  return false;
}
