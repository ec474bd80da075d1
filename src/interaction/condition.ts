// Conditional read: whether the caller holds this version already.
// https://hl7.org/fhir/R4/http.html#cread, https://www.rfc-editor.org/rfc/rfc9110#name-precedence-of-preconditions
export type ReadCondition = { readonly ifNoneMatch?: string; readonly ifModifiedSince?: string };

const tags = /^\s*(?:(?:W\/)?"[^"]*"\s*(?:,\s*|$))+$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const weekday = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/** What cannot be read is no condition. A tag goes before an instant; tags are compared weakly. */
export function isHeld({ ifNoneMatch, ifModifiedSince }: ReadCondition, version: number, changed: Date): boolean {
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    return tags.test(ifNoneMatch) && [...ifNoneMatch.matchAll(/"([^"]*)"/g)].some(([, tag]) => tag === String(version));
  }
  const since = ifModifiedSince === undefined ? Number.NaN : instantOf(ifModifiedSince);
  return Math.floor(changed.getTime() / 1000) * 1000 <= since;
}

/** The three forms of a date in HTTP, all in GMT, and the instant that a Bundle says; NaN for anything else. */
function instantOf(text: string): number {
  if (instant.test(text)) return Date.parse(text);
  if (!weekday.test(text)) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
