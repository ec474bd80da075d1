// Narrative: one well-formed div of the tags and attributes that FHIR allows, nothing that runs.
// https://hl7.org/fhir/R4/narrative.html#xhtml
const tags = new Set(
  (
    'a abbr acronym address b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins ' +
    'kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
);
const attributes = new Set(
  (
    'abbr accesskey align alt axis border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class colspan compact coords dir ' +
    'frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style summary tabindex ' +
    'title type valign value vspace width xml:base xml:lang xml:space xmlns'
  ).split(' '),
);
const name = /^[a-zA-Z][a-zA-Z0-9]*/;
const attribute = /^\s+([a-zA-Z][a-zA-Z0-9:]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/;
const entities = /&(?!(?:[a-zA-Z][a-zA-Z0-9]*|#\d+|#x[0-9a-fA-F]+);)/;
const address = /^\s*(?:https?:|mailto:|tel:|urn:|data:image\/(?:png|jpeg|gif);|#|\/|[^:]*$)/i;
const longestTag = 65_536;

/** The end of the tag that begins at `from`: quotes may hold `>`. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  const limit = Math.min(text.length, from + longestTag);
  for (let at = from; at < limit; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '>') return at;
  }
  return -1;
}

function attributesAllowed(text: string): boolean {
  let rest = text;
  while (rest.trim() !== '') {
    const match = attribute.exec(rest);
    const key = match?.[1];
    if (match === null || key === undefined || !attributes.has(key)) return false;
    if ((key === 'href' || key === 'src') && !address.test(match[2] ?? match[3] ?? '')) return false;
    rest = rest.slice(match[0].length);
  }
  return true;
}

/** Opens or closes on the stack of open tags; false for what FHIR does not allow. */
function take(inside: string, open: string[]): boolean {
  if (inside.startsWith('/')) return open.pop() === inside.slice(1).trim();
  const closed = inside.endsWith('/');
  const tag = name.exec(inside)?.[0];
  if (tag === undefined || !tags.has(tag)) return false;
  if (!attributesAllowed(inside.slice(tag.length, closed ? -1 : undefined))) return false;
  if (!closed) open.push(tag);
  return true;
}

export function isNarrative(text: string): boolean {
  const div = text.trim();
  if (!/^<div[\s>]/.test(div) || entities.test(div)) return false;
  const open: string[] = [];
  let at = 0;
  while (at < div.length) {
    const start = div.indexOf('<', at);
    if (start === -1) return false;
    if (start > at && open.length === 0) return false;
    if (div.startsWith('<!--', start)) {
      at = div.indexOf('-->', start) + 3;
      if (at === 2) return false;
      continue;
    }
    const end = endOfTag(div, start + 1);
    if (end === -1 || (start > 0 && open.length === 0) || !take(div.slice(start + 1, end), open)) return false;
    at = end + 1;
  }
  return open.length === 0;
}
