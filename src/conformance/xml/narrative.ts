// The XHTML of a narrative as it stands in XML: verbatim where that is well-formed, else made so.
// https://hl7.org/fhir/R4/narrative.html#xhtml
import { Refusal } from '../../fhir/outcome.ts';
import { notXml } from './fault.ts';
import { judgeMarkup } from './markup.ts';
import { xhtml } from './namespace.ts';
import { parseXml, type Tag } from './parse.ts';
import { escaped } from './primitive.ts';

/** Names of HTML that XML lacks: from U+00A0 on, in order, then others by their number. https://www.w3.org/TR/html401/sgml/entities.html */
const latin =
  `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot
  cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml
  Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig
  agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute
  ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(/\s+/);
const others: Readonly<Record<string, number>> = {
  OElig: 338,
  oelig: 339,
  Yuml: 376,
  ndash: 8211,
  mdash: 8212,
  lsquo: 8216,
  rsquo: 8217,
  ldquo: 8220,
  rdquo: 8221,
  bull: 8226,
  hellip: 8230,
  euro: 8364,
  trade: 8482,
  larr: 8592,
  rarr: 8594,
  le: 8804,
  ge: 8805,
};
const characters: ReadonlyMap<string, number> = new Map([
  ...latin.map((name, index) => [name, 160 + index] as const),
  ...Object.entries(others),
]);
const entity = /&([a-zA-Z][a-zA-Z0-9]*);/g;
const ofXml = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

/** Of a div that JSON carries: HTML's entities become characters. What is not XML even so is left as its text. */
export function xmlOfDiv(div: string): string {
  const text = withCharacters(div.trim().toWellFormed().replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
  if (isDiv(text)) return text;
  const named = inNamespace(text);
  return isDiv(named) ? named : `<div xmlns="${xhtml}">${escaped(textWithin(div))}</div>`;
}

/** A div that does not name its namespace. */
export function inNamespace(div: string): string {
  return div.replace(/^<div/, `<div xmlns="${xhtml}"`);
}

function withCharacters(div: string): string {
  return div.replace(entity, (whole, name: string) => {
    if (ofXml.has(name)) return whole;
    const code = characters.get(name);
    return code === undefined ? `&amp;${name};` : String.fromCodePoint(code);
  });
}

function isDiv(text: string): boolean {
  const open = (tag: Tag): void => {
    if (!isXhtml(tag)) throw notXml('This is no XHTML');
  };
  try {
    judgeMarkup(text);
    for (const _ of parseXml(text, { open, close: () => undefined, text: () => undefined }));
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export function isXhtml({ uri, prefix }: Tag): boolean {
  return uri === xhtml && prefix === '';
}

function textWithin(div: string): string {
  return div.replace(/<[^<>]*>/g, ' ');
}
