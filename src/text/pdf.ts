// The text of a PDF, page by page. Its scripts are never run, nothing is drawn.
// https://github.com/unjs/unpdf, https://mozilla.github.io/pdf.js/api/
import { getDocumentProxy } from 'unpdf';
import { isObject } from '../fhir/json.ts';
import type { Passages } from './passages.ts';

const mostPages = 1000;
/** Milliseconds, below the limit of the thread: what was read till then is kept. */
const longest = 7000;
export const mostCharacters = 4_000_000;

/** Where the header is searched for, as readers do. */
const beginning = 1024;

export async function passagesOfPdf(bytes: Uint8Array): Promise<Passages> {
  // Without it the library would look for objects in all of the bytes.
  if (!Buffer.from(bytes.subarray(0, beginning)).includes('%PDF-')) return { passages: [], lack: 'broken' };
  const document = await opened(bytes);
  if (document === undefined) return { passages: [], lack: 'encrypted' };
  const pages: string[] = [];
  let length = 0;
  const end = performance.now() + longest;
  let number = 1;
  for (; number <= Math.min(document.numPages, mostPages) && length < mostCharacters && performance.now() < end; number += 1) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
    page.cleanup();
    length += text.length;
    pages.push(text);
  }
  const passages = [{ text: unbroken(pages.join('\n')), weight: 1 }];
  return number <= document.numPages ? { passages, lack: 'cut' } : { passages };
}

type Document = Awaited<ReturnType<typeof getDocumentProxy>>;

async function opened(bytes: Uint8Array): Promise<Document | undefined> {
  try {
    return await getDocumentProxy(bytes, { verbosity: 0, useWasm: false, isOffscreenCanvasSupported: false });
  } catch (error) {
    // The library's own, which is no Error.
    if (isObject(error) && error.name === 'PasswordException') return undefined;
    throw error;
  }
}

/** Words that a line ends in the middle of. */
function unbroken(text: string): string {
  return text.replace(/[-\u00ad]\n(?=\p{Ll})/gu, '');
}
