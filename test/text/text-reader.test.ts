// What is read from each form of file, and what becomes of files that are broken or hostile.
import { afterAll, describe, expect, it, test } from '@jest/globals';
import type { Lack } from '../../src/text/passages.ts';
import { textReader } from '../../src/text/text-reader.ts';
import { cda, cdaBody, cdaSection, circularPdf, encryptedPdf, pdf, pdfBomb } from './files.ts';

const reader = textReader();
afterAll(async () => await reader.close());

const report = 'Compte rendu opératoire : patiente opérée\nd’une cholécys-\ntectomie (sous cœlioscopie)';
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const html = '<html><head><title>Anesthésie</title><style>p{color:rouge}</style><script>vilain()</script></head>';

type Row = readonly [name: string, contentType: string, bytes: Buffer, stems: readonly string[], lack?: Lack];
const rows: readonly Row[] = [
  [
    'PDF',
    'application/pdf',
    pdf([report.replace(/[’œ]/g, "'")]),
    ['compt', 'rendu', 'operatoir', 'patient', 'oper', 'cholecystectom'],
  ],
  ['PDF of pages', 'application/pdf', pdf(['Page une', 'Page deux']), ['pag', 'deux']],
  ['PDF with another case of its type', 'Application/PDF; name=a.pdf', pdf(['Bonjour']), ['bonjour']],
  ['plain text', 'text/plain', Buffer.from('Épilepsie sévère'), ['epileps', 'sever']],
  ['plain text in Latin-1, said', 'text/plain; charset=ISO-8859-1', latin('Épilepsie sévère'), ['epileps', 'sever']],
  ['plain text in Latin-1, not said', 'text/plain', latin('Épilepsie sévère'), ['epileps', 'sever']],
  ['plain text in Latin-1 that says UTF-8', 'text/plain; charset=utf-8', latin('Épilepsie'), ['epileps']],
  ['plain text of an unknown charset', 'text/plain; charset=x-martian', Buffer.from('Épilepsie'), ['epileps']],
  ['plain text in UTF-16', 'text/plain', Buffer.from('\ufeffÉpilepsie', 'utf16le'), ['epileps']],
  ['an empty text', 'text/plain', Buffer.from(''), []],
  ['HTML', 'text/html', Buffer.from(`${html}<body><p>Bon<b>jour</b></p>madame</body></html>`), ['anesthes', 'bonjour', 'madam']],
  ['HTML in Latin-1', 'text/html', latin('<meta charset="iso-8859-1"><p>Fi&egrave;vre élevée'), ['fievr', 'elev']],
  ['XHTML', 'application/xhtml+xml', Buffer.from('<html xmlns="http://www.w3.org/1999/xhtml"><p>Toux</p></html>'), ['tou']],
  [
    'RTF',
    'application/rtf',
    latin("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Op\\'e9ration\\par pr\\u233?vue{\\*\\generator Riched;}}"),
    ['oper', 'prevu'],
  ],
  [
    'CDA',
    'text/xml',
    cda('Biologie', cdaSection('Hémoglobine', 'Ferri<content>tine</content><br/>basse')),
    ['biolog', 'hemoglobin', 'ferritin', 'bass'],
  ],
  [
    'CDA of tables',
    'application/xml',
    cda('A', cdaSection('B', '<table><tr><td>Fer</td><td>bas</td></tr></table>')),
    ['b', 'fer', 'bas'],
  ],
  ['CDA around a PDF', 'text/xml', cda('Lettre', cdaBody('application/pdf', pdf(['Pyélonéphrite']))), ['lettr', 'pyelonephrit']],
  [
    'CDA around a text',
    'text/xml',
    cda('Lettre', cdaBody('text/plain', Buffer.from('Pyélonéphrite'))),
    ['lettr', 'pyelonephrit'],
  ],
  ['CDA around a picture', 'text/xml', cda('Lettre', cdaBody('image/jpeg', Buffer.from('x'))), ['lettr'], 'unsupported'],
  ['CDA around a CDA', 'text/xml', cda('Lettre', cdaBody('text/xml', cda('Dedans', ''))), ['lettr'], 'unsupported'],
  [
    'CDA around what is compressed',
    'text/xml',
    cda('Lettre', cdaBody('text/plain', Buffer.from('x'), 'compression="DF"')),
    ['lettr'],
    'unsupported',
  ],
  ['a picture', 'image/jpeg', Buffer.from('x'), [], 'unsupported'],
  ['no media type of a text', 'application/octet-stream', Buffer.from('texte'), [], 'unsupported'],
  ['a PDF that is none', 'application/pdf', Buffer.from('Bonjour'), [], 'broken'],
  ['19 MB that are no PDF', 'application/pdf', Buffer.alloc(19_000_000, 'A'), [], 'broken'],
  ['half a PDF', 'application/pdf', pdf([report]).subarray(0, 300), [], 'broken'],
  ['an encrypted PDF', 'application/pdf', encryptedPdf, [], 'encrypted'],
  ['a PDF of a page that is its own parent', 'application/pdf', circularPdf, [], 'broken'],
  ['an RTF that is none', 'text/rtf', Buffer.from('Bonjour'), [], 'broken'],
  ['an XML that is no CDA', 'text/xml', Buffer.from('<a>Bonjour</a>'), [], 'broken'],
  [
    'a CDA of another namespace',
    'text/xml',
    Buffer.from('<ClinicalDocument><title>Bonjour</title></ClinicalDocument>'),
    [],
    'broken',
  ],
  ['a CDA that does not end', 'text/xml', cda('A', '').subarray(0, -4), [], 'broken'],
  [
    'a CDA with entities of its own',
    'text/xml',
    cda('&b;', '', '<!DOCTYPE c [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'),
    [],
    'broken',
  ],
  [
    'a CDA with a file of the server',
    'text/xml',
    cda('&f;', '', '<!DOCTYPE c [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
    [],
    'broken',
  ],
  ['a CDA of 100,000 levels', 'text/xml', cda('A', '<a>'.repeat(100_000)), [], 'broken'],
];

it.each(rows)('%s', async (...[, contentType, bytes, stems, lack]: Row) => {
  const understood = await reader.read({ contentType, bytes });
  expect(understood.lack).toBe(lack);
  expect(understood.words.t).toEqual(expect.arrayContaining([...stems]));
  if (lack === undefined || stems.length === 0)
    expect(understood.words.t.filter((one) => /vilain|rouge|arial|riched|lefevr/.test(one))).toEqual([]);
  if (stems.length === 0) expect(understood.words.t).toEqual([]);
});

test('of a very long document the beginning is read', async () => {
  const text = Array.from({ length: 6000 }, (_, at) => `mot${at}`).join(' ');
  const { words, lack } = await reader.read({ contentType: 'text/plain', bytes: Buffer.from(`${text} mot1 mot1`) });
  expect(lack).toBe('cut');
  expect(words.t).toHaveLength(5000);
  expect(words.n[words.t.indexOf('mot1')]).toBe(3);
});

test('of a PDF of more than a thousand pages the first are read', async () => {
  const pages = Array.from({ length: 1100 }, (_, at) => `page${at}`);
  const { words, lack } = await reader.read({ contentType: 'application/pdf', bytes: pdf(pages) });
  expect(lack).toBe('cut');
  expect(words.t).toContain('page1');
  expect(words.t).not.toContain('page1001');
}, 20_000);

describe('a thread', () => {
  const mute = Buffer.from('Bonjour');

  test('takes no more than its time, and is replaced', async () => {
    const hasty = textReader({ threads: 1, time: 400 });
    const [bomb, after] = await Promise.all([
      hasty.read({ contentType: 'application/pdf', bytes: pdfBomb(60) }),
      hasty.read({ contentType: 'application/pdf', bytes: Buffer.from('Bonjour') }),
    ]);
    expect(bomb).toEqual({ words: { t: [], n: [] }, lack: 'costly' });
    expect(['broken', 'costly']).toContain(after.lack);
    await hasty.close();
  }, 20_000);

  test('takes no more than its memory', async () => {
    const small = textReader({ threads: 1, memory: 60 * 1024 * 1024, time: 600_000 });
    expect((await small.read({ contentType: 'application/pdf', bytes: pdfBomb(300) })).lack).toBe('costly');
    const again = await small.read({ contentType: 'text/plain', bytes: mute });
    expect(again.words.t).toEqual(['bonjour']);
    await small.close();
  }, 40_000);

  test('is not waited for without end', async () => {
    const busy = textReader({ threads: 1, time: 1500, waiting: 50 });
    const bomb = busy.read({ contentType: 'application/pdf', bytes: pdfBomb(100) });
    expect((await busy.read({ contentType: 'text/plain', bytes: mute })).lack).toBe('costly');
    expect((await bomb).lack).toBe('costly');
    await busy.close();
  }, 20_000);

  test('reads no file that is too large', async () => {
    const small = textReader({ size: 3 });
    expect((await small.read({ contentType: 'text/plain', bytes: mute })).lack).toBe('large');
    await small.close();
  });
});
