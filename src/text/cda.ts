// The text of a CDA document: its titles and narrative, or the file that is its body.
// https://www.hl7.org/implement/standards/product_brief.cfm?product_id=7 (CDA R2: ClinicalDocument, Section.text, NonXMLBody)
import { SaxesParser } from 'saxes';
import type { Passage } from '../search/words.ts';
import type { Lack } from './passages.ts';

type Body = { readonly contentType: string; readonly bytes: Uint8Array };
type Cda = { readonly passages: readonly Passage[]; readonly lack?: Lack; readonly body?: Body };

const namespace = 'urn:hl7-org:v3';
const deepest = 200;
const titleWeight = 3;
/** They stand within a word: anything else ends one. */
const inline = new Set(['content', 'sub', 'sup', 'linkHtml', 'footnoteRef']);

type Place = 'title' | 'narrative' | 'file' | undefined;

/** Throws on what is no XML, or declares a document type: nothing is expanded. */
export function passagesOfCda(xml: string): Cda {
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  const places: Place[] = [];
  const found = { title: [] as string[], narrative: [] as string[], file: [] as string[] };
  let file: { readonly mediaType: string; readonly inBase64: boolean; readonly isCompressed: boolean } | undefined;
  parser.on('doctype', () => {
    throw new Error('a document type');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const parent = path.at(-1);
    if (path.length > deepest || (parent === undefined && (local !== 'ClinicalDocument' || uri !== namespace)))
      throw new Error('no CDA');
    const place = places.at(-1) ?? (uri === namespace ? placeOf(local, parent) : undefined);
    const named = (name: string): string | undefined => attributes[name]?.value;
    if (place === 'file' && file === undefined)
      file = {
        mediaType: named('mediaType') ?? 'text/plain',
        inBase64: named('representation') === 'B64',
        isCompressed: named('compression') !== undefined,
      };
    path.push(local);
    places.push(place);
    if (place !== undefined && place !== 'file' && !inline.has(local)) found[place].push(' ');
  });
  parser.on('closetag', ({ local }) => {
    path.pop();
    const place = places.pop();
    if (place !== undefined && place !== 'file' && !inline.has(local)) found[place].push(' ');
  });
  const onText = (text: string): void => {
    const place = places.at(-1);
    if (place !== undefined) found[place].push(text);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.write(xml).close();
  const passages = [
    { text: found.title.join(''), weight: titleWeight },
    { text: found.narrative.join(''), weight: 1 },
  ];
  if (file === undefined) return { passages };
  if (file.isCompressed) return { passages, lack: 'unsupported' };
  return { passages, body: { contentType: file.mediaType, bytes: bytesOf(found.file.join(''), file.inBase64) } };
}

function placeOf(local: string, parent: string | undefined): Place {
  if (local === 'title' && (parent === 'section' || parent === 'ClinicalDocument')) return 'title';
  if (local === 'text' && parent === 'section') return 'narrative';
  return local === 'text' && parent === 'nonXMLBody' ? 'file' : undefined;
}

function bytesOf(text: string, inBase64: boolean): Uint8Array {
  return new Uint8Array(Buffer.from(text, inBase64 ? 'base64' : 'utf8'));
}
