// The text of RTF: control words and the groups of fonts, colours, styles and pictures left out.
// https://www.iana.org/assignments/media-types/application/rtf
import { latin } from './charset.ts';

/** A control word with its number, a control sign, a group's edge, or plain text. */
const token = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}]+)/gi;
const unread = new Set(
  'fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable rsidtbl generator'.split(' '),
);
const spaces = new Set('par line tab cell row sect page'.split(' '));

/** Throws on what is no RTF. */
export function textOfRtf(bytes: Uint8Array): string {
  const source = latin(bytes);
  if (!source.startsWith('{\\rtf')) throw new Error('no RTF');
  const text: string[] = [];
  const hidden: boolean[] = [];
  let isHidden = false;
  let skipped = 0;
  const say = (part: string): void => {
    if (isHidden) return;
    text.push(part.slice(Math.min(skipped, part.length)));
    skipped = Math.max(0, skipped - part.length);
  };
  for (const [, word, number, hex, sign, edge, plain] of source.matchAll(token)) {
    if (edge === '{') hidden.push(isHidden);
    else if (edge === '}') isHidden = hidden.pop() ?? true;
    else if (sign === '*' || (word !== undefined && unread.has(word))) isHidden = true;
    else if (hex !== undefined) say(latin(Uint8Array.of(Number.parseInt(hex, 16))));
    else if (word === 'u' && number !== undefined) {
      say(String.fromCharCode(Number(number) & 0xffff));
      // What follows is for readers without Unicode.
      skipped = isHidden ? 0 : 1;
    } else if (word !== undefined && spaces.has(word)) say(' ');
    else if (sign === '~') say(' ');
    else if (plain !== undefined) say(plain.replace(/[\r\n]+/g, ''));
  }
  return text.join('');
}
