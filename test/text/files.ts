// Files of every form that the server reads, and of those that would harm it, made by hand: small, French, synthetic.
// https://opensource.adobe.com/dc-acrobat-sdk-docs/standards/pdfstandards/pdf/PDF32000_2008.pdf
import { deflateSync } from 'node:zlib';

type PdfOptions = {
  /** Further entries of the trailer. */
  readonly trailer?: string;
  /** Of each page, in place of its text. */
  readonly content?: (text: string) => Buffer;
};

/** A page for each text. */
export function pdf(pages: readonly string[], { trailer = '', content = drawn }: PdfOptions = {}): Buffer {
  const firstPage = 4;
  const kids = pages.map((_, at) => `${firstPage + 2 * at} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((text, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${firstPage + 2 * at + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      stream(content(text)),
    ]),
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  for (const [at, object] of objects.entries()) {
    offsets.push(length);
    const part = Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), bytesOf(object), Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
  }
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${entries}`;
  const end = `trailer << /Size ${count} /Root 1 0 R ${trailer} >>\nstartxref\n${length}\n%%EOF`;
  return Buffer.concat([...parts, Buffer.from(table + end)]);
}

/** Opens with a password only. */
export const encryptedPdf = pdf(['secret'], {
  trailer: `/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <${'5a'.repeat(32)}> /U <${'a5'.repeat(32)}> >>`,
});

/** `times` MB of text from some kilobytes. */
export function pdfBomb(times: number): Buffer {
  const megabyte = Buffer.from('(a) Tj '.repeat(150_000));
  return pdf(['x'], { content: () => deflateSync(Buffer.concat(Array.from({ length: times }, () => megabyte)), { level: 9 }) });
}

/** Its page contains itself. */
export const circularPdf = Buffer.from(pdf(['x']).toString('latin1').replace('/Kids [4 0 R]', '/Kids [2 0 R]'), 'latin1');

function drawn(text: string): Buffer {
  const lines = text.split('\n').map((line) => `(${line.replace(/([\\()])/g, '\\$1')}) Tj T*`);
  return deflateSync(Buffer.from(`BT /F1 11 Tf 50 780 Td 14 TL ${lines.join(' ')} ET`, 'latin1'));
}

function stream(bytes: Buffer): Buffer {
  const head = `<< /Length ${bytes.length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\nendstream')]);
}

function bytesOf(object: string | Buffer): Buffer {
  return typeof object === 'string' ? Buffer.from(object, 'latin1') : object;
}

/** A document type is forbidden in CDA: `prolog` is for those who have one. */
export function cda(title: string, body: string, prolog = ''): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>${prolog}<ClinicalDocument xmlns="urn:hl7-org:v3"><title>${title}</title>` +
      `<recordTarget><patientRole><patient><name>Lefevre</name></patient></patientRole></recordTarget><component>${body}</component></ClinicalDocument>`,
  );
}

export function cdaSection(title: string, text: string): string {
  return `<structuredBody><component><section><title>${title}</title><text>${text}</text></section></component></structuredBody>`;
}

export function cdaBody(mediaType: string, bytes: Buffer, more = ''): string {
  return `<nonXMLBody><text mediaType="${mediaType}" representation="B64" ${more}>${bytes.toString('base64')}</text></nonXMLBody>`;
}
