// Bytes as text: by the byte order mark, the media type's charset, or what the text says of itself; else UTF-8, else windows-1252.
// https://encoding.spec.whatwg.org/
const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Of HTML and XML, in their first bytes. */
const declaration = /(?:<\?xml[^>]{0,200}encoding\s*=\s*|<meta[^>]{0,200}charset\s*=\s*)["']?([\w.:-]+)/i;
const declaredWithin = 1024;

export function decoded(bytes: Uint8Array, charset: string | undefined): string {
  const marked = marks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
  const said = marked ?? charset ?? declaration.exec(latin(bytes.subarray(0, declaredWithin)))?.[1];
  return textIn(said ?? 'utf-8', bytes) ?? textIn('utf-8', bytes) ?? latin(bytes);
}

/** Undefined where the bytes are none of it, or nobody knows it. */
function textIn(charset: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Every byte is a letter of it. */
export function latin(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes);
}
