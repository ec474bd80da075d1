// The passages of a document by its media type. In the worker only: files are hostile.
import { passagesOfHtml } from '../search/markup.ts';
import type { Passage } from '../search/words.ts';
import { passagesOfCda } from './cda.ts';
import { decoded } from './charset.ts';
import { charsetOf, formOf } from './media-type.ts';
import { passagesOfPdf } from './pdf.ts';
import { textOfRtf } from './rtf.ts';

/** Why a document is not, or not wholly, found by its words. */
export type Lack = 'unsupported' | 'broken' | 'encrypted' | 'large' | 'costly' | 'cut';
export type Passages = { readonly passages: readonly Passage[]; readonly lack?: Lack };

/** Never throws: of a document that cannot be read there are none. */
export async function passagesOf(contentType: string, bytes: Uint8Array): Promise<Passages> {
  try {
    return await read(contentType, bytes);
  } catch {
    return { passages: [], lack: 'broken' };
  }
}

async function read(contentType: string, bytes: Uint8Array): Promise<Passages> {
  const text = (): string => decoded(bytes, charsetOf(contentType));
  switch (formOf(contentType)) {
    case 'pdf':
      return await passagesOfPdf(bytes);
    case 'text':
      return { passages: [{ text: text(), weight: 1 }] };
    case 'html':
      return { passages: passagesOfHtml(text()) };
    case 'rtf':
      return { passages: [{ text: textOfRtf(bytes), weight: 1 }] };
    case 'cda':
      return await withBody(text());
    case undefined:
      return { passages: [], lack: 'unsupported' };
  }
}

/** What a CDA document wraps is a document again, but no CDA. */
async function withBody(xml: string): Promise<Passages> {
  const { passages, lack, body } = passagesOfCda(xml);
  if (body === undefined) return { passages, ...(lack && { lack }) };
  const isCda = formOf(body.contentType) === 'cda';
  const inner: Passages = isCda ? { passages: [], lack: 'unsupported' } : await passagesOf(body.contentType, body.bytes);
  return { ...inner, passages: [...passages, ...inner.passages] };
}
