// The media types whose text is read, and how.
// https://www.iana.org/assignments/media-types/media-types.xhtml
export type Form = 'pdf' | 'text' | 'html' | 'cda' | 'rtf';

const forms: ReadonlyMap<string, Form> = new Map([
  ['application/pdf', 'pdf'],
  ['text/plain', 'text'],
  ['text/markdown', 'text'],
  ['text/csv', 'text'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/xml', 'cda'],
  ['application/xml', 'cda'],
  ['application/hl7-v3', 'cda'],
  ['application/hl7-v3+xml', 'cda'],
  ['application/hl7-cda+xml', 'cda'],
  ['text/rtf', 'rtf'],
  ['application/rtf', 'rtf'],
]);

/** Undefined for what has no text that we read. */
export function formOf(contentType: string): Form | undefined {
  return forms.get((contentType.split(';')[0] ?? '').trim().toLowerCase());
}

export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([\w.:-]+)"?/i.exec(contentType)?.[1];
}
