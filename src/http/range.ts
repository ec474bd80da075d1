// Range requests for bytes: one range of them, or the whole.
// https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
import { Refusal } from '../fhir/outcome.ts';
import type { ByteRange } from '../store/attachment.ts';

/** undefined: the whole, as for several ranges, another unit or what cannot be read. Refuses with 416 what is beyond the bytes. */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.replaceAll(/\s/g, '') ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end)
    throw new Refusal('range-not-satisfiable', [{ text: 'The bytes end before this range', expression: 'http.Range' }], {
      'Content-Range': `bytes */${size}`,
    });
  return { start, end };
}

/** With If-Range a part is given only of what the client knows already: an instant of change. Our tags are weak, so no tag proves that. */
export function isSameBytes(ifRange: string | undefined, lastModified: string | undefined): boolean {
  return ifRange === undefined || ifRange === lastModified;
}
