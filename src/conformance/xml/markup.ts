// What no resource may have in XML, found before it is parsed: nothing of it is expanded, kept or waited for.
// https://hl7.org/fhir/R4/xml.html, https://hl7.org/fhir/R4/security.html#narrative
import { Refusal } from '../../fhir/outcome.ts';
import { notXml } from './fault.ts';

const longestComment = 65_536;
/** Of line breaks, tabs and references: each of them costs more than the character that it is. */
const mostSigns = 2_000_000;
const declaration = /^<\?xml[ \t\n\r]/;

/** Throws a Refusal. In well-formed XML `<` begins markup wherever it stands, but in a comment. */
export function judgeMarkup(text: string): void {
  judgeSigns(text);
  const markup = /<[!?]/g;
  for (let found = markup.exec(text); found !== null; found = markup.exec(text)) {
    const { index } = found;
    if (text.startsWith('<!--', index)) markup.lastIndex = endOfComment(text, index);
    else if (text.startsWith('<!D', index)) throw notXml('A document type is not taken');
    else if (text.startsWith('<![', index)) throw notXml('CDATA sections are not taken');
    else if (text.startsWith('<?', index) && !(index === 0 && declaration.test(text)))
      throw notXml('Processing instructions are not taken');
  }
}

function endOfComment(text: string, from: number): number {
  const end = text.indexOf('-->', from + 4);
  if (end === -1) throw notXml('A comment has no end');
  if (end - from > longestComment)
    throw new Refusal('too-large', [{ text: `A comment of more than ${longestComment} characters` }]);
  return end + 3;
}

function judgeSigns(text: string): void {
  let signs = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x09 || code === 0x0a || code === 0x0d || code === 0x26) signs += 1;
  }
  if (signs > mostSigns) throw new Refusal('too-large', [{ text: `More than ${mostSigns} line breaks, tabs and references` }]);
}
