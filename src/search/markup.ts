// The text of HTML and of narratives: what a reader sees, without markup, scripts and styles.
// https://hl7.org/fhir/R4/narrative.html#xhtml
import { Parser } from 'htmlparser2';
import type { Passage } from './words.ts';

const unread = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'object', 'iframe']);
/** They stand within a word: anything else ends one. */
const inline = new Set(['a', 'b', 'big', 'em', 'font', 'i', 'mark', 's', 'small', 'span', 'strong', 'u', 'wbr']);
const titleWeight = 3;

/** Title and text. Never throws: of HTML everything is a text. */
export function passagesOfHtml(html: string): readonly Passage[] {
  const [title, text]: [string[], string[]] = [[], []];
  let hidden = 0;
  let titled = 0;
  const edge = (name: string, step: 1 | -1): void => {
    if (unread.has(name)) hidden += step;
    if (name === 'title') titled += step;
    if (!inline.has(name)) text.push(' ');
  };
  const parser = new Parser(
    {
      onopentagname: (name) => edge(name, 1),
      onclosetag: (name) => edge(name, -1),
      ontext: (part) => {
        if (hidden === 0) (titled > 0 ? title : text).push(part);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return [
    { text: title.join(''), weight: titleWeight },
    { text: text.join(''), weight: 1 },
  ];
}
