// `:below` of a mime type: whatever its parameters are, or the whole of `text`.
// https://hl7.org/fhir/R4/search.html#mimetype
import { type Filter, or, prefix } from '../filter/filter.ts';
import type { Asked } from './parameter-type.ts';
import { escapeBars, parseToken } from './token.ts';
import { badValue } from './value.ts';

/** The value set by which an element is known to hold a mime type. */
export const mimeTypes = 'http://hl7.org/fhir/ValueSet/mimetypes';

export function withinMimeType({ parameter, name, values }: Asked): Filter {
  return or(...values.flatMap((value) => alternatives(parameter.code, name, value)));
}

function alternatives(parameter: string, name: string, value: string): readonly Filter[] {
  const { system, code } = parseToken(name, value);
  if (code === undefined || system !== undefined) throw badValue(name, 'a mime type');
  const ends = code.includes('/') ? ['|', ';', ' '] : ['/'];
  return ends.map((end) => prefix('idx', `${parameter}|${escapeBars(code)}${end}`));
}
