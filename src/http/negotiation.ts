// What the caller wants back: format, indentation, and how much of a written resource.
// https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/http.html#return
import type { Request } from 'express';
import { Refusal, refuse } from '../fhir/outcome.ts';
import type { ReadCondition } from '../interaction/condition.ts';
import type { Preference } from '../interaction/shown.ts';

export type Wanted = { readonly pretty: boolean /** FHIR JSON was named, not merely taken. */; readonly explicit: boolean };

export const fhirJson = 'application/fhir+json; charset=utf-8';
const jsonTypes = new Set(['application/fhir+json', 'application/json', 'text/json', 'json']);
const taken = new Set(['*/*', 'application/*']);
/** A range that its weight, or another version of FHIR, rules out. https://hl7.org/fhir/R4/http.html#version-parameter */
const unwanted = /;\s*(?:q=0(?:\.0*)?\s*(?:;|$)|fhirversion=(?!"?4\.0"?\s*(?:;|$)))/;

/** The parameters of the query string, in order, as sent. */
export function queryOf({ originalUrl }: Request): readonly (readonly [string, string])[] {
  const at = originalUrl.indexOf('?');
  return at === -1 ? [] : [...new URLSearchParams(originalUrl.slice(at + 1))];
}

/** `_format` goes before Accept. For a Binary anything is acceptable: its bytes have a type of their own. */
export function wanted(request: Request, parameters: readonly (readonly [string, string])[], anything = false): Wanted {
  refuseAsync(request);
  const value = (name: string): string | undefined => parameters.find(([one]) => one === name)?.[1];
  const format = value('_format')?.split(';')[0]?.trim().toLowerCase().replace(' ', '+');
  const pretty = value('_pretty') === 'true';
  if (format !== undefined) {
    if (!jsonTypes.has(format)) throw refuse('not-acceptable', 'Only application/fhir+json is offered', 'http._format');
    return { pretty, explicit: true };
  }
  const ranges = (request.headers.accept ?? '*/*')
    .toLowerCase()
    .split(',')
    .flatMap((range) => (unwanted.test(range) ? [] : [range.split(';')[0]?.trim() ?? '']));
  const explicit = ranges.some((range) => jsonTypes.has(range) && range.includes('fhir'));
  if (!anything && !ranges.some((range) => jsonTypes.has(range) || taken.has(range))) {
    throw refuse('not-acceptable', 'Only application/fhir+json is offered', 'http.Accept');
  }
  return { pretty, explicit };
}

/** Parameters of the answer's form, which no interaction sees. */
export function withoutForm(parameters: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return parameters.filter(([name]) => name !== '_format' && name !== '_pretty');
}

function preferences({ headers }: Request): readonly string[] {
  return String(headers.prefer ?? '')
    .split(/[,;]/)
    .map((part) => part.trim());
}

/** A server may ignore it, but who asks for it expects no body: it is refused before anything is done. https://hl7.org/fhir/R4/async.html */
function refuseAsync(request: Request): void {
  if (preferences(request).some((part) => part.toLowerCase() === 'respond-async'))
    throw new Refusal('bad-request', [
      {
        text: 'Answers are given at once: send the request without respond-async',
        expression: 'http.Prefer',
        code: 'not-supported',
      },
    ]);
}

/** https://hl7.org/fhir/R4/http.html#cread */
export function readCondition(request: Request): ReadCondition {
  const [ifNoneMatch, ifModifiedSince] = [request.get('if-none-match'), request.get('if-modified-since')];
  return { ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }), ...(ifModifiedSince === undefined ? {} : { ifModifiedSince }) };
}

export function returnPreference(request: Request): Preference {
  const [name] = preferences(request).flatMap((part) => /^return=(\w+)$/.exec(part)?.[1] ?? []);
  return name === 'minimal' || name === 'OperationOutcome' ? name : 'representation';
}

export function isLenient(request: Request): boolean {
  return preferences(request).includes('handling=lenient');
}
