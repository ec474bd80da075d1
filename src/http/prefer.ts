// The Prefer header, in however many lines and spellings it comes: names and tokens without case, the first of a name counts.
// https://www.rfc-editor.org/rfc/rfc7240#section-2, https://hl7.org/fhir/R4/search.html#lenient
import type { Request } from 'express';

const preference = /^([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*("?)([^"]*)\2)?$/;

/** By name in small letters; '' where there is no value. */
export function preferencesOf({ headers }: Request): ReadonlyMap<string, string> {
  const parts = String(headers.prefer ?? '')
    .split(/[,;]/)
    .map((part) => preference.exec(part.trim()));
  const found = parts.flatMap((match) =>
    match === null ? [] : [[match[1]?.toLowerCase() ?? '', match[3]?.trim() ?? ''] as const],
  );
  return new Map(found.toReversed());
}
